/**
 * The registry as its events tell it: the tree of credentials, the trust set, the revocation map, and
 * what the admin proposed. Events say what happened, the contract's state says what is: the one must
 * lead to the other.
 */
import { Field } from 'o1js';
import { ENTRY_STATE, RevocationEntry } from '../../circuits/revocation.ts';
import { ZkcxError } from '../../errors.ts';
import { AGGREGATE_HEIGHT, TRUST_HEIGHT } from '../../params.ts';
import { initialMap, type InitialSource } from '../../witness/initial-map.ts';
import { RegistryTree } from '../../witness/registry-tree.ts';
import { type EntryMap, entryOfSource } from '../../witness/revocation-map.ts';
import {
  actionsHash,
  addCiAction,
  changeAdminAction,
  pendingHash,
  setSourceAction,
} from '../contract/action.ts';
import type { AdminAction } from '../contract/arguments.ts';
import type { AggregatePublished, RevocationUpdated, SourceSet } from '../contract/events.ts';
import {
  PARTS,
  type Proposed,
  type ProposedPart,
  readActions,
  readPart,
} from '../contract/proposed.ts';
import type { RegistryState } from '../contract/state.ts';
import { trustRootOf } from '../contract/trust-set.ts';
import type { RegistryEvent } from './events.ts';

/** What a registry was deployed with. */
export interface RegistryBeginning {
  /** `CiLeaf.hash` of each CI. */
  readonly trust: readonly bigint[];
  readonly sources: readonly InitialSource[];
  /** `adminKeyHash`. */
  readonly admin: Field;
}

export class RegistryHistory {
  readonly tree = new RegistryTree();
  /** The revocation map, without serial numbers: the chain does not know them. */
  readonly map: EntryMap;
  /** Leaves of the accepted CIs. */
  readonly trust: Set<bigint>;
  /** What is proposed and not yet applied, in its order. */
  pending: readonly AdminAction[] = [];
  /** Slot from which their delay counts; 0 when there are none. */
  pendingSlot = 0n;
  /** `adminKeyHash` of who is the admin now. */
  admin: Field;
  /** Parts of a proposal, of which all have to come before anything else. */
  private readonly parts = new Map<number, ProposedPart>();
  /** Of the first event. */
  private clock: Field | undefined;

  /** The codes of `initialMap`. */
  constructor({ trust, sources, admin }: RegistryBeginning) {
    this.trust = new Set(trust);
    this.map = initialMap(sources);
    this.admin = admin;
  }

