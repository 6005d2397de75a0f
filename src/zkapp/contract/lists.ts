/** Arguments of the methods that change the revocation map, checked as the contract checks them. */
import { Field } from 'o1js';
import type { CrlClaim } from '../../circuits/crl.ts';
import { ENTRY_STATE, mapLeaf, RevocationEntry } from '../../circuits/revocation.ts';
import { ZkcxError } from '../../errors.ts';
import { MAP_HEIGHT } from '../../params.ts';
import type { IndexedPath } from '../../witness/indexed-tree.ts';
import { type EntryMap, entryOfSource } from '../../witness/revocation-map.ts';
import { ListUpdate, MapPath, SourceAddition, SourceChange } from './arguments.ts';
import { assertTrusted } from './publishing.ts';
import { periodOf, type RegistryState, type Slots, slotRange } from './state.ts';

/** The map's root is the state's. */
interface MapContext {
  readonly state: RegistryState;
  readonly map: EntryMap;
  /** `mapKey` of the entry. */
  readonly key: bigint;
}

/**
 * What puts a proven list into an entry.
 *
 * @throws ERR_REGISTRY_TRUST_ROOT; ERR_PROOF_STATEMENT (the proof is of another entry),
 *   ERR_REVOCATION_ISSUER_MISSING (no such entry), ERR_REVOCATION_NONE (without a source),
 *   ERR_REVOCATION_POINT, ERR_REVOCATION_OLDER, ERR_REVOCATION_STALE (not in force in all slots),
 *   ERR_REVOCATION_ROOT (the map is not the registry's)
 */
export function listArguments({
  state,
  map,
  key,
  claim,
  after,
  slots,
}: MapContext & {
  readonly claim: CrlClaim;
  /** The entry whose hash is claimed. */
  readonly after: RevocationEntry;
  readonly slots: Slots;
}) {
  assertTrusted(state, claim.trustRoot.toBigInt());
  const hash = RevocationEntry.hash(after).toBigInt();
  if (claim.mapKey.toBigInt() !== key || claim.entry.toBigInt() !== hash) {
    throw new ZkcxError('ERR_PROOF_STATEMENT', 'the proof is of another list, issuer or kind');
  }
  const { before, nextKey, path } = entryAt({ state, map, key });
  assertFollows(before, after);
  const { from, until } = periodOf(state, slots);
  if (after.thisUpdate.toBigInt() > from || after.nextUpdate.toBigInt() < until) {
    throw new ZkcxError('ERR_REVOCATION_STALE', 'the list is not in force: fetch the present one');
  }
  return { update: new ListUpdate({ before, after, nextKey, path }), slots: slotRange(slots) };
}

function assertFollows(before: RevocationEntry, after: RevocationEntry): void {
  const state = before.state.toBigInt();
  if (state === ENTRY_STATE.none) {
    throw new ZkcxError(
      'ERR_REVOCATION_NONE',
      'the entry says that there is no list: the admin sets its source first',
    );
  }
  if (after.point.toBigInt() !== before.point.toBigInt()) {
    throw new ZkcxError(
      'ERR_REVOCATION_POINT',
      'the list is not from the distribution point that is set for its entry',
    );
  }
  const isLater = (name: 'crlNumber' | 'thisUpdate') =>
    after[name].toBigInt() > before[name].toBigInt();
  const isFirst = state === ENTRY_STATE.awaited;
  if (!isLater('thisUpdate') || !(isFirst || isLater('crlNumber'))) {
    throw new ZkcxError(
      'ERR_REVOCATION_OLDER',
      'the list does not follow those that the entry held: thisUpdate must be later than that of each of ' +
        'them, and cRLNumber than that of a list from the same source',
    );
  }
}

/**
 * What gives an issuer's lists of a kind their first source.
 *
 * @param point `pointHash` of the distribution point, or 0 for none
 * @throws ERR_REGISTRY_SOURCE (there is an entry), ERR_REVOCATION_SOURCES (the map is full),
 *   ERR_REVOCATION_ROOT
 */
export function sourceAddition({ state, map, key, point }: MapContext & { point: Field }) {
  assertMap(state, map);
  if (map.get(key) !== undefined) {
    throw new ZkcxError('ERR_REGISTRY_SOURCE', 'the map has this entry: change its source');
  }
  const size = 2 ** MAP_HEIGHT;
  if (map.size >= size - 1) {
    throw new ZkcxError('ERR_REVOCATION_SOURCES', `the map holds ${size - 1} entries, and is full`);
  }
  const low = map.pathAtOrBelow(key);
  const after = map.copy();
  after.set(key, entryOfSource(point).entry);
  // siblings do not tell what stands at the place itself: these hold before it is filled, too
  const [last, added] = [after.pathAt(after.size - 1), after.pathAt(after.size)];
  return new SourceAddition({
    mapKey: Field(key),
    point,
    low: {
      key: Field(low.leaf.key),
      nextKey: Field(low.leaf.nextKey),
      entry: Field(low.leaf.value),
      path: mapPath(low),
    },
    place: mapPath(added),
    last: {
      leaf: mapLeaf(Field(last.leaf.key), Field(last.leaf.nextKey), Field(last.leaf.value)),
      path: mapPath(last),
    },
  });
}

/**
 * What gives an entry another source.
 *
 * @throws ERR_REVOCATION_ISSUER_MISSING (no entry), ERR_REGISTRY_SOURCE (it has this source),
 *   ERR_REVOCATION_NONE (it holds a list that is still fresh), ERR_REVOCATION_ROOT
 */
export function sourceChange({
  state,
  map,
  key,
  point,
  slots,
}: MapContext & { readonly point: Field; readonly slots: Slots }) {
  const { before, nextKey, path } = entryAt({ state, map, key });
  if (before.point.toBigInt() === point.toBigInt()) {
    throw new ZkcxError('ERR_REGISTRY_SOURCE', 'the entry has this source already');
  }
  const { from } = periodOf(state, slots);
  const isList = before.state.toBigInt() === ENTRY_STATE.list;
  if (isList && from < before.nextUpdate.toBigInt()) {
    throw new ZkcxError(
      'ERR_REVOCATION_NONE',
      'an entry with a fresh list keeps its source: wait until its nextUpdate',
    );
  }
  return new SourceChange({ mapKey: Field(key), point, nextKey, before, path });
}

function entryAt({ state, map, key }: MapContext) {
  assertMap(state, map);
  const entry = map.get(key);
  if (entry === undefined) {
    throw new ZkcxError(
      'ERR_REVOCATION_ISSUER_MISSING',
      'the map has no entry for these lists: the admin adds their source first',
    );
  }
  const found = map.pathAtOrBelow(key);
  return { before: entry, nextKey: Field(found.leaf.nextKey), path: mapPath(found) };
}

function assertMap({ revocationRoot }: RegistryState, { root }: EntryMap): void {
  if (root.toBigInt() !== revocationRoot) {
    throw new ZkcxError(
      'ERR_REVOCATION_ROOT',
      'the map is not that of the registry: sync it again',
    );
  }
}

const mapPath = ({ siblings, right }: Omit<IndexedPath, 'leaf'>) =>
  new MapPath({ siblings, right: right.map((bit) => bit.equals(1)) });
