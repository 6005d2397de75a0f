/** The revocation map and its trees in plain TypeScript, with the paths that proofs need. */
import { Field } from 'o1js';
import {
  ENTRY_STATE,
  HandleWitness,
  mapKey,
  mapLeaf,
  NEVER,
  RevocationEntry,
  SERIAL_END,
  serialKey,
  serialLeaf,
} from '../circuits/revocation.ts';
import { ZkcxError } from '../errors.ts';
import { MAP_HEIGHT, SERIALS_HEIGHT } from '../params.ts';
import { type IndexedPath, IndexedTree } from './indexed-tree.ts';

/** Next key of the last entry: above every key but itself, which no hash will hit. */
const MAP_END = Field.ORDER - 1n;

/** The serial numbers of one list, in the list's order. */
export class SerialTree {
  private readonly tree = new IndexedTree({
    height: SERIALS_HEIGHT,
    end: SERIAL_END,
    hashLeaf: ({ key, nextKey }) => serialLeaf(Field(key), Field(nextKey)),
  });

  /** Throws RangeError when a serial is there twice or has more than 20 bytes. */
  constructor(serialNumbers: Iterable<bigint> = []) {
    for (const serial of serialNumbers) this.insert(serial);
  }

  get root(): Field {
    return this.tree.root;
  }

  get size(): number {
    return this.tree.size;
  }

  has(serialNumber: bigint): boolean {
    return this.tree.has(serialKey(serialNumber));
  }

  insert(serialNumber: bigint): void {
    this.tree.insert(serialKey(serialNumber));
  }

  /** The leaf at or below a serial's key: the neighbour that shows its absence, if it is absent. */
  pathAtOrBelow(serialNumber: bigint) {
    return this.tree.pathAtOrBelow(serialKey(serialNumber));
  }

  /** Where the next serial goes. */
  freePath() {
    return this.tree.freePath();
  }
}

/** An entry with the serials behind it. */
export interface MapEntry {
  readonly entry: RevocationEntry;
  readonly serials: SerialTree;
}

const noSerials = new SerialTree();

/**
 * The entry of an issuer that publishes no list of a kind.
 *
 * @param floor thisUpdate of the last list that the entry held, which every later one must exceed; 0
 *   where there never was one
 */
export function noneEntry(floor = 0n): MapEntry {
  return entryWithoutList({ state: ENTRY_STATE.none, point: Field(0), floor, nextUpdate: NEVER });
}

/**
 * The entry of a source whose list has not come.
 *
 * @param point `pointHash` of where it will be
 * @param floor as in `noneEntry`
 */
export function awaitedEntry(point: Field, floor = 0n): MapEntry {
  return entryWithoutList({ state: ENTRY_STATE.awaited, point, floor, nextUpdate: 0n });
}

/** The entry of a source without a list: `noneEntry` for point 0, else `awaitedEntry`. */
export function entryOfSource(point: Field, floor = 0n): MapEntry {
  return point.toBigInt() === 0n ? noneEntry(floor) : awaitedEntry(point, floor);
}

interface WithoutList {
  readonly state: bigint;
  readonly point: Field;
  readonly floor: bigint;
  readonly nextUpdate: bigint;
}

function entryWithoutList({ state, point, floor, nextUpdate }: WithoutList): MapEntry {
  const entry = new RevocationEntry({
    state: Field(state),
    serials: noSerials.root,
    point,
    crlNumber: Field(0),
    thisUpdate: Field(floor),
    nextUpdate: Field(nextUpdate),
  });
  return { entry, serials: noSerials };
}

/** Issuer id and list kind (LIST_KIND) of an entry. */
export interface MapPlace {
  readonly issuer: Field;
  readonly listKind: bigint;
}

/** What a statement about a chain needs of a map: all of it, or what was taken out for that chain. */
export interface RevocationWitnesses {
  readonly root: Field;
  /** See `RevocationMap.witness`. */
  witness(place: MapPlace, serialNumber: bigint, time: bigint): HandleWitness;
}

/** The map as the registry's contract knows it: entries by `mapKey`, in the order in which they came. */
export class EntryMap {
  private readonly byKey = new Map<bigint, RevocationEntry>();
  private readonly tree = new IndexedTree({
    height: MAP_HEIGHT,
    end: MAP_END,
    hashLeaf: ({ key, nextKey, value }) => mapLeaf(Field(key), Field(nextKey), Field(value)),
  });

  get root(): Field {
    return this.tree.root;
  }

  get size(): number {
    return this.tree.size;
  }

  get entries(): ReadonlyMap<bigint, RevocationEntry> {
    return this.byKey;
  }

