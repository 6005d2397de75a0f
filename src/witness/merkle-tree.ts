/** The Merkle tree of every set in this package, in plain TypeScript: its root, and paths for proofs. */
import { Field } from 'o1js';
import { emptyRoot, type MerklePath } from '../circuits/gadgets/merkle.ts';
import { domainHash } from '../circuits/hash.ts';

/**
 * A tree of fixed height whose leaves are empty (0) until they are set. Holds what was set and what lies
 * above; nodes are hashed when a root or a path is asked for, each once.
 */
export class MerkleTree {
  readonly height: number;
  /** By level, the leaves' first; what is missing is empty, or lies hidden in a subtree. */
  private readonly levels: Map<number, Field>[];
  /** Nodes that were set since the nodes above them were hashed, by level. */
  private readonly changed: Set<number>[];

  /** @param height levels above the leaves: 2^height leaves */
  constructor(height: number) {
    this.height = height;
    this.levels = Array.from({ length: height + 1 }, () => new Map<number, Field>());
    this.changed = Array.from({ length: height + 1 }, () => new Set<number>());
  }

  get root(): Field {
    this.settle();
    return this.node(this.height, 0);
  }

  /** Set a leaf, or with a level above 0 the root of a whole subtree. */
  set(index: number, node: Field, level = 0): void {
    this.levels[level]!.set(index, node);
    this.changed[level]!.add(index);
  }

  /**
   * Make the path of a leaf known that lies in a subtree whose root was set. The path must lead to that
   * root: nothing is hashed.
   */
  reveal(index: number, nodes: readonly Field[], siblings: readonly Field[]): void {
    for (const [level, sibling] of siblings.entries()) {
      const here = ancestor(index, level);
      this.levels[level]!.set(here, nodes[level]!);
      this.levels[level]!.set(besides(here), sibling);
    }
  }

  /** Siblings and sides from a leaf, or a node of a higher level, up to the root. */
  path(index: number, level = 0): { siblings: Field[]; right: Field[] } {
    this.settle();
    const right = sidesOf(index, this.height - level);
    return {
      siblings: right.map((_, h) => this.node(level + h, besides(ancestor(index, h)))),
      right,
    };
  }

  private node(level: number, index: number): Field {
    return this.levels[level]!.get(index) ?? emptyRoot(level);
  }

  /** Hash what lies above nodes that are new. */
  private settle(): void {
    for (let level = 1; level <= this.height; level++) {
      const below = this.changed[level - 1]!;
      for (const index of new Set([...below].map((child) => ancestor(child, 1)))) {
        const children = [this.node(level - 1, 2 * index), this.node(level - 1, 2 * index + 1)];
        this.set(index, domainHash('node', children), level);
      }
      below.clear();
    }
    this.changed[this.height]!.clear();
  }
}

/** The nodes on a path, the leaf first and the root last. */
export function nodesOnPath(leaf: Field, { siblings, right }: MerklePath): Field[] {
  const nodes = [leaf];
  for (const [level, sibling] of siblings.entries()) {
    const node = nodes[level]!;
    const isRight = right[level]!.toBigInt() === 1n;
    nodes.push(domainHash('node', isRight ? [sibling, node] : [node, sibling]));
  }
  return nodes;
}

/** Sides of the path of a place, lowest level first: 1 where it comes from the right. */
export function sidesOf(place: number, height: number): Field[] {
  return Array.from({ length: height }, (_, level) => Field(ancestor(place, level) % 2));
}

/** The place that a path belongs to. */
export function placeOfPath({ right }: Pick<MerklePath, 'right'>): number {
  return right.reduce((sum, bit, level) => sum + Number(bit.toBigInt()) * 2 ** level, 0);
}

// no bit operations: places have 32 bits, without a sign
const ancestor = (index: number, levels: number) => Math.floor(index / 2 ** levels);
const besides = (index: number) => (index % 2 ? index - 1 : index + 1);
