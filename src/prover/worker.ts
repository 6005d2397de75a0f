/** Entry of the proving process. */
import { PROGRAMS } from './programs.ts';
import { serve } from './serve.ts';

serve(PROGRAMS);
