/**
 * Program `aggregatePair`: one or two refreshed chain claims -> an aggregate of height 1.
 *
 * Public input   mode, the constant MODE.aggregatePair.
 * Public output  AggregateClaim: trustRoot, root, height, count, validUntil.
 * Private        two refresh proofs, and whether the second counts; without it, the first is given twice.
 * Proves         that root is the node above the leaves of both claims, each with its own window, or of
 *                one and an empty leaf; that the claims are under trustRoot; and that validUntil is the
 *                earlier end of their windows.
 * Does not prove what `aggregate` does not. Nothing but an input of `aggregateMerge` and `aggregate`.
 * Rows, domain   test/pins; within 2^15.
 */
import { Bool, Field, ZkProgram } from 'o1js';
import { MODE } from '../params.ts';
import { AggregateClaim, pair, proven } from './aggregate.ts';
import { withContext } from './kimchi/context.ts';
import { RefreshProof } from './refresh.program.ts';

export const aggregatePairProgram = ZkProgram({
  name: 'zkcx-aggregatePair',
  publicInput: Field,
  publicOutput: AggregateClaim,
  methods: {
    prove: {
      privateInputs: [RefreshProof, RefreshProof, Bool],
      async method(mode: Field, left: RefreshProof, right: RefreshProof, present: Bool) {
        return {
          publicOutput: await withContext((context) => {
            mode.assertEquals(MODE.aggregatePair);
            left.verify();
            right.verifyIf(present);
            return pair(context, proven(left), proven(right), present.toField());
          }),
        };
      },
    },
  },
});

export class AggregatePairProof extends ZkProgram.Proof(aggregatePairProgram) {}
