/**
 * Program `aggregateMerge`: two aggregates -> a higher one.
 *
 * Public input   mode, the constant MODE.aggregateMerge.
 * Public output  AggregateClaim: trustRoot, root, height, count, validUntil.
 * Private        two aggregates, the left one full, the right one not higher: two of `aggregatePair`
 *                (pairs), one of this program and one of `aggregatePair` (append), or two of this
 *                program (merge).
 * Proves         that root is the node above the left tree and the right one, lifted by empty subtrees to
 *                the same height; that count is the sum; that both are under trustRoot; and that
 *                validUntil is the earlier of theirs.
 * Does not prove what `aggregate` does not. Nothing but an input of itself and of `aggregate`.
 * Rows, domain   test/pins; all methods within 2^15.
 *
 * The proof system pads what a proof verified on the wrong side where other methods have a wider proof in
 * the same place. Proofs of `chain` verify one at most and these here two, so no program takes both: that
 * is why pairs are proven by a program of their own.
 */
import { Field, SelfProof, ZkProgram } from 'o1js';
import { MODE } from '../params.ts';
import { AggregateClaim, merge, proven } from './aggregate.ts';
import { AggregatePairProof } from './aggregate-pair.program.ts';
import { withContext } from './kimchi/context.ts';

/** Two proofs, verified, as one claim. */
async function mergeProofs(
  mode: Field,
  left: AggregatePairProof | SelfProof<Field, AggregateClaim>,
  right: AggregatePairProof | SelfProof<Field, AggregateClaim>,
  modes: readonly [number, number],
): Promise<{ publicOutput: AggregateClaim }> {
  return {
    publicOutput: await withContext((context) => {
      mode.assertEquals(MODE.aggregateMerge);
      left.verify();
      right.verify();
      return merge(context, proven(left), proven(right), modes);
    }),
  };
}

export const aggregateMergeProgram = ZkProgram({
  name: 'zkcx-aggregateMerge',
  publicInput: Field,
  publicOutput: AggregateClaim,
  methods: {
    pairs: {
      privateInputs: [AggregatePairProof, AggregatePairProof],
      method(mode: Field, left: AggregatePairProof, right: AggregatePairProof) {
        return mergeProofs(mode, left, right, [MODE.aggregatePair, MODE.aggregatePair]);
      },
    },
    append: {
      privateInputs: [SelfProof, AggregatePairProof],
      method(mode: Field, left: SelfProof<Field, AggregateClaim>, right: AggregatePairProof) {
        return mergeProofs(mode, left, right, [MODE.aggregateMerge, MODE.aggregatePair]);
      },
    },
    merge: {
      privateInputs: [SelfProof, SelfProof],
      method(
        mode: Field,
        left: SelfProof<Field, AggregateClaim>,
        right: SelfProof<Field, AggregateClaim>,
      ) {
        return mergeProofs(mode, left, right, [MODE.aggregateMerge, MODE.aggregateMerge]);
      },
    },
  },
});

export class AggregateMergeProof extends ZkProgram.Proof(aggregateMergeProgram) {}
