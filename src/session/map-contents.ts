/** What a revocation map says, kept so that it can be compared with the maps that follow it, also after a restart. */
import { MAX_SERIAL } from '../params.ts';
import { isList, type SourcedEntry, type TrustAnchor } from '../pki/index.ts';
import { entryKey } from '../witness/revocation.ts';
import { TrustSet } from '../witness/trust.ts';

export const STATES = ['none', 'list', 'awaited'] as const;

export interface EntryContents {
  readonly state: (typeof STATES)[number];
  /** URI of its distribution point, or 'none'. */
  readonly point: string;
  /** Serial numbers in ascending order, `MAX_SERIAL` bytes each. */
  readonly serials: Buffer;
}

export interface MapContents {
  /** `CiLeaf.hash` of the CIs that the map was served with. */
  readonly cis: readonly bigint[];
  /** By `mapKey` of issuer and kind. */
  readonly entries: ReadonlyMap<bigint, EntryContents>;
}

/** What a later map does to the statements of an earlier one. */
export type Change =
  /** All of them still hold. */
  | 'none'
  /** Some may be false by now: a serial was added, a source changed, or a list became awaited. */
  | 'spoils'
  /** They are no longer anybody's to make: a CI or an issuer is gone. */
  | 'removes';

/** Throws ERR_TRUST_SIZE. */
export const cisOf = (anchors: readonly TrustAnchor[]): readonly bigint[] =>
  new TrustSet(anchors).leaves;

export function entriesOf(entries: readonly SourcedEntry[]): ReadonlyMap<bigint, EntryContents> {
  return new Map(entries.map((entry) => [entryKey(entry), contentsOf(entry)]));
}

function contentsOf({ source: { point }, content }: SourcedEntry): EntryContents {
  return {
    state: isList(content) ? 'list' : content.state,
    point: point === 'none' ? point : new TextDecoder().decode(point),
    serials: packSerials(isList(content) ? content.serialNumbers : []),
  };
}

/** Through text of one length: a list can have a million, which sort and pack in a few seconds so. */
export function packSerials(serialNumbers: readonly bigint[]): Buffer {
  const digits = serialNumbers.map((serial) => serial.toString(16).padStart(2 * MAX_SERIAL, '0'));
  return Buffer.from(digits.toSorted().join(''), 'hex');
}

/** Whether these bytes are of `packSerials`: whole numbers, ascending, each once. */
export function isPacked(serials: Buffer): boolean {
  if (serials.length % MAX_SERIAL !== 0) return false;
  for (let i = MAX_SERIAL; i < serials.length; i += MAX_SERIAL) {
    if (compareSerials(serials, i - MAX_SERIAL, serials, i) >= 0) return false;
  }
  return true;
}

/** An entry that only the later map has changes nothing: under the earlier one nobody could rely on it. */
export function changeBetween(before: MapContents, after: MapContents): Change {
  if (!before.cis.every((ci) => after.cis.includes(ci))) return 'removes';
  const pairs = [...before.entries].map(([key, entry]) => [entry, after.entries.get(key)] as const);
  if (pairs.some(([, later]) => later === undefined)) return 'removes';
  return pairs.every(([earlier, later]) => isHarmless(earlier, later!)) ? 'none' : 'spoils';
}

function isHarmless(before: EntryContents, after: EntryContents): boolean {
  return (
    before.point === after.point &&
    !(before.state === 'list' && after.state === 'awaited') &&
    isSubset(after.serials, before.serials)
  );
}

function isSubset(part: Buffer, whole: Buffer): boolean {
  let at = 0;
  for (let i = 0; i < part.length; i += MAX_SERIAL) {
    while (at < whole.length && compareSerials(whole, at, part, i) < 0) at += MAX_SERIAL;
    if (at === whole.length || compareSerials(whole, at, part, i) !== 0) return false;
  }
  return true;
}

const compareSerials = (a: Buffer, i: number, b: Buffer, j: number) =>
  a.compare(b, j, j + MAX_SERIAL, i, i + MAX_SERIAL);
