/** A proving process that serves the counter. */
import { serve } from '../../../src/prover/serve.ts';

const idle = (done: () => void = () => undefined) => ({
  async compile() {
    done();
    return { verificationKey: { hash: '1', data: 'AAAA' } };
  },
  publicInputType: undefined,
  privateInputTypes: {},
});

serve({
  counter: async () => (await import('./counter.program.ts')).counterProgram,
  // a program that kills its process while it compiles, as a lack of memory does
  crash: async () => process.exit(9),
  // one that has nothing to do, and one that dies when that is done
  idle: async () => idle(),
  mortal: async () => idle(() => void setTimeout(() => process.exit(), 20)),
});
