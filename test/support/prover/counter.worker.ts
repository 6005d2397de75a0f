/** A proving process that serves the counter. */
import { serve } from '../../../src/prover/serve.ts';

serve({
  counter: async () => (await import('./counter.program.ts')).counterProgram,
  // a program that kills its process while it compiles, as a lack of memory does
  crash: async () => process.exit(9),
  // one that dies when its work is done
  mortal: async () => ({
    async compile() {
      setTimeout(() => process.exit(), 20);
      return { verificationKey: { hash: '1', data: 'AAAA' } };
    },
    publicInputType: undefined,
    privateInputTypes: {},
  }),
});
