import { Field } from 'o1js';
import type { CircuitContext } from '../kimchi/context.ts';
import { domainHash } from '../hash.ts';

/** Siblings from the leaf up, and for each level whether the path comes from the right. */
export interface MerklePath {
  readonly siblings: readonly Field[];
  /** Asserted to be bits; together they are the leaf's index, least significant first. */
  readonly right: readonly Field[];
}

/** Root of the tree of fixed depth in which `leaf` stands at the path's place. ~14 rows a level. */
export function merkleRoot(context: CircuitContext, leaf: Field, path: MerklePath): Field {
  let node = leaf;
  path.siblings.forEach((sibling, level) => {
    const right = path.right[level]!;
    context.assertBit(right);
    // left = node + right * (sibling - node), and the other child is the rest of the sum
    const difference = context.sub(sibling, node);
    const moved = context.product(right, difference);
    const left = context.add(node, moved);
    const other = context.sub(sibling, moved);
    node = domainHash('node', [left, other]);
  });
  return node;
}

/** Roots of trees without leaves, by height. */
const emptyRoots: Field[] = [Field(0)];

/** Root of the tree of a height in which every leaf is 0, the empty one. A plain computation. */
export function emptyRoot(height: number): Field {
  for (let h = emptyRoots.length; h <= height; h++) {
    const below = emptyRoots[h - 1]!;
    emptyRoots.push(domainHash('node', [below, below]));
  }
  return emptyRoots[height]!;
}
