/** Paths in Merkle trees. The trees are of two levels: further ones repeat the equations. */
import { Field } from 'o1js';
import { domainHash } from '../../../../src/circuits/hash.ts';
import { merkleRoot } from '../../../../src/circuits/gadgets/merkle.ts';
import { exists } from '../../../../src/circuits/kimchi/gates.ts';
import { pinned } from '../../../support/kimchi/joint/index.ts';
import type { Gadgets } from './inputs.ts';

const [LEAF, FIRST, SECOND] = [5n, 7n, 11n].map(Field) as [Field, Field, Field];
/** The leaf stands on the left of its sibling, and their parent on the right of its own. */
const ROOT = domainHash('node', [SECOND, domainHash('node', [LEAF, FIRST])]).toBigInt();

export const MERKLE = {
  'a Merkle path to a root': (context) => {
    const [leaf, root] = [pinned(context, LEAF.toBigInt()), pinned(context, ROOT)];
    const siblings = exists(2, () => [FIRST.toBigInt(), SECOND.toBigInt()]);
    const right = exists(2, () => [0n, 1n]);
    context.assertEqual(merkleRoot(context, leaf, { siblings, right }), root);
  },
} satisfies Gadgets;
