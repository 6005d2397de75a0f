/** The Merkle tree of all sets: its roots and paths, and those of the sets that are made of it. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { Field, Poseidon } from 'o1js';
import { emptyRoot, type MerklePath } from '../../src/circuits/gadgets/merkle.ts';
import { type Domain, domainHash } from '../../src/circuits/hash.ts';
import { aggregateClaims } from '../../src/witness/aggregate.ts';
import { MerkleTree, nodesOnPath, placeOfPath, sidesOf } from '../../src/witness/merkle-tree.ts';
import { RegistryTree } from '../../src/witness/registry-tree.ts';
import { noneEntry, RevocationMap, SerialTree } from '../../src/witness/revocation-map.ts';
import { TrustSet } from '../../src/witness/trust.ts';
import { ANCHOR } from '../support/crl/index.ts';

const digest = ({ siblings, right }: MerklePath) =>
  createHash('sha256')
    .update(JSON.stringify({ s: siblings.map(String), r: right.map(String) }))
    .digest('hex')
    .slice(0, 16);

const node = (left: Field, right: Field) => domainHash('node', [left, right]);
const fields = (...values: number[]) => values.map((value) => Field(value));

describe('a tree', () => {
  test('has the root of its leaves and of nothing else', () => {
    const tree = new MerkleTree(3);
    expect(tree.root).toEqual(emptyRoot(3));
    const [a, b] = fields(7, 8) as [Field, Field];
    tree.set(0, a);
    tree.set(5, b);
    const left = node(node(a, Field(0)), emptyRoot(1));
    expect(tree.root).toEqual(node(left, node(node(Field(0), b), emptyRoot(1))));
    tree.set(5, Field(0));
    expect(tree.root).toEqual(node(left, emptyRoot(2)));
  });

  test('gives paths that lead to its root, from leaves and from subtrees', () => {
    const tree = new MerkleTree(4);
    const leaves = fields(3, 1, 4, 1, 5, 9, 2);
    for (const [i, leaf] of leaves.entries()) tree.set(i, leaf);
    for (const [i, leaf] of leaves.entries()) {
      const path = tree.path(i);
      expect(nodesOnPath(leaf, path).at(-1)).toEqual(tree.root);
      expect(placeOfPath(path)).toBe(i);
      expect(path.right).toEqual(sidesOf(i, 4));
    }
    const pair = node(leaves[2]!, leaves[3]!);
    expect(nodesOnPath(pair, tree.path(1, 1)).at(-1)).toEqual(tree.root);
    expect(nodesOnPath(Field(0), tree.path(15)).at(-1)).toEqual(tree.root);
  });

  test('takes a whole subtree, and then the path of a leaf in it', () => {
    const whole = new MerkleTree(5);
    const inner = new MerkleTree(2);
    for (const [i, leaf] of fields(11, 12, 13).entries()) {
      inner.set(i, leaf);
      whole.set(20 + i, leaf);
    }
    const tree = new MerkleTree(5);
    tree.set(5, inner.root, 2);
    expect(tree.root).toEqual(whole.root);
    const path = inner.path(1);
    tree.reveal(21, nodesOnPath(Field(12), path), path.siblings);
    expect(tree.path(21)).toEqual(whole.path(21));
    expect(tree.root).toEqual(whole.root);
  });

  test('stands where places have 32 bits', () => {
    const tree = new MerkleTree(32);
    const last = 2 ** 32 - 1;
    tree.set(last, Field(1));
    const path = tree.path(last);
    expect(path.siblings).toEqual(path.siblings.map((_, level) => emptyRoot(level)));
    expect(placeOfPath(path)).toBe(last);
    expect(nodesOnPath(Field(1), path).at(-1)).toEqual(tree.root);
  });
});

describe('roots and paths as they always were', () => {
  test('of a trust set', () => {
    const set = new TrustSet([{ ...ANCHOR, pathLen: 3 }, ANCHOR, { ...ANCHOR, pathLen: 4 }]);
    expect(nodesOnPath(Field(set.leaves[0]!), set.path(anchorAt(set, 0))).at(-1)).toEqual(set.root);
    expect(set.leaves).toHaveLength(3);
  });

  test('of serial numbers', () => {
    const serials = new SerialTree();
    expect(serials.root.toString()).toBe(
      '20275632473216416057730832154835905061726545274713196149259060437183735624559',
    );
    for (let i = 0n; i < 37n; i++) serials.insert(((i * 7919n) % 1009n) + 5n);
    expect(serials.root.toString()).toBe(
      '5378881524791273592766140088286138400982284307872935384238696129435883041704',
    );
    expect(digest(serials.pathAtOrBelow(77n))).toBe('a59329c8ca3440e4');
    expect(digest(serials.freePath())).toBe('1a27830837f73669');
    serials.insert(2000n);
    expect(serials.root.toString()).toBe(
      '7796527035077235279373519595806326932264757038418845844498453996902225296822',
    );
  });

  test('of a revocation map', () => {
    const map = new RevocationMap();
    for (let i = 1; i < 6; i++) map.set({ issuer: Field(i * 100), listKind: 1n }, noneEntry());
    expect(map.root.toString()).toBe(
      '455804733996687671925882958242619134063914263952831084063756331918603456341',
    );
    expect(digest(map.hashed.pathAt(2))).toBe('735690791a7a3760');
  });

  test('of an aggregate, and of a registry that holds it', () => {
    const claims = Array.from({ length: 5 }, (_, i) => ({
      trustRoot: 9n,
      validFrom: 1n,
      validUntil: BigInt(100 + i),
      commitment: BigInt(1000 + i),
    }));
    const { claim, leaves, paths } = aggregateClaims(claims, { at: 5n });
    expect(claim.root.toString()).toBe(
      '21074034325869612366294935219882814733079247948968415868141598166629414859039',
    );
    expect(claim.height.toString()).toBe('3');
    expect(digest(paths[4]!)).toBe('4497b59a906cb841');
    const alone = aggregateClaims(claims.slice(0, 1), { at: 5n });
    expect(alone.claim.height.toString()).toBe('1');
    expect(digest(alone.paths[0]!)).toBe('5c6d15d86507c685');

    const registry = new RegistryTree(fields(1, 2, 3));
    expect(registry.appendSubtree(claim.root, 3)).toBe(8);
    registry.append(Field(77));
    expect(registry.addMember({ leaf: leaves[3]!, path: paths[3]! })).toBe(11);
    expect(registry.root.toString()).toBe(
      '16949737072190655379848187741835360405088082526526897128770853367379339798809',
    );
    expect(digest(registry.path(leaves[3]!))).toBe('8bf6881679dc9f59');
    expect(digest(registry.freePath())).toBe('27c104038a9de94f');
    expect(digest(registry.freeSubtreePath(2))).toBe('790995e6c4319fb6');
  });
});

/** The member of the set above whose leaf stands at a place. */
function anchorAt(set: TrustSet, place: number) {
  const anchors = [{ ...ANCHOR, pathLen: 3 }, ANCHOR, { ...ANCHOR, pathLen: 4 }];
  return anchors.find((anchor) => placeOfPath(set.path(anchor)) === place)!;
}

test.each<[Domain, string, number]>([
  ['node', 'zkcx-node-1', 2],
  ['serialLeaf', 'zkcx-serial-1', 2],
  ['ciLeaf', 'zkcx-ci-leaf-1', 9],
  ['crlState', 'zkcx-crl-state-1', 27],
])('the domain %s is the prefix %s of Poseidon', (domain, prefix, inputs) => {
  const input = Array.from({ length: inputs }, (_, i) => Field(i + 1));
  for (let i = 0; i < 2; i++) {
    expect(domainHash(domain, input)).toEqual(Poseidon.hashWithPrefix(prefix, input));
  }
});
