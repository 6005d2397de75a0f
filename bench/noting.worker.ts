/** A proving process that notes the rows of every program that it compiles, see row-counts.ts. */
import {
  type AnyPlainProgram,
  PLAIN_PROGRAMS,
  PROGRAMS,
  type ProvableProgram,
} from '../src/prover/programs.ts';
import { serve } from '../src/prover/serve.ts';
import { compileNotingRows, compilePlainNotingRows } from './row-counts.ts';

const noting = (name: string, load: () => Promise<ProvableProgram>) => async () => {
  const program = await load();
  const compile: ProvableProgram['compile'] = (options) =>
    compileNotingRows(name, program, options);
  return Object.create(program, { compile: { value: compile } }) as ProvableProgram;
};

const notingPlain = (name: string, load: () => Promise<AnyPlainProgram>) => async () => {
  const program = await load();
  const compile: AnyPlainProgram['compile'] = (srs) =>
    compilePlainNotingRows(name, () => program.compile(srs));
  return { ...program, compile };
};

const each = <From, To>(
  table: Readonly<Record<string, From>>,
  change: (name: string, of: From) => To,
) => Object.fromEntries(Object.entries(table).map(([name, of]) => [name, change(name, of)]));

serve(each(PROGRAMS, noting), each(PLAIN_PROGRAMS, notingPlain));
