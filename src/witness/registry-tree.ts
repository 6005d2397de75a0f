/**
 * The tree of published credentials in plain TypeScript: leaves and whole subtrees (aggregates) in the
 * order of publication, and empty leaves (0) everywhere else. Its root is `registryRoot`.
 *
 * Of a subtree only its root is public. Whoever is a member of it knows the path of its own leaf, and
 * that is enough for a path up to `registryRoot`.
 */
import { z } from 'zod';
import { checked, instanceOf } from '../arguments.ts';
import { Field } from 'o1js';
import { emptyRoot, type MerklePath } from '../circuits/gadgets/merkle.ts';
import { domainHash } from '../circuits/hash.ts';
import { RegistryPath } from '../circuits/registry-presentation.program.ts';
import { ZkcxError } from '../errors.ts';
import { AGGREGATE_HEIGHT, REGISTRY_HEIGHT } from '../params.ts';

/** One publication: a credential's leaf, or an aggregate of some height. */
export type Publication =
  | { readonly leaf: Field }
  | {
      readonly root: Field;
      /** 1 to AGGREGATE_HEIGHT. */
      readonly height: number;
    };

/** A leaf of an aggregate, and its path up to the aggregate's root. */
export interface RegistryMember {
  readonly leaf: Field;
  readonly path: MerklePath;
}

/** Append-only. Nodes are hashed when a root or a path is asked for, each once. */
const iterable = z.custom<Iterable<Field>>(
  (value) => typeof value === 'object' && value !== null && Symbol.iterator in value,
);

export class RegistryTree {
  /** By level, the leaves' first; what is missing is empty, or hidden in a subtree. */
  private readonly levels: Field[][] = Array.from({ length: REGISTRY_HEIGHT + 1 }, () => []);
  /** Nodes that were set since the nodes above them were hashed, by level. */
  private changed: Set<number>[] = freshSets();
  /** Where each known leaf stands first. */
  private readonly places = new Map<bigint, number>();
  /** First place of each subtree, by its root. */
  private readonly subtrees = new Map<
    bigint,
    { readonly height: number; readonly start: number }
  >();
  private readonly publications: Publication[] = [];
  private readonly known: RegistryMember[] = [];
  private next = 0;

  /** @param leaves `credentialLeaf` of each published credential */
  constructor(leaves: Iterable<Field> = []) {
    checked(leaves, iterable, 'RegistryTree');
    for (const leaf of leaves) this.append(leaf);
  }

  /** Places taken, those that alignment skipped and that aggregates left empty among them. */
  get size(): number {
    return this.next;
  }

  /** All publications, in order: they determine the root. */
  get published(): readonly Publication[] {
    return this.publications;
  }

  /** Members of aggregates whose paths are known here. */
  get members(): readonly RegistryMember[] {
    return this.known;
  }

  get root(): Field {
    this.settle();
    return this.node(REGISTRY_HEIGHT, 0);
  }

  /** Publish a leaf; the same one may stand there twice. Throws ERR_REGISTRY_FULL. Returns its place. */
  append(leaf: Field): number {
    checked(leaf, instanceOf(Field), 'RegistryTree.append');
    const place = this.take(0);
    this.set(0, place, leaf);
    const key = leaf.toBigInt();
    if (!this.places.has(key)) this.places.set(key, place);
    this.publications.push({ leaf });
    return place;
  }

  /**
   * Publish an aggregate at the next multiple of 2^height; the places that this skips stay empty.
   * Throws ERR_REGISTRY_FULL. Returns the place of its first leaf.
   */
  appendSubtree(root: Field, height: number): number {
    checked(root, instanceOf(Field), 'RegistryTree.appendSubtree');
    checked(height, z.int().min(1).max(AGGREGATE_HEIGHT), 'the height of a subtree');
    const start = this.take(height);
    this.set(height, start / 2 ** height, root);
    const key = root.toBigInt();
    if (!this.subtrees.has(key)) this.subtrees.set(key, { height, start });
    this.publications.push({ root, height });
    return start;
  }

