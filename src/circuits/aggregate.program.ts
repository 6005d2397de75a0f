/**
 * Program `aggregate`: many chain claims -> one.
 *
 * Public input   mode, the constant MODE.aggregate.
 * Public output  AggregateClaim: trustRoot, root, height, count, validUntil.
 * Private        the last proof of an aggregation, of `aggregatePair` (ofPair) or `aggregateMerge` (ofMerge).
 * Proves         that root is the Merkle root of a tree of that height, whose first `count` leaves are
 *                those of that many proven chain claims, each with its own window, and whose others
 *                are empty; that all these claims are under trustRoot; and that validUntil is the
 *                earliest end of their windows.
 * Does not prove that the claims differ, that the windows have begun or have anything in common, nor
 *                what chain claims do not prove either: that nothing is revoked, or who holds a key.
 * Rows, domain   test/pins; both methods within 2^14.
 *
 * Proofs of this program verify one, as those of `chain` and `crl`, and can stand beside them in a
 * contract; those of an aggregation verify two. See `aggregateMerge`.
 */
import { Field, ZkProgram } from 'o1js';
import { MODE } from '../params.ts';
import { AggregateClaim, proven, seal } from './aggregate.ts';
import { AggregateMergeProof } from './aggregate-merge.program.ts';
import { AggregatePairProof } from './aggregate-pair.program.ts';
import { withContext } from './kimchi/context.ts';

async function sealProof(
  mode: Field,
  proof: AggregatePairProof | AggregateMergeProof,
  kind: number,
): Promise<{ publicOutput: AggregateClaim }> {
  return {
    publicOutput: await withContext((context) => {
      mode.assertEquals(MODE.aggregate);
      proof.verify();
      return seal(context, proven(proof), kind);
    }),
  };
}

export const aggregateProgram = ZkProgram({
  name: 'zkcx-aggregate',
  publicInput: Field,
  publicOutput: AggregateClaim,
  methods: {
    ofPair: {
      privateInputs: [AggregatePairProof],
      method: (mode: Field, proof: AggregatePairProof) =>
        sealProof(mode, proof, MODE.aggregatePair),
    },
    ofMerge: {
      privateInputs: [AggregateMergeProof],
      method: (mode: Field, proof: AggregateMergeProof) =>
        sealProof(mode, proof, MODE.aggregateMerge),
    },
  },
});

export class AggregateProof extends ZkProgram.Proof(aggregateProgram) {}
