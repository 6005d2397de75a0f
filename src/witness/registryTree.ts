/**
 * The tree of published credentials in plain TypeScript: leaves in the order of publication, then
 * empty ones (0). Its root is `registryRoot`.
 */
import { Field } from 'o1js';
import { emptyRoot } from '../circuits/gadgets/merkle.ts';
import { domainHash } from '../circuits/hash.ts';
import { RegistryPath } from '../circuits/registryPresentation.program.ts';
import { ZkcxError } from '../errors.ts';
import { REGISTRY_HEIGHT } from '../params.ts';

/** Append-only. Nodes are hashed when a root or a path is asked for, each once. */
export class RegistryTree {
  /** levels[0] the leaves; what is missing is empty. */
  private readonly levels: Field[][] = Array.from({ length: REGISTRY_HEIGHT + 1 }, () => []);
  /** Where each leaf stands first. */
  private readonly places = new Map<bigint, number>();
  /** Leaves below which all nodes are hashed. */
  private settled = 0;

  /** @param leaves `credentialLeaf` of each published credential */
  constructor(leaves: Iterable<Field> = []) {
    for (const leaf of leaves) this.append(leaf);
  }

  get size(): number {
    return this.levels[0]!.length;
  }

  get root(): Field {
    this.settle();
    return this.levels[REGISTRY_HEIGHT]![0] ?? emptyRoot(REGISTRY_HEIGHT);
  }

  /** Publish a leaf; the same one may stand there twice. Throws ERR_REGISTRY_FULL. Returns its place. */
  append(leaf: Field): number {
    if (this.size >= 2 ** REGISTRY_HEIGHT) {
      throw new ZkcxError('ERR_REGISTRY_FULL', 'the registry is full: use another one');
    }
    const place = this.levels[0]!.push(leaf) - 1;
    const key = leaf.toBigInt();
    if (!this.places.has(key)) this.places.set(key, place);
    return place;
  }

  /** Siblings and sides from a leaf up. Throws ERR_REGISTRY_UNKNOWN. */
  path(leaf: Field): RegistryPath {
    const place = this.places.get(leaf.toBigInt());
    if (place === undefined) {
      throw new ZkcxError(
        'ERR_REGISTRY_UNKNOWN',
        'this credential is not in the registry: publish it, or present it with its chain proof',
      );
    }
    this.settle();
    const indices = Array.from({ length: REGISTRY_HEIGHT }, (_, h) => Math.floor(place / 2 ** h));
    return new RegistryPath({
      siblings: indices.map((index, level) => this.node(level, index % 2 ? index - 1 : index + 1)),
      right: indices.map((index) => Field(index % 2)),
    });
  }

  private node(level: number, index: number): Field {
    return this.levels[level]![index] ?? emptyRoot(level);
  }

  /** Hash what lies above the leaves that are new. */
  private settle(): void {
    let [from, to] = [this.settled, this.size - 1];
    this.settled = this.size;
    for (let level = 1; level <= REGISTRY_HEIGHT && from <= to; level++) {
      [from, to] = [Math.floor(from / 2), Math.floor(to / 2)];
      for (let index = from; index <= to; index++) {
        const children = [this.node(level - 1, 2 * index), this.node(level - 1, 2 * index + 1)];
        this.levels[level]![index] = domainHash('node', children);
      }
    }
  }
}