  /** Throws ERR_REGISTRY_GAP for an event that cannot follow on those before. */
  apply(event: RegistryEvent): void {
    // the first event and no other
    assertFollows((this.clock === undefined) === (event.name === 'deployed'));
    assertFollows(this.parts.size === 0 || event.name === 'proposed');
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
        this.proposed(event.value);
        break;
      case 'cancelled':
        assertFollows(this.pending.length > 0);
        assertFollows(pendingHash(this.pending).toBigInt() === event.value.toBigInt());
        this.setPending([]);
        break;
      case 'dropped':
        assertFollows(this.pending.length > 0);
        this.setPending(this.pending.slice(1));
        assertFollows(pendingHash(this.pending).toBigInt() === event.value.toBigInt());
        break;
      case 'ciAdded':
        this.applied(addCiAction(event.value));
        this.ci(event.value, true);
        break;
      case 'ciRemoved':
        this.ci(event.value, false);
        this.setPending([]);
        break;
      case 'adminChanged':
        this.applied(changeAdminAction(event.value));
        this.admin = event.value;
        break;
    }
  }

  /** Throws ERR_REGISTRY_STATE when all that happened does not lead to this state. */
  assertLeadsTo(state: RegistryState): void {
    const parts: [string, bigint | undefined, bigint][] = [
      ['clock', this.clock?.toBigInt(), state.clock],
      ['registry root', this.tree.root.toBigInt(), state.registryRoot],
      ['next place', BigInt(this.tree.size), state.nextIndex],
      ['revocation root', this.map.root.toBigInt(), state.revocationRoot],
      ['trust root', trustRootOf([...this.trust]).toBigInt(), state.trustRoot],
      ['pending actions', pendingHash(this.pending).toBigInt(), state.pendingActions],
      ['pending slot', this.pendingSlot, state.pendingSlot],
      ['admin', this.admin.toBigInt(), state.adminKeyHash],
    ];
    const wrong = parts.filter(([, told, real]) => told !== real).map(([name]) => name);
    if (wrong.length === 0) return;
    throw new ZkcxError(
      'ERR_REGISTRY_STATE',
      `the events do not lead to the contract's ${wrong.join(', ')}: some are missing, false or in ` +
        'another order',
    );
  }

  private aggregate({ index, height, count, root }: AggregatePublished): void {
    const h = Number(height.toBigInt());
    const filled = count.toBigInt();
    assertFollows(h >= 1 && h <= AGGREGATE_HEIGHT);
    assertFollows(2n * filled > 1n << BigInt(h) && filled <= 1n << BigInt(h));
    assertNext(index, this.tree.appendSubtree(root, h));
  }

  private list(list: RevocationUpdated): void {
    this.set(list.mapKey, listEntry(list), true);
  }

  private source({ mapKey, point }: SourceSet, isThere: boolean): void {
    this.applied(setSourceAction(mapKey, point));
    // what the entry held last is what every later list must exceed
    const floor = this.map.get(mapKey.toBigInt())?.thisUpdate.toBigInt();
    this.set(mapKey, entryOfSource(point, floor).entry, isThere);
  }

  private set(mapKey: Field, entry: RevocationEntry, isThere: boolean): void {
    const key = mapKey.toBigInt();
    assertFollows((this.map.get(key) !== undefined) === isThere);
    try {
      this.map.set(key, entry);
    } catch {
      // RangeError: a key that can never be; or the tree is full
      assertFollows(false);
    }
  }

  /** A part of a proposal. Actions that have expired give way to others. */
  private proposed(event: Proposed): void {
    const part = readPart(event);
    if (part === undefined) return assertFollows(false);
    const [other] = this.parts.values();
    assertFollows(!this.parts.has(part.part) && (other === undefined || other.slot === part.slot));
    this.parts.set(part.part, part);
    if (this.parts.size < PARTS) return;
    const actions = readActions([...this.parts.values()].sort((a, b) => a.part - b.part));
    this.parts.clear();
    if (actions === undefined) return assertFollows(false);
    assertFollows(this.pending.length === 0 || part.slot > this.pendingSlot);
    this.setPending(actions, part.slot);
  }

  private setPending(actions: readonly AdminAction[], slot = this.pendingSlot): void {
    this.pending = actions;
    this.pendingSlot = actions.length === 0 ? 0n : slot;
  }

  /** The first of the pending actions was this one. */
  private applied(action: AdminAction): void {
    assertFollows(this.pending.length > 0);
    const rest = pendingHash(this.pending.slice(1));
    const hash = pendingHash(this.pending).toBigInt();
    assertFollows(actionsHash(action, rest).toBigInt() === hash);
    this.setPending(this.pending.slice(1));
  }

  private ci(leaf: Field, isAdded: boolean): void {
    const key = leaf.toBigInt();
    assertFollows(this.trust.has(key) !== isAdded);
    if (isAdded) {
      // the root of the set has room for so many: more would not show in it
      assertFollows(this.trust.size < 2 ** TRUST_HEIGHT);
      this.trust.add(key);
    } else this.trust.delete(key);
  }
}

/** The map's entry of a list. */
export function listEntry(list: RevocationUpdated): RevocationEntry {
  const { serials, point, crlNumber, thisUpdate, nextUpdate } = list;
  const state = Field(ENTRY_STATE.list);
  return new RevocationEntry({ state, serials, point, crlNumber, thisUpdate, nextUpdate });
}

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
