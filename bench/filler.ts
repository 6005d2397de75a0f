/**
 * Programs of generic gates only, to tell what a domain costs by itself: a floor of ten rows, one
 * that fills each domain, and ones that also verify a proof.
 */
import { Field, Provable, SelfProof, ZkProgram } from 'o1js';

/** Rows that Pickles adds to a method by the number of proofs that it verifies, rounded up. */
const PICKLES_ROWS = { none: 600, one: 10_300 };

/** `rows` rows of generic gates: two products of witnesses a row. */
function fill(rows: number): void {
  const x = Provable.witness(Field, () => Field(3));
  for (let i = 0; i < 2 * rows; i++) x.mul(x);
}

/** The floor: a proof that costs what any proof costs. */
export const floorProgram = ZkProgram({
  name: 'filler-floor',
  publicOutput: Field,
  methods: {
    prove: {
      privateInputs: [],
      async method() {
        fill(10);
        return { publicOutput: Field(1) };
      },
    },
  },
});

/** Fills the domain of 2^log2 rows and verifies nothing. */
export function fillerProgram(log2: 14 | 15 | 16) {
  return ZkProgram({
    name: `filler-${log2}`,
    publicOutput: Field,
    methods: {
      prove: {
        privateInputs: [],
        async method() {
          fill(0.97 * 2 ** log2 - PICKLES_ROWS.none);
          return { publicOutput: Field(1) };
        },
      },
    },
  });
}

/** Two methods that fill the domain; `extend` verifies a proof of its own program, as `chain` does. */
export function recursiveFillerProgram(log2: 14 | 15 | 16) {
  return ZkProgram({
    name: `filler-recursive-${log2}`,
    publicOutput: Field,
    methods: {
      anchor: {
        privateInputs: [],
        async method() {
          fill(0.97 * 2 ** log2 - PICKLES_ROWS.none);
          return { publicOutput: Field(1) };
        },
      },
      extend: {
        privateInputs: [SelfProof],
        async method(proof: SelfProof<undefined, Field>) {
          proof.verify();
          fill(0.97 * 2 ** log2 - PICKLES_ROWS.one);
          return { publicOutput: proof.publicOutput };
        },
      },
    },
  });
}
