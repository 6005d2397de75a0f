/** Entry of the proving process. */
import { useCompileCache } from '../compile-cache.ts';

useCompileCache();
const [{ PROGRAMS }, { serve }] = await Promise.all([
  import('./programs.ts'),
  import('./serve.ts'),
]);
serve(PROGRAMS);
