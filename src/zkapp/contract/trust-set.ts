/** The set of accepted CIs with one CI more or less, see `TrustSet` in src/witness. */
import { Bool, Field, Provable } from 'o1js';
import { TRUST_HEIGHT } from '../../params.ts';
import type { TrustChange } from './arguments.ts';
import { treeRoot } from './gates.ts';

/** The set's leaves as the tree has them: ascending, then zeros. Outside circuits. */
export function trustLeaves(leaves: readonly bigint[]): Field[] {
  const sorted = [...leaves].sort((a, b) => (a < b ? -1 : 1));
  return Array.from({ length: 2 ** TRUST_HEIGHT }, (_, i) => Field(sorted[i] ?? 0n));
}

/** The root of a set of these leaves. Outside circuits. */
export const trustRootOf = (leaves: readonly bigint[]): Field => treeRoot(trustLeaves(leaves));

/**
 * Roots of the set without and with the leaf. Asserts that the leaf is new to the others and stands in
 * its place among them. ~9,500 rows. Relies on the others being in order, so one of the roots must be
 * that of a set that is: an accepted root only ever comes from such a set, or from the deployment.
 */
export function trustRoots({ leaf, others, before }: TrustChange): {
  readonly without: Field;
  readonly with: Field;
} {
  others.at(-1)!.assertEquals(0, 'the set has room for the CI');
  before.at(-1)!.assertFalse('the CI has a place in the set');
  let [low, high] = [Field(0), Field(0)];
  const leaves = others.map((other, i) => {
    const here = before[i]!;
    // beyond the front everything stands before the leaf; where that ends, it stands
    const previous = i === 0 ? Bool(true) : before[i - 1]!;
    here.and(previous.not()).assertFalse('the leaf has one place');
    const place = previous.and(here.not()).toField();
    const shifted = i === 0 ? Field(0) : others[i - 1]!;
    low = low.add(place.mul(shifted)).seal();
    high = high.add(place.mul(other)).seal();
    return Provable.if(here, other, Provable.if(previous, leaf, shifted));
  });
  // a hash is not 0: the zeros are behind the leaves
  before[0]!.and(low.equals(0)).assertFalse('no zero stands before a leaf');
  low.assertLessThan(leaf, 'leaves ascend, each is there once');
  high.equals(0).or(leaf.lessThan(high)).assertTrue('leaves ascend, each is there once');
  return { without: treeRoot(others), with: treeRoot(leaves) };
}
