/**
 * A plain program of a few rows. The package holds one proof of it, which stands in front of every native batch of plain
 * proofs: see prover/guard.ts.
 */
import { Field } from 'o1js';
import { plainProgram } from './plain-program.ts';

export const pinnedPlainProgram = plainProgram({
  name: 'pinned',
  publicInput: Field,
  privateInputs: [],
  method(context, input: Field) {
    context.range12(input);
    input.assertEquals(0);
  },
});
