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
import type { MerklePath } from '../circuits/gadgets/merkle.ts';
import { RegistryPath } from '../circuits/registry-presentation.plain.ts';
import { ZkcxError } from '../errors.ts';
import { AGGREGATE_HEIGHT, REGISTRY_HEIGHT } from '../params.ts';
import { MerkleTree, nodesOnPath, placeOfPath } from './merkle-tree.ts';

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

/** A root that the tree had before: after so many publications. */
export interface RecentRoot {
  readonly publications: number;
  readonly root: Field;
}

const iterable = z.custom<Iterable<Field>>(
  (value) => typeof value === 'object' && value !== null && Symbol.iterator in value,
);

const recentRoots = z
  .array(z.object({ publications: z.int().min(1), root: instanceOf(Field) }))
  .max(9)
  .refine((all) =>
    all.every(({ publications }, i) => publications < (all[i - 1]?.publications ?? Infinity)),
  );

/** Append-only. */
export class RegistryTree {
  private readonly tree = new MerkleTree(REGISTRY_HEIGHT);
  /** Where each known leaf stands first. */
  private readonly places = new Map<bigint, number>();
  /** First place of each subtree, by its root. */
  private readonly subtrees = new Map<
    bigint,
    { readonly height: number; readonly start: number }
  >();
  private readonly publications: Publication[] = [];
  private readonly known: RegistryMember[] = [];
  private readonly recentRoots: RecentRoot[] = [];
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
    return this.tree.root;
  }

  /** Roots of the recent past that are accepted beside the present one, newest first. */
  get recent(): readonly RecentRoot[] {
    return this.recentRoots;
  }

  /**
   * The accepted root that others who synced some hours before or after accept as well: the middle one. Nothing is
   * lost by asking for it, since a credential is shown only where it stands under all of them.
   */
  get commonRoot(): Field {
    const roots = [this.root, ...this.recentRoots.map(({ root }) => root)];
    return roots[Math.floor(roots.length / 2)]!;
  }

  /**
   * Accept earlier roots too, newest first: of fewer publications each. That they were roots is found out where they
   * are used.
   */
  acceptRecent(recent: readonly RecentRoot[]): void {
    checked(recent, recentRoots, 'RegistryTree.acceptRecent');
    this.recentRoots.splice(0, Infinity, ...recent);
  }

  /**
   * The tree whose root this is, if it is the present one or an accepted earlier one. Throws ERR_REGISTRY_ROOT when
   * the publications do not give it.
   */
  at(root: bigint): RegistryTree | undefined {
    if (root === this.root.toBigInt()) return this;
    const recent = this.recentRoots.find((one) => one.root.toBigInt() === root);
    if (recent === undefined) return undefined;
    const tree = new RegistryTree();
    for (const one of this.publications.slice(0, recent.publications)) {
      if ('leaf' in one) tree.append(one.leaf);
      else tree.appendSubtree(one.root, one.height);
    }
    if (tree.root.toBigInt() !== root) throw wrongRoot();
    for (const member of this.known) if (tree.has(member)) tree.addMember(member);
    return tree;
  }

  /** Whether a leaf that is known here stands under every root that is accepted. */
  isUnderAll(leaf: Field): boolean {
    const place = this.placeOf(leaf);
    const least = Math.min(
      this.publications.length,
      ...this.recentRoots.map((one) => one.publications),
    );
    let next = 0;
    for (const one of this.publications.slice(0, least)) {
      const width = 'leaf' in one ? 1 : 2 ** one.height;
      next = Math.ceil(next / width) * width + width;
    }
    return place < next;
  }

  /** Publish a leaf; the same one may stand there twice. Throws ERR_REGISTRY_FULL. Returns its place. */
  append(leaf: Field): number {
    checked(leaf, instanceOf(Field), 'RegistryTree.append');
    const place = this.take(0);
    this.tree.set(place, leaf);
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
    this.tree.set(start / 2 ** height, root, height);
    const key = root.toBigInt();
    if (!this.subtrees.has(key)) this.subtrees.set(key, { height, start });
    this.publications.push({ root, height });
    return start;
  }

  private has({ leaf, path }: RegistryMember): boolean {
    return this.subtrees.has(nodesOnPath(leaf, path).at(-1)!.toBigInt());
  }

  /** Make a member of a published aggregate known. Throws ERR_REGISTRY_UNKNOWN. Returns its place. */
  addMember({ leaf, path }: RegistryMember): number {
    const nodes = nodesOnPath(leaf, path);
    const subtree = this.subtrees.get(nodes.at(-1)!.toBigInt());
    // roots of one value have one height: nodes and leaves differ in their domains
    if (subtree === undefined || subtree.height !== path.siblings.length) {
      throw new ZkcxError(
        'ERR_REGISTRY_UNKNOWN',
        'the aggregate of this member is not in the registry: publish it first, or sync again',
      );
    }
    const place = subtree.start + placeOfPath(path);
    this.tree.reveal(place, nodes, path.siblings);
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
      'this credential is not in the registry: publish it, or present it by its chain proof; ' +
        'a member of an aggregate needs its member file too',
    );
  }

  /** Siblings and sides from a leaf up. Throws ERR_REGISTRY_UNKNOWN. */
  path(leaf: Field): RegistryPath {
    return new RegistryPath(this.tree.path(this.placeOf(leaf)));
  }

  /** The path of the place that the next leaf takes, which is empty. Throws ERR_REGISTRY_FULL. */
  freePath(): RegistryPath {
    return new RegistryPath(this.tree.path(this.free(0)));
  }

  /**
   * Siblings and sides, from the root of the next subtree of a height up: what shows that its place is
   * empty and where it comes to stand. REGISTRY_HEIGHT - height of them. Throws ERR_REGISTRY_FULL.
   */
  freeSubtreePath(height: number): MerklePath {
    return this.tree.path(this.free(height) / 2 ** height, height);
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
}

export const wrongRoot = () =>
  new ZkcxError(
    'ERR_REGISTRY_ROOT',
    'the publications in the registry file do not give the root that it claims: sync again',
  );
