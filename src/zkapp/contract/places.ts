/** Where publications come to stand in the registry's tree. */
import { Bool, Field, Provable } from 'o1js';
import type { AggregateClaim } from '../../circuits/aggregate.ts';
import { emptyRoot } from '../../circuits/gadgets/merkle.ts';
import { AGGREGATE_HEIGHT, REGISTRY_HEIGHT } from '../../params.ts';
import type { LeafPath, SubtreePath } from './arguments.ts';
import { parent, pathRoot } from './gates.ts';

interface RegistryTop {
  readonly root: Field;
  /** First place that nothing was published at or skipped; 2^REGISTRY_HEIGHT when full. */
  readonly nextIndex: Field;
}

/** Put a leaf at the next place, which is empty. Refuses when there is none. ~900 rows. */
export function withLeaf(
  { root, nextIndex }: RegistryTop,
  leaf: Field,
  path: LeafPath,
): RegistryTop {
  const place = { siblings: path.siblings, right: nextIndex.toBits(REGISTRY_HEIGHT) };
  pathRoot(Field(0), place).assertEquals(root, 'the next place is empty, and this its path');
  return { root: pathRoot(leaf, place), nextIndex: nextIndex.add(1) };
}

/**
 * Put an aggregate of height h at the next multiple of 2^h, where all 2^h places are empty. It takes
 * them all, its empty ones too: of its leaves only the root is public, so only its members could make
 * a path to a place among them. What is skipped before it lies below the next index for ever.
 * ~1,000 rows.
 */
export function withSubtree(
  { root, nextIndex }: RegistryTop,
  { root: subtree, height, count }: Pick<AggregateClaim, 'root' | 'height' | 'count'>,
  { start, siblings }: SubtreePath,
): RegistryTop {
  const heights = Array.from({ length: AGGREGATE_HEIGHT }, (_, i) => i + 1);
  const chosen = heights.map((h) => height.equals(h).toField());
  const choose = (value: (h: number) => Field) =>
    sum(heights.map((h, i) => chosen[i]!.mul(value(h)))).seal();
  sum(chosen).assertEquals(1, 'the height of an aggregate is 1 to 10');
  const size = choose((h) => Field(2 ** h));
  size.assertLessThan(count.mul(2), 'an aggregate fills more than half of its places');

  const bits = start.toBits(REGISTRY_HEIGHT);
  nextIndex.assertLessThanOrEqual(start, 'an aggregate stands behind all that is published');
  start.assertLessThan(nextIndex.add(size), 'an aggregate stands at the next multiple of its size');

  let before: Field = choose((h) => emptyRoot(h));
  let after: Field = subtree;
  for (const [level, sibling] of siblings.entries()) {
    const right = bits[level]!;
    const [upBefore, upAfter] = [parent(before, sibling, right), parent(after, sibling, right)];
    if (level >= AGGREGATE_HEIGHT) {
      [before, after] = [upBefore, upAfter];
      continue;
    }
    // inside the aggregate: its height is above this level
    const inside = Bool.Unsafe.fromField(sum(chosen.slice(level)).seal());
    inside.and(right).assertFalse('an aggregate stands at a multiple of its size');
    before = Provable.if(inside, before, upBefore);
    after = Provable.if(inside, after, upAfter);
  }
  before.assertEquals(root, 'the places of the aggregate are empty, and this their path');
  return { root: after, nextIndex: start.add(size) };
}

function sum(terms: readonly Field[]): Field {
  return terms.reduce((total, term) => total.add(term), Field(0));
}
