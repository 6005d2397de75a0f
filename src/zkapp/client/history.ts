/**
 * The registry as its events tell it: the tree of credentials, the trust set, the revocation map, and
 * what the admin proposed. Events say what happened, the contract's state says what is: the one must
 * lead to the other.
 */
import { Field } from 'o1js';
import { ENTRY_STATE, mapKey, RevocationEntry } from '../../circuits/revocation.ts';
import { ZkcxError } from '../../errors.ts';
import { AGGREGATE_HEIGHT, TRUST_HEIGHT } from '../../params.ts';
import type { IndexedTree } from '../../witness/indexed-tree.ts';
import { initialMap, type InitialSource } from '../../witness/initial-map.ts';
import { RegistryTree } from '../../witness/registry-tree.ts';
import {
  awaitedEntry,
  type MapPlace,
  noneEntry,
  RevocationMap,
  SerialTree,
} from '../../witness/revocation-map.ts';
import { actionHash } from '../contract/action.ts';
import type { AdminAction } from '../contract/arguments.ts';
import type { AggregatePublished, RevocationUpdated, SourceSet } from '../contract/events.ts';
import { treeRoot } from '../contract/gates.ts';
import type { RegistryState } from '../contract/state.ts';
import type { RegistryEvent } from './events.ts';

/** What a registry was deployed with. */
export interface RegistryBeginning {
  /** `CiLeaf.hash` of each CI; without them the trust set is not rebuilt. */
  readonly trust?: readonly bigint[];
  /** Default: an empty map. */
  readonly sources?: readonly InitialSource[];
}

export class RegistryHistory {
  readonly tree = new RegistryTree();
  /** Hashes of the map's entries, by `mapKey`. */
  readonly mapTree: IndexedTree;
  /** The entries themselves, in the order in which they came into the map. */
  readonly entries: Map<bigint, RevocationEntry>;
  /** Leaves of the accepted CIs; undefined where it is not known which ones it began with. */
  readonly trust: Set<bigint> | undefined;
  /** What is proposed and not yet applied. */
  pending: AdminAction | undefined;
  private admin: Field | undefined;
  /** Of the first event. */
  private clock: Field | undefined;

  /** The codes of `initialMap`. */
  constructor({ trust, sources = [] }: RegistryBeginning = {}) {
    this.trust = trust && new Set(trust);
    ({ tree: this.mapTree, entries: this.entries } = initialMap(sources));
  }

  /** Throws ERR_REGISTRY_GAP for an event that cannot follow on those before. */
  apply(event: RegistryEvent): void {
    // the first event and no other
    assertFollows((this.clock === undefined) === (event.name === 'deployed'));
    switch (event.name) {
      case 'deployed':
        this.clock = event.value;
        return;
      case 'published':
        assertNext(event.value.index, this.tree.append(event.value.leaf));
        break;
      case 'aggregatePublished':
        this.aggregate(event.value);
        break;
      case 'revocationUpdated':
        this.list(event.value);
        break;
      case 'sourceAdded':
        this.source(event.value, false);
        break;
      case 'sourceChanged':
        this.source(event.value, true);
        break;
      case 'proposed':
        assertFollows(this.pending === undefined);
        this.pending = event.value.action;
        return;
      case 'cancelled':
        assertFollows(this.pending !== undefined);
        assertFollows(actionHash(this.pending!).toBigInt() === event.value.toBigInt());
        this.pending = undefined;
        return;
      case 'ciAdded':
        this.ci(event.value, true);
        break;
      case 'ciRemoved':
        this.ci(event.value, false);
        break;
      case 'adminChanged':
        this.admin = event.value;
        break;
    }
    if (APPLIED.has(event.name)) {
      assertFollows(this.pending !== undefined);
      this.pending = undefined;
    }
  }

