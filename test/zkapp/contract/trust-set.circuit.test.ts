import { describe, expect, test } from '@jest/globals';
import { Bool, Field } from 'o1js';
import { TrustChange } from '../../../src/zkapp/contract/arguments.ts';
import { trustRoots } from '../../../src/zkapp/contract/trust-set.ts';
import { LEAVES, rootOf } from './values.ts';

describe('the trust set with one leaf more', () => {
  const change = (others: readonly bigint[], leaf: bigint, place: number) =>
    new TrustChange({
      leaf: Field(leaf),
      others: Array.from({ length: 256 }, (_, i) => Field(others[i] ?? 0n)),
      before: Array.from({ length: 256 }, (_, i) => Bool(i < place)),
    });
  const full = Array.from({ length: 255 }, (_, i) => BigInt(2 * i + 1));
  const largest = Field.ORDER - 1n;

  test.each([
    ['at the front', LEAVES, 1n, 0],
    ['in the middle', LEAVES, 201n, 2],
    ['behind', LEAVES, 301n, 3],
    ['the largest', LEAVES, largest, 3],
    ['alone', [], 5n, 0],
    ['as the last that has room', full, 510n, 255],
    ['as the first of a full set', full.map((leaf) => leaf + 1n), 1n, 0],
  ] as const)('%s has both roots', (_, others, leaf, place) => {
    const roots = trustRoots(change(others, leaf, place));
    expect(roots.without).toEqual(rootOf(others));
    const all = [...others, leaf].sort((a, b) => (a < b ? -1 : 1));
    expect(roots.with).toEqual(rootOf(all));
  });

  test.each([
    ['in the wrong place', LEAVES, 201n, 1],
    ['behind a larger one', LEAVES, 100n, 2],
    ['that is there already, before itself', LEAVES, 200n, 1],
    ['that is there already, behind itself', LEAVES, 200n, 2],
    ['behind the zeros', LEAVES, 301n, 4],
    ['that is empty', LEAVES, 0n, 0],
    ['in no place', LEAVES, 301n, 256],
    ['in a set that is full', [...full, 600n], 700n, 255],
  ] as const)('%s is refused', (_, others, leaf, place) => {
    expect(() => trustRoots(change(others, leaf, place))).toThrow();
  });

  test('in two places is refused', () => {
    const twice = change(LEAVES, 201n, 2);
    twice.before[4] = Bool(true);
    expect(() => trustRoots(twice)).toThrow(/one place/);
  });
});
