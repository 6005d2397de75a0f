/**
 * Indexed Merkle tree: leaves in order of insertion, each with the next larger key, so that one leaf
 * shows that no key lies between the two. Leaf 0 is the sentinel with key 0.
 */
import type { Field } from 'o1js';
import { MerkleTree } from './merkle-tree.ts';

export interface IndexedLeaf {
  readonly key: bigint;
  readonly nextKey: bigint;
  readonly value: bigint;
}

/** Where a leaf stands and what stands beside its path. */
export interface IndexedPath {
  readonly leaf: IndexedLeaf;
  readonly siblings: Field[];
  readonly right: Field[];
}

export interface IndexedTreeOptions {
  readonly height: number;
  /** Next key of the largest key. */
  readonly end: bigint;
  readonly hashLeaf: (leaf: IndexedLeaf) => Field;
}

/** Holds all of its leaves. Nodes are hashed when a root or a path is asked for, each once. */
export class IndexedTree {
  private readonly options: IndexedTreeOptions;
  private readonly leaves: IndexedLeaf[] = [];
  /** Positions in `leaves`, by ascending key. */
  private readonly sorted: number[] = [];
  private readonly tree: MerkleTree;
  /** Leaves that were changed since they were hashed. */
  private readonly changed = new Set<number>([0]);

  constructor(options: IndexedTreeOptions) {
    this.options = options;
    this.tree = new MerkleTree(options.height);
    this.leaves.push({ key: 0n, nextKey: options.end, value: 0n });
    this.sorted.push(0);
  }

  get root(): Field {
    this.settle();
    return this.tree.root;
  }

  /** Keys beside the sentinel. */
  get size(): number {
    return this.leaves.length - 1;
  }

  has(key: bigint): boolean {
    return this.leaves[this.sorted[this.lowRank(key)]!]!.key === key;
  }

  /** Add a key that is not there, above 0 and below `end`. Throws RangeError otherwise, or if full. */
  insert(key: bigint, value = 0n): void {
    const rank = this.lowRank(key);
    const lowIndex = this.sorted[rank]!;
    const low = this.leaves[lowIndex]!;
    if (key <= 0n || key >= this.options.end || low.key === key) throw RangeError('key');
    if (this.leaves.length >= 2 ** this.options.height) throw RangeError('the tree is full');
    this.leaves[lowIndex] = { ...low, nextKey: key };
    this.changed.add(lowIndex);
    const index = this.leaves.push({ key, nextKey: low.nextKey, value }) - 1;
    this.sorted.splice(rank + 1, 0, index);
    this.changed.add(index);
  }

  /** Change the value of a key that is there. */
  update(key: bigint, value: bigint): void {
    const index = this.sorted[this.lowRank(key)]!;
    const leaf = this.leaves[index]!;
    if (leaf.key !== key || key === 0n) throw RangeError('key');
    this.leaves[index] = { ...leaf, value };
    this.changed.add(index);
  }

  /** The leaf with the largest key that is at most `key`: its own, or its lower neighbour's. */
  pathAtOrBelow(key: bigint): IndexedPath {
    return this.pathAt(this.sorted[this.lowRank(key)]!);
  }

  /** The leaf at a place that is taken: 0 for the sentinel, then in order of insertion. */
  pathAt(index: number): IndexedPath {
    return { leaf: this.leaves[index]!, ...this.pathOf(index) };
  }

  /** The path to the next free leaf. */
  freePath(): Omit<IndexedPath, 'leaf'> {
    return this.pathOf(this.leaves.length);
  }

  private pathOf(index: number): Omit<IndexedPath, 'leaf'> {
    this.settle();
    return this.tree.path(index);
  }

  /** Rank in `sorted` of the largest key that is at most `key`. */
  private lowRank(key: bigint): number {
    let [low, high] = [0, this.sorted.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.leaves[this.sorted[middle]!]!.key <= key) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  private settle(): void {
    const { hashLeaf } = this.options;
    for (const index of this.changed) this.tree.set(index, hashLeaf(this.leaves[index]!));
    this.changed.clear();
  }
}