  /** Make a member of a published aggregate known. Throws ERR_REGISTRY_UNKNOWN. Returns its place. */
  addMember({ leaf, path }: RegistryMember): number {
    const nodes = [leaf];
    path.siblings.forEach((sibling, level) => {
      const below = nodes[level]!;
      const children = isRight(path, level) ? [sibling, below] : [below, sibling];
      nodes.push(domainHash('node', children));
    });
    const subtree = this.subtrees.get(nodes.at(-1)!.toBigInt());
    // roots of one value have one height: nodes and leaves differ in their domains
    if (subtree === undefined || subtree.height !== path.siblings.length) {
      throw new ZkcxError(
        'ERR_REGISTRY_UNKNOWN',
        'the aggregate of this member is not in the registry: publish it first, or sync again',
      );
    }
    const place = path.right.reduce(
      (sum, _, level) => sum + (isRight(path, level) ? 2 ** level : 0),
      subtree.start,
    );
    path.siblings.forEach((sibling, level) => {
      const index = Math.floor(place / 2 ** level);
      this.levels[level]![index] = nodes[level]!;
      this.levels[level]![besides(index)] = sibling;
    });
    const key = leaf.toBigInt();
    if (!this.places.has(key)) {
      this.places.set(key, place);
      this.known.push({ leaf, path });
    }
    return place;
  }

  /** Place of a leaf that is known here. Throws ERR_REGISTRY_UNKNOWN. */
  placeOf(leaf: Field): number {
    const place = this.places.get(leaf.toBigInt());
    if (place !== undefined) return place;
    throw new ZkcxError(
      'ERR_REGISTRY_UNKNOWN',
      'this credential is not in the registry: publish it, or present it with its chain proof; ' +
        'a member of an aggregate needs its member file too',
    );
  }

  /** Siblings and sides from a leaf up. Throws ERR_REGISTRY_UNKNOWN. */
  path(leaf: Field): RegistryPath {
    return this.pathAbove(0, this.placeOf(leaf));
  }

  /** The path of the place that the next leaf takes, which is empty. Throws ERR_REGISTRY_FULL. */
  freePath(): RegistryPath {
    return this.pathAbove(0, this.free(0));
  }

  /**
   * Siblings and sides, from the root of the next subtree of a height up: what shows that its place is
   * empty and where it comes to stand. REGISTRY_HEIGHT - height of them. Throws ERR_REGISTRY_FULL.
   */
  freeSubtreePath(height: number): MerklePath {
    return this.siblingsAbove(height, this.free(height) / 2 ** height);
  }

  private pathAbove(level: number, index: number): RegistryPath {
    const { siblings, right } = this.siblingsAbove(level, index);
    return new RegistryPath({ siblings: [...siblings], right: [...right] });
  }

  private siblingsAbove(level: number, index: number): MerklePath {
    this.settle();
    const indices = Array.from({ length: REGISTRY_HEIGHT - level }, (_, h) =>
      Math.floor(index / 2 ** h),
    );
    return {
      siblings: indices.map((i, h) => this.node(level + h, besides(i))),
      right: indices.map((i) => Field(i % 2)),
    };
  }

  /** First place of the next subtree of a height. */
  private free(height: number): number {
    const start = Math.ceil(this.next / 2 ** height) * 2 ** height;
    if (start + 2 ** height <= 2 ** REGISTRY_HEIGHT) return start;
    throw new ZkcxError('ERR_REGISTRY_FULL', 'the registry is full: use another one');
  }

  private take(height: number): number {
    const start = this.free(height);
    this.next = start + 2 ** height;
    return start;
  }

  private set(level: number, index: number, node: Field): void {
    this.levels[level]![index] = node;
    this.changed[level]!.add(index);
  }

  private node(level: number, index: number): Field {
    return this.levels[level]![index] ?? emptyRoot(level);
  }

  /** Hash what lies above nodes that are new. */
  private settle(): void {
    for (let level = 1; level <= REGISTRY_HEIGHT; level++) {
      const parents = new Set([...this.changed[level - 1]!].map((index) => Math.floor(index / 2)));
      for (const index of parents) {
        const children = [this.node(level - 1, 2 * index), this.node(level - 1, 2 * index + 1)];
        this.set(level, index, domainHash('node', children));
      }
    }
    this.changed = freshSets();
  }
}

const freshSets = () => Array.from({ length: REGISTRY_HEIGHT + 1 }, () => new Set<number>());

/** Neither ^ nor & : places have 32 bits, without a sign. */
const besides = (index: number) => (index % 2 ? index - 1 : index + 1);

const isRight = ({ right }: MerklePath, level: number) => right[level]!.toBigInt() === 1n;
