/**
 * Indexed Merkle tree: leaves in order of insertion, each with the next larger key, so that one leaf
 * shows that no key lies between the two. Leaf 0 is the sentinel with key 0.
 */
import { Field } from 'o1js';
import { emptyRoot } from '../circuits/gadgets/merkle.ts';
import { domainHash } from '../circuits/hash.ts';

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
  /** levels[0] the leaves' hashes; what is missing is empty. */
  private readonly levels: Field[][];
  /** Leaves that were changed since the nodes above them were hashed. */
  private readonly changed = new Set<number>([0]);

  constructor(options: IndexedTreeOptions) {
    this.options = options;
    this.levels = Array.from({ length: options.height + 1 }, () => []);
    this.leaves.push({ key: 0n, nextKey: options.end, value: 0n });
    this.sorted.push(0);
  }

  get root(): Field {
    this.settle();
    return this.levels[this.options.height]![0]!;
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
    return { leaf: this.leaves[index]!, ...this.siblingsOf(index) };
  }

  /** The path to the next free leaf. */
  freePath(): Omit<IndexedPath, 'leaf'> {
    const { siblings, right } = this.siblingsOf(this.leaves.length);
    return { siblings, right };
  }

  private siblingsOf(index: number): { siblings: Field[]; right: Field[] } {
    this.settle();
    const heights = Array.from({ length: this.options.height }, (_, level) => level);
    return {
      siblings: heights.map((level) => this.node(level, Math.floor(index / 2 ** level) ^ 1)),
      right: heights.map((level) => Field(Math.floor(index / 2 ** level) % 2)),
    };
  }

  private node(level: number, index: number): Field {
    return this.levels[level]![index] ?? emptyRoot(level);
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

  /** Hash what lies on and above the changed leaves. */
  private settle(): void {
    for (const index of this.changed) {
      this.levels[0]![index] = this.options.hashLeaf(this.leaves[index]!);
    }
    let changed = new Set(this.changed);
    this.changed.clear();
    for (let level = 1; level <= this.options.height && changed.size > 0; level++) {
      changed = new Set([...changed].map((index) => Math.floor(index / 2)));
      for (const index of changed) {
        const children = [this.node(level - 1, 2 * index), this.node(level - 1, 2 * index + 1)];
        this.levels[level]![index] = domainHash('node', children);
      }
    }
  }
}