  get(key: bigint): RevocationEntry | undefined {
    return this.byKey.get(key);
  }

  /** Add or replace an entry. Throws RangeError for a key that no hash is, or if full. */
  set(key: bigint, entry: RevocationEntry): void {
    const value = RevocationEntry.hash(entry).toBigInt();
    if (this.byKey.has(key)) this.tree.update(key, value);
    else this.tree.insert(key, value);
    this.byKey.set(key, entry);
  }

  /** The same map, to try out what comes next. */
  copy(): EntryMap {
    const copy = new EntryMap();
    for (const [key, entry] of this.byKey) copy.set(key, entry);
    return copy;
  }

  /** The leaf of an entry, or its lower neighbour's where there is none, with its path. */
  pathAtOrBelow(key: bigint): IndexedPath {
    return this.tree.pathAtOrBelow(key);
  }

  /** The leaf at a place that is taken: 0 for the sentinel, `size` for the entry that came last. */
  pathAt(index: number): IndexedPath {
    return this.tree.pathAt(index);
  }
}

/**
 * The map itself, with serial numbers. Who may set what, and which list may follow which, is decided
 * before: see revocation sources in src/pki.
 */
export class RevocationMap implements RevocationWitnesses {
  /** What its root is made of. */
  readonly hashed = new EntryMap();
  private readonly serials = new Map<bigint, SerialTree>();

  get root(): Field {
    return this.hashed.root;
  }

  get size(): number {
    return this.hashed.size;
  }

  get({ issuer, listKind }: MapPlace): MapEntry | undefined {
    const key = keyOf(issuer, listKind);
    const [entry, serials] = [this.hashed.get(key), this.serials.get(key)];
    return entry && serials && { entry, serials };
  }

  /** Add or replace an entry. */
  set({ issuer, listKind }: MapPlace, { entry, serials }: MapEntry): void {
    const key = keyOf(issuer, listKind);
    this.hashed.set(key, entry);
    this.serials.set(key, serials);
  }

  /**
   * What shows that a certificate is not revoked at `time`, Unix seconds. Throws
   * ERR_REVOCATION_ISSUER_MISSING (no entry), ERR_REVOCATION_STALE (no fresh list),
   * ERR_REVOCATION_REVOKED.
   */
  witness(place: MapPlace, serialNumber: bigint, time: bigint): HandleWitness {
    const { entry, serials } = this.found(place);
    assertFresh(entry, time);
    if (serials.has(serialNumber)) throw revoked();
    return this.absence(place, serialNumber);
  }

  /** The same, whatever the time is: whoever uses it calls `assertFresh` then. */
  timelessWitness(place: MapPlace, serialNumber: bigint): HandleWitness {
    if (this.found(place).serials.has(serialNumber)) throw revoked();
    return this.absence(place, serialNumber);
  }

  private found(place: MapPlace): MapEntry {
    const found = this.get(place);
    if (found !== undefined) return found;
    throw new ZkcxError(
      'ERR_REVOCATION_ISSUER_MISSING',
      'the revocation map has no entry for an issuer of this chain',
    );
  }

  private absence(place: MapPlace, serialNumber: bigint): HandleWitness {
    const { entry, serials } = this.found(place);
    const inMap = this.hashed.pathAtOrBelow(keyOf(place.issuer, place.listKind));
    const below = serials.pathAtOrBelow(serialNumber);
    return new HandleWitness({
      issuer: place.issuer,
      listKind: Field(place.listKind),
      serialNumber: Field(serialNumber),
      entry,
      nextKey: Field(inMap.leaf.nextKey),
      mapSiblings: inMap.siblings,
      mapRight: inMap.right,
      low: Field(below.leaf.key),
      next: Field(below.leaf.nextKey),
      serialSiblings: below.siblings,
      serialRight: below.right,
    });
  }
}

/** Throws ERR_REVOCATION_STALE unless the list of an entry is the present one at `time`, Unix seconds. */
export function assertFresh({ thisUpdate, nextUpdate }: RevocationEntry, time: bigint): void {
  if (time >= thisUpdate.toBigInt() && time < nextUpdate.toBigInt()) return;
  throw new ZkcxError(
    'ERR_REVOCATION_STALE',
    'the revocation list of an issuer of this chain is not fresh: fetch the present one',
  );
}

const revoked = () =>
  new ZkcxError('ERR_REVOCATION_REVOKED', 'a certificate of this chain is revoked');

function keyOf(issuer: Field, listKind: bigint): bigint {
  return mapKey(issuer, Field(listKind)).toBigInt();
}
