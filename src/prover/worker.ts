/** Entry of the proving process. */
import { useCompileCache } from '../compile-cache.ts';

useCompileCache();
const [{ PLAIN_PROGRAMS, PROGRAMS }, { serve }] = await Promise.all([
  import('./programs.ts'),
  import('./serve.ts'),
]);
serve(PROGRAMS, PLAIN_PROGRAMS);
