/** A proving process that serves the counter. */
import { serve } from '../../../src/prover/serve.ts';

serve({
  counter: async () => (await import('./counter.program.ts')).counterProgram,
  // a program that kills its process while it compiles, as a lack of memory does
  crash: async () => process.exit(9),
});
