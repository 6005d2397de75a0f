/**
 * A program of a few rows. The package holds one proof of it, made by `prove`, which stands in front of every
 * native batch of a verification: see prover/guard.ts.
 */
import { Field, SelfProof, ZkProgram } from 'o1js';

export const pinnedProgram = ZkProgram({
  name: 'zkcx-pinned',
  publicInput: Field,
  methods: {
    prove: {
      privateInputs: [],
      async method(mode: Field) {
        mode.assertEquals(0);
      },
    },
    // gives the program the wrap domain of `chain`: its verifiers then need no second Lagrange basis
    again: {
      privateInputs: [SelfProof],
      async method(mode: Field, earlier: SelfProof<Field, void>) {
        mode.assertEquals(0);
        earlier.verify();
      },
    },
  },
});
