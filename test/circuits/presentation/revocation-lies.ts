/** How a revoked certificate, or one without a fresh list, could try to be shown all the same. */
import { Field } from 'o1js';
import type { HandleWitness } from '../../../src/circuits/revocation.ts';
import type { RevocationHandle } from '../../../src/witness/chain.ts';
import {
  awaitedEntry,
  type MapEntry,
  type RevocationMap,
  SerialTree,
} from '../../../src/witness/revocation-map.ts';
import { NOW } from '../../support/certificates/index.ts';
import { FRESH, listEntry } from './credentials.ts';

export interface RevocationLie {
  readonly name: string;
  /** What the map truly says for the link. */
  readonly entry: (handle: RevocationHandle) => MapEntry | 'missing';
  /** What the liar changes in the witness of a map where all was well. */
  readonly forge: (
    map: RevocationMap,
    handle: RevocationHandle,
    others: readonly RevocationHandle[],
  ) => Partial<HandleWitness>;
}

/** Of `tree`, the leaf at or below a serial number. */
export function gap(tree: SerialTree, serialNumber: bigint) {
  const { leaf, siblings, right } = tree.pathAtOrBelow(serialNumber);
  const [low, next] = [leaf.key, leaf.nextKey].map(Field) as [Field, Field];
  return { low, next, serialSiblings: siblings, serialRight: right };
}

const revoked = ({ serialNumber }: RevocationHandle) => listEntry([serialNumber]);

/** The serial number is on the list. */
export const revokedLies: readonly RevocationLie[] = [
  { name: 'as before its revocation', entry: revoked, forge: () => ({}) },
  inList('as its own lower neighbour', (serials, serial) => gap(serials, serial)),
  inList('as the end of the gap below it', (serials, serial) => gap(serials, serial - 1n)),
  inList('with a leaf that jumps over it', (serials, serial) => ({
    ...gap(serials, serial - 1n),
    next: gap(serials, serial).next,
  })),
  inList('with the sentinel of an empty list', (_, serial) => gap(new SerialTree(), serial)),
  inList('in a gap below', (serials) => gap(serials, 5n)),
  inList('in a gap above', (serials) => gap(serials, (1n << 160n) - 1n)),
  {
    name: 'in the clean list of the other kind',
    entry: revoked,
    forge: (map, { issuer, listKind, serialNumber }) =>
      map.witness({ issuer, listKind: 1n - listKind }, serialNumber, NOW),
  },
];

/** There is no list that could tell. */
export const unlistedLies: readonly RevocationLie[] = [
  fromEntry('by a list that ends now', listEntry([], { ...FRESH, nextUpdate: NOW })),
  fromEntry(
    'by a list that is not yet in force',
    listEntry([], { ...FRESH, thisUpdate: NOW + 1n }),
  ),
  fromEntry('by a list that is awaited', awaitedEntry(Field(1))),
  { name: 'by an entry that the map has not', entry: () => 'missing', forge: () => ({}) },
  {
    name: 'by the entry of another issuer',
    entry: () => 'missing',
    forge: (map, { serialNumber }, others) => map.witness(others[0]!, serialNumber, NOW),
  },
];

/** The path of the entry is as it was, for only the entry has changed. */
function inList(
  name: string,
  forge: (serials: SerialTree, serialNumber: bigint) => Partial<HandleWitness>,
): RevocationLie {
  return {
    name,
    entry: revoked,
    forge: (map, handle) => {
      const { entry, serials } = map.get(handle)!;
      return { entry, ...forge(serials, handle.serialNumber) };
    },
  };
}

function fromEntry(name: string, entry: MapEntry): RevocationLie {
  return {
    name,
    entry: () => entry,
    forge: (_, { serialNumber }) => ({
      entry: entry.entry,
      ...gap(entry.serials, serialNumber),
    }),
  };
}
