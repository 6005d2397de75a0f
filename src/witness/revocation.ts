/** Sources and checked lists as the revocation map, and what a chain is looked up by. */
import { Field } from 'o1js';
import { issuerId, LIST_KIND } from '../circuits/claims.ts';
import { pointHash } from '../circuits/gadgets/crl/point-hash.ts';
import { ENTRY_STATE, mapKey, RevocationEntry } from '../circuits/revocation.ts';
import { ZkcxError } from '../errors.ts';
import { MAP_HEIGHT } from '../params.ts';
import {
  type CheckedChain,
  type CheckedList,
  type CheckedSource,
  type EntryContent,
  type Handle,
  isList,
  pointOf,
  type RevocationSource,
  type SourcedEntry,
} from '../pki/index.ts';
import { publicKey } from './encode.ts';
import type { InitialSource } from './initial-map.ts';
import {
  entryOfSource,
  type MapEntry,
  type MapPlace,
  RevocationMap,
  SerialTree,
} from './revocation-map.ts';

/** The entry of a list, with the serial numbers in the list's order. */
export function listEntry(list: CheckedList): MapEntry {
  const serials = new SerialTree(list.serialNumbers);
  const entry = new RevocationEntry({
    state: Field(ENTRY_STATE.list),
    serials: serials.root,
    point: pointHash(list.point),
    crlNumber: Field(list.crlNumber),
    thisUpdate: Field(list.thisUpdate),
    nextUpdate: Field(list.nextUpdate),
  });
  return { entry, serials };
}

/**
 * The map of these entries, in the order of the sources: who has the same sources and lists has the
 * same root.
 *
 * @param entries of `fillSources`
 * @throws ERR_REVOCATION_SOURCES when there are more than the tree holds
 */
export function revocationMap(entries: readonly SourcedEntry[]): RevocationMap {
  if (entries.length >= 2 ** MAP_HEIGHT) {
    throw new ZkcxError(
      'ERR_REVOCATION_SOURCES',
      `${entries.length} sources, the map holds ${2 ** MAP_HEIGHT - 1}`,
    );
  }
  const map = new RevocationMap();
  const built = new Map<CheckedList, MapEntry>();
  for (const { source, content } of entries) {
    map.set(placeOf({ issuer: source.key, kind: source.kind }), entryOf(source, content, built));
  }
  return map;
}

function entryOf(
  { point }: CheckedSource,
  content: EntryContent,
  built: Map<CheckedList, MapEntry>,
): MapEntry {
  if (!isList(content)) return entryOfSource(hashOfPoint(point), content.floor);
  const entry = built.get(content) ?? listEntry(content);
  built.set(content, entry);
  return entry;
}

/** A source as the registry's contract knows it. Throws ERR_REVOCATION_SOURCES for a point that is no URI. */
export function hashedSource({ issuer, kind, point }: RevocationSource): InitialSource {
  const place = placeOf({ issuer: issuer.publicKey, kind });
  return {
    key: mapKey(place.issuer, Field(place.listKind)).toBigInt(),
    point: hashOfPoint(pointOf(point)).toBigInt(),
  };
}

const hashOfPoint = (point: CheckedSource['point']) =>
  point === 'none' ? Field(0) : pointHash(point);

/** `mapKey` of an entry. */
export function entryKey({ source: { key, kind } }: SourcedEntry): bigint {
  const { issuer, listKind } = placeOf({ issuer: key, kind });
  return mapKey(issuer, Field(listKind)).toBigInt();
}

/**
 * The order of entries in their map: those that were there before, as they stood, then the others in ascending
 * order of their keys. So a map that begins is that of a registry that begins, see `initialMap`.
 *
 * @param before `entryKey` of those that were there
 * @returns positions in `entries`
 */
export function mapOrder(
  entries: readonly SourcedEntry[],
  before: readonly bigint[] = [],
): readonly number[] {
  const earlier = new Map(before.map((key, rank) => [key, rank]));
  const ranked = entries.map((entry, position) => {
    const key = entryKey(entry);
    return { position, key, rank: earlier.get(key) ?? before.length };
  });
  ranked.sort((a, b) => a.rank - b.rank || (a.key < b.key ? -1 : 1));
  return ranked.map(({ position }) => position);
}

/** Where the map says what the issuer of a handle has revoked. */
export function placeOf({ issuer, kind }: Pick<Handle, 'issuer' | 'kind'>): MapPlace {
  return { issuer: issuerId(publicKey(issuer)), listKind: LIST_KIND[kind] };
}

/** One handle a link, first link first: `map.witness(handle, handle.serialNumber, time)`. */
export function handlesOf({ links }: CheckedChain): (MapPlace & { serialNumber: bigint })[] {
  return links.map(({ handle }) => ({ ...placeOf(handle), serialNumber: handle.serialNumber }));
}
