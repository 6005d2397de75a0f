/**
 * Program `aggregate`: many chain claims -> one.
 *
 * Public input   mode, the constant MODE.aggregate.
 * Public output  AggregateClaim: trustRoot, root, height, count, validUntil.
 * Private        pair: two chain proofs, and whether the second counts; without it, the first is given
 *                twice. merge: two aggregates, the left one full, the right one not higher.
 * Proves         that root is the Merkle root of a tree of that height, whose first `count` leaves are
 *                those of that many proven chain claims, each with its own window, and whose others
 *                are empty; that all these claims are under trustRoot; and that validUntil is the
 *                earliest end of their windows.
 * Does not prove that the claims differ, that the windows have begun or have anything in common, nor
 *                what chain claims do not prove either: that nothing is revoked, or who holds a key.
 * Rows, domain   test/pins; both methods within 2^15.
 */
import { Bool, Field, SelfProof, ZkProgram } from 'o1js';
import { MODE } from '../params.ts';
import { AggregateClaim, merge, pair, type Proven } from './aggregate.ts';
import { ChainProof } from './chain.program.ts';
import { withContext } from './kimchi/context.ts';

export const aggregateProgram = ZkProgram({
  name: 'zkcx-aggregate',
  publicInput: Field,
  publicOutput: AggregateClaim,
  methods: {
    pair: {
      privateInputs: [ChainProof, ChainProof, Bool],
      async method(mode: Field, left: ChainProof, right: ChainProof, present: Bool) {
        return {
          publicOutput: await withContext((context) => {
            mode.assertEquals(MODE.aggregate);
            left.verify();
            right.verifyIf(present);
            return pair(context, proven(left), proven(right), present.toField());
          }),
        };
      },
    },
    merge: {
      privateInputs: [SelfProof, SelfProof],
      async method(
        mode: Field,
        left: SelfProof<Field, AggregateClaim>,
        right: SelfProof<Field, AggregateClaim>,
      ) {
        return {
          publicOutput: await withContext((context) => {
            mode.assertEquals(MODE.aggregate);
            left.verify();
            right.verify();
            return merge(context, proven(left), proven(right));
          }),
        };
      },
    },
  },
});

export class AggregateProof extends ZkProgram.Proof(aggregateProgram) {}

function proven<Claim>(proof: { publicInput: Field; publicOutput: Claim }): Proven<Claim> {
  return { mode: proof.publicInput, claim: proof.publicOutput };
}
