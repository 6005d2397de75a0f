import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { Field } from 'o1js';
import { emptyRoot, type MerklePath } from '../../src/circuits/gadgets/merkle.ts';
import { domainHash } from '../../src/circuits/hash.ts';
import { REGISTRY_HEIGHT } from '../../src/params.ts';
import { RegistryTree } from '../../src/witness/registry-tree.ts';
import { codeOf } from '../pki/code-of.ts';

/** What is published: one leaf, or an aggregate of so many; 0 is one leaf. */
type Plan = readonly number[];

/** Leaves of a published item, empty ones behind them. */
interface Item {
  readonly leaves: readonly Field[];
  readonly height: number;
}

function itemsOf(plan: Plan): Item[] {
  let next = 1n;
  return plan.map((count) => {
    const leaves = Array.from({ length: Math.max(1, count) }, () => Field(next++));
    return { leaves, height: count === 0 ? 0 : Math.max(1, Math.ceil(Math.log2(count))) };
  });
}

/** Nodes of the tree over leaves, level by level; written plainly, without any of the tree's code. */
function levelsOf(leaves: readonly Field[], height: number): Field[][] {
  const levels = [[...leaves]];
  for (let level = 0; level < height; level++) {
    const below = levels[level]!;
    levels.push(
      Array.from({ length: Math.ceil(below.length / 2) }, (_, i) =>
        domainHash('node', [below[2 * i]!, below[2 * i + 1] ?? emptyRoot(level)]),
      ),
    );
  }
  return levels;
}

function pathIn({ leaves, height }: Item, index: number): MerklePath {
  const levels = levelsOf(leaves, height);
  const heights = Array.from({ length: height }, (_, level) => level);
  return {
    siblings: heights.map((level) => levels[level]![(index >> level) ^ 1] ?? emptyRoot(level)),
    right: heights.map((level) => Field((index >> level) & 1)),
  };
}

function rootFrom(node: Field, { siblings, right }: MerklePath): Field {
  return siblings.reduce(
    (below, sibling, level) =>
      domainHash('node', right[level]!.toBigInt() === 1n ? [sibling, below] : [below, sibling]),
    node,
  );
}

/** Publish a plan; also the flat list of all places, for comparison. */
function published(plan: Plan) {
  const tree = new RegistryTree();
  const places: Field[] = [];
  const items = itemsOf(plan).map((item) => {
    const { leaves, height } = item;
    const before = tree.size;
    if (height === 0) expect(rootFrom(Field(0), tree.freePath())).toEqual(tree.root);
    else {
      const path = tree.freeSubtreePath(height);
      expect(path.siblings).toHaveLength(REGISTRY_HEIGHT - height);
      expect(rootFrom(emptyRoot(height), path)).toEqual(tree.root);
    }
    const root = levelsOf(leaves, height)[height]![0]!;
    const start = height === 0 ? tree.append(root) : tree.appendSubtree(root, height);
    expect(start).toBe(Math.ceil(before / 2 ** height) * 2 ** height);
    expect(tree.size).toBe(start + 2 ** height);
    while (places.length < start) places.push(Field(0));
    places.push(...leaves);
    while (places.length < tree.size) places.push(Field(0));
    return { ...item, start };
  });
  return { tree, places, items };
}

const plans = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 8 });

describe('the tree of published credentials', () => {
  test('has the root of its leaves, aggregates aligned and gaps empty', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const { tree, places } = published(plan);
        const levels = levelsOf(places.length === 0 ? [Field(0)] : places, REGISTRY_HEIGHT);
        expect(tree.root).toEqual(levels[REGISTRY_HEIGHT]![0]);
      }),
      { numRuns: 8 },
    );
  });

  test('has a path for each member that is made known, and none for the others', () => {
    fc.assert(
      fc.property(plans, fc.nat(), (plan, choice) => {
        const { tree, items } = published(plan);
        for (const item of items.filter(({ height }) => height > 0)) {
          const index = choice % item.leaves.length;
          const leaf = item.leaves[index]!;
          expect(codeOf(() => tree.path(leaf))).toBe('ERR_REGISTRY_UNKNOWN');
          expect(tree.addMember({ leaf, path: pathIn(item, index) })).toBe(item.start + index);
          expect(tree.placeOf(leaf)).toBe(item.start + index);
          item.leaves
            .filter((other) => other !== leaf)
            .forEach((other) => {
              expect(codeOf(() => tree.path(other))).toBe('ERR_REGISTRY_UNKNOWN');
            });
        }
        // more is published afterwards
        tree.append(Field(1_000));
        for (const { leaves, start } of items) {
          for (const leaf of leaves) {
            if (leaves.length > 1 && codeOf(() => tree.path(leaf)) !== 'none') continue;
            const path = tree.path(leaf);
            expect(rootFrom(leaf, path)).toEqual(tree.root);
            const place = path.right.reduce((sum, bit, i) => sum + Number(bit) * 2 ** i, 0);
            expect(place).toBeGreaterThanOrEqual(start);
            expect(place).toBe(tree.placeOf(leaf));
          }
        }
      }),
      { numRuns: 6 },
    );
  });

  test('takes a member of no published aggregate for unknown', () => {
    const { tree, items } = published([3, 0, 4]);
    const [first] = items;
    const path = pathIn(first!, 1);
    const unknown = (member: Parameters<RegistryTree['addMember']>[0]) =>
      expect(codeOf(() => tree.addMember(member))).toBe('ERR_REGISTRY_UNKNOWN');
    unknown({ leaf: Field(77), path });
    unknown({ leaf: first!.leaves[0]!, path });
    const [, ...upper] = path.siblings;
    // a node is no leaf: its path is too short
    const node = levelsOf(first!.leaves, 2)[1]![0]!;
    unknown({ leaf: node, path: { siblings: upper, right: path.right.slice(1) } });
    expect(tree.members).toHaveLength(0);
  });

  test('keeps an aggregate apart from a single leaf of the same value', () => {
    const tree = new RegistryTree();
    const root = levelsOf([Field(1), Field(2)], 1)[1]![0]!;
    tree.append(root);
    expect(
      codeOf(() =>
        tree.addMember({ leaf: Field(1), path: { siblings: [Field(2)], right: [Field(0)] } }),
      ),
    ).toBe('ERR_REGISTRY_UNKNOWN');
    expect(tree.appendSubtree(root, 1)).toBe(2);
    const place = tree.addMember({
      leaf: Field(1),
      path: { siblings: [Field(2)], right: [Field(0)] },
    });
    expect(place).toBe(2);
    expect(rootFrom(Field(1), tree.path(Field(1)))).toEqual(tree.root);
  });

  test('refuses heights that no aggregate has', () => {
    for (const height of [0, 11, 1.5]) {
      expect(() => new RegistryTree().appendSubtree(Field(1), height)).toThrow(
        expect.objectContaining({ code: 'ERR_ARGUMENT' }),
      );
    }
  });
});
