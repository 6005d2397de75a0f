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
  pointOf,
  type RevocationSource,
  type SourcedEntry,
} from '../pki/index.ts';
import { publicKey } from './encode.ts';
import type { InitialSource } from './initial-map.ts';
import { awaitedEntry, type MapEntry, type MapPlace, noneEntry } from './revocation-map.ts';
import { RevocationMap, SerialTree } from './revocation-map.ts';

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
  if (content === 'none' || point === 'none') return noneEntry();
  if (content === 'awaited') return awaitedEntry(pointHash(point));
  const entry = built.get(content) ?? listEntry(content);
  built.set(content, entry);
  return entry;
}

/** A source as the registry's contract knows it. Throws ERR_REVOCATION_SOURCES for a point that is no URI. */
export function hashedSource({ issuer, kind, point }: RevocationSource): InitialSource {
  const place = placeOf({ issuer: issuer.publicKey, kind });
  const bytes = pointOf(point);
  return {
    key: mapKey(place.issuer, Field(place.listKind)).toBigInt(),
    point: bytes === 'none' ? 0n : pointHash(bytes).toBigInt(),
  };
}

/** Where the map says what the issuer of a handle has revoked. */
export function placeOf({ issuer, kind }: Pick<Handle, 'issuer' | 'kind'>): MapPlace {
  return { issuer: issuerId(publicKey(issuer)), listKind: LIST_KIND[kind] };
}

/** One handle a link, first link first: `map.witness(handle, handle.serialNumber, time)`. */
export function handlesOf({ links }: CheckedChain): (MapPlace & { serialNumber: bigint })[] {
  return links.map(({ handle }) => ({ ...placeOf(handle), serialNumber: handle.serialNumber }));
}
