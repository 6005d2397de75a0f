/** A proving process that notes the rows of every program that it compiles, see row-counts.ts. */
import { PROGRAMS, type ProvableProgram } from '../src/prover/programs.ts';
import { serve } from '../src/prover/serve.ts';
import { compileNotingRows } from './row-counts.ts';

const noting = (name: string, load: () => Promise<ProvableProgram>) => async () => {
  const program = await load();
  const compile: ProvableProgram['compile'] = (options) =>
    compileNotingRows(name, program, options);
  return Object.create(program, { compile: { value: compile } }) as ProvableProgram;
};

serve(
  Object.fromEntries(Object.entries(PROGRAMS).map(([name, load]) => [name, noting(name, load)])),
);