  /** Throws ERR_REGISTRY_STATE when all that happened does not lead to this state. */
  assertLeadsTo(state: RegistryState): void {
    const pending = this.pending === undefined ? 0n : actionHash(this.pending).toBigInt();
    const parts: [string, bigint | undefined, bigint][] = [
      ['clock', this.clock?.toBigInt(), state.clock],
      ['registry root', this.tree.root.toBigInt(), state.registryRoot],
      ['next place', BigInt(this.tree.size), state.nextIndex],
      ['revocation root', this.mapTree.root.toBigInt(), state.revocationRoot],
      ['trust root', this.trustRoot ?? state.trustRoot, state.trustRoot],
      ['pending action', pending, state.pendingActions],
      ['admin', this.admin?.toBigInt() ?? state.adminKeyHash, state.adminKeyHash],
    ];
    const wrong = parts.filter(([, told, real]) => told !== real).map(([name]) => name);
    if (wrong.length === 0) return;
    throw new ZkcxError(
      'ERR_REGISTRY_STATE',
      `the events do not lead to the contract's ${wrong.join(', ')}: some are missing, false or in ` +
        'another order, or the CIs that it was deployed with are others',
    );
  }

  /**
   * The map with its places, for arguments of the contract. The chain knows keys of entries, not the
   * issuers that they are hashes of, and no serial numbers: those are not in it.
   *
   * @param places those of the sources that whoever asks knows
   * @throws ERR_REVOCATION_SOURCES when an entry is of none of them
   */
  mapOf(places: readonly MapPlace[]): RevocationMap {
    const byKey = new Map(
      places.map((place) => [mapKey(place.issuer, Field(place.listKind)).toBigInt(), place]),
    );
    const map = new RevocationMap();
    for (const [key, entry] of this.entries) {
      const place = byKey.get(key);
      if (place === undefined) {
        throw new ZkcxError(
          'ERR_REVOCATION_SOURCES',
          "the registry's map has an entry of an issuer and kind that the sources do not name",
        );
      }
      map.set(place, { entry, serials: new SerialTree() });
    }
    return map;
  }

  private get trustRoot(): bigint | undefined {
    if (this.trust === undefined) return undefined;
    const leaves = [...this.trust].sort((a, b) => (a < b ? -1 : 1));
    const padded = Array.from({ length: 2 ** TRUST_HEIGHT }, (_, i) => Field(leaves[i] ?? 0n));
    return treeRoot(padded).toBigInt();
  }

  private aggregate({ index, height, count, root }: AggregatePublished): void {
    const h = Number(height.toBigInt());
    const filled = count.toBigInt();
    assertFollows(h >= 1 && h <= AGGREGATE_HEIGHT);
    assertFollows(2n * filled > 1n << BigInt(h) && filled <= 1n << BigInt(h));
    assertNext(index, this.tree.appendSubtree(root, h));
  }

  private list({ mapKey, serials, point, crlNumber, thisUpdate, nextUpdate }: RevocationUpdated) {
    const state = Field(ENTRY_STATE.list);
    this.set(
      mapKey,
      new RevocationEntry({ state, serials, point, crlNumber, thisUpdate, nextUpdate }),
      true,
    );
  }

  private source({ mapKey, point }: SourceSet, isThere: boolean): void {
    const { entry } = point.equals(0).toBoolean() ? noneEntry() : awaitedEntry(point);
    this.set(mapKey, entry, isThere);
  }

  private set(mapKey: Field, entry: RevocationEntry, isThere: boolean): void {
    const key = mapKey.toBigInt();
    const value = RevocationEntry.hash(entry).toBigInt();
    try {
      if (isThere) this.mapTree.update(key, value);
      else this.mapTree.insert(key, value);
    } catch {
      // RangeError: a key that is there or not, or can never be; or the tree is full
      assertFollows(false);
    }
    this.entries.set(key, entry);
  }

  private ci(leaf: Field, isAdded: boolean): void {
    if (this.trust === undefined) return;
    const key = leaf.toBigInt();
    assertFollows(this.trust.has(key) !== isAdded);
    if (isAdded) {
      // the root of the set has room for so many: more would not show in it
      assertFollows(this.trust.size < 2 ** TRUST_HEIGHT);
      this.trust.add(key);
    } else this.trust.delete(key);
  }
}

/** Events of actions that were pending before. */
const APPLIED: ReadonlySet<string> = new Set([
  'sourceAdded',
  'sourceChanged',
  'ciAdded',
  'adminChanged',
]);

function assertNext(index: Field, place: number): void {
  assertFollows(index.toBigInt() === BigInt(place));
}

function assertFollows(follows: boolean): void {
  if (follows) return;
  throw new ZkcxError(
    'ERR_REGISTRY_GAP',
    'an event does not follow on those before it: some are missing or in another order; ask another archive',
  );
}
