/** Entries of a revocation map, and what a transaction in SLOTS says of them, for tests. */
import { Field } from 'o1js';
import { ENTRY_STATE, mapKey, RevocationEntry } from '../../../src/circuits/revocation.ts';
import { type MapEntry, type MapPlace, SerialTree } from '../../../src/witness/revocation-map.ts';
import { SLOTS, timeOf } from './values.ts';

export const CA = { issuer: Field(1), listKind: 0n };
export const USER = { issuer: Field(1), listKind: 1n };
export const OTHER = { issuer: Field(2), listKind: 0n };
export const NONE = Field(0);
export const POINT = Field(77);

const SERIALS = new SerialTree([5n, 3n]);

export const keyOf = ({ issuer, listKind }: MapPlace) => mapKey(issuer, Field(listKind));

/** An entry of a list from POINT that is in force in SLOTS and long after. */
export function list(
  changes: Partial<Record<Exclude<keyof RevocationEntry, 'serials'>, bigint>> = {},
): MapEntry {
  const { state, point, crlNumber, thisUpdate, nextUpdate } = {
    state: ENTRY_STATE.list,
    point: POINT.toBigInt(),
    crlNumber: 4n,
    thisUpdate: timeOf(SLOTS.first) - 10n,
    nextUpdate: timeOf(SLOTS.last) + 10_000_000n,
    ...changes,
  };
  return {
    serials: SERIALS,
    entry: new RevocationEntry({
      state: Field(state),
      serials: SERIALS.root,
      point: Field(point),
      crlNumber: Field(crlNumber),
      thisUpdate: Field(thisUpdate),
      nextUpdate: Field(nextUpdate),
    }),
  };
}

/** What a proof claims of an entry. */
export const statementOf = (place: MapPlace, { entry }: MapEntry) => ({
  mapKey: keyOf(place),
  entry: RevocationEntry.hash(entry),
});
