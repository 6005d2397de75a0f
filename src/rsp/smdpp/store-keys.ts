/** The keys of the store, and what leads to what. */
import { type DeviceName, isDeliverable, isLive, type Order, transactionIdsOf } from './order.ts';
import type { KeyedNames } from '../server/keyed-names.ts';
import { hexOf, padded } from '../server/store.ts';
import { type Due, dueOf } from './retention/schedule.ts';

/** Prefixes of the keys. Parts of a key hold digits, hex or characters of a MatchingID, never '!'. */
export const KEY = {
  order: (sequence: number) => `order!${padded(sequence)}`,
  // the values of these are the sequence numbers of orders
  latest: (iccid: string) => `latest!${iccid}`,
  matching: (matchingId: string) => `matching!${matchingId}`,
  /** An order for a device that sends no MatchingID: for one device, or for any. */
  pending: (device: string, sequence: number) => `pending!${device}!${padded(sequence)}`,
  open: (sequence: number) => `open!${padded(sequence)}`,
  /** By the TransactionID of a delivery: results come long after their session. */
  delivery: (transactionId: string) => `delivery!${transactionId}`,
  /** What a device took for its one. */
  claim: (device: string, sequence: number) => `claim!${device}!${padded(sequence)}`,
  profile: (iccid: string) => `profile!${iccid}`,
  package: (iccid: string) => `package!${iccid}`,
  /** Whether there is or was a profile of a type. */
  type: (type: string) => `type!${hexOf(type)}`,
  /** ICCIDs that can be ordered: by type those that came first, first; and the key of that entry. */
  stock: (type: string, place: number) => `stock!${hexOf(type)}!${padded(place)}`,
  available: (iccid: string) => `available!${iccid}`,
  bound: (sequence: number) => `bound!${padded(sequence)}`,
  /** An order of which something is to go a while after a time; for claims the key of the claim, without its order. */
  due: (due: Due | 'claims', from: number, sequence: number) =>
    `due!${due}!${padded(from)}!${padded(sequence)}`,
  session: (transactionId: string) => `session!${transactionId}`,
  /** What waits to be told to an operator. */
  progress: (key: number) => `progress!${padded(key)}`,
  /** A call to an SM-DS that waits. */
  eventCall: (key: number) => `discovery!${padded(key)}`,
  /** What the operator set, for tools that work on the store while no server runs. */
  settings: 'settings',
  /** OID that the server showed last: see `claim`. */
  oid: 'oid',
  /** The highest number that was given to an order or a place in stock: none is given twice. */
  sequence: 'sequence',
};

/** A device's names in keys. */
export const namesIn = (names: KeyedNames, { eid, pseudonym }: DeviceName): string[] => [
  ...(eid === undefined ? [] : [names.of('eid', eid)]),
  ...(pseudonym === undefined ? [] : [names.of('pseudonym', pseudonym)]),
];

/** Keys that lead to an order. */
export function indicesOf(order: Order, keyed: KeyedNames): string[] {
  const { sequence, matchingId, delivery, takenBy } = order;
  const keys = dueOf(order).map(([due, from]) => KEY.due(due, from, sequence));
  if (!isLive(order)) return keys;
  for (const session of delivery?.sessions ?? []) {
    keys.push(...transactionIdsOf(session).map(KEY.delivery));
  }
  if (takenBy !== undefined) keys.push(KEY.claim(keyed.of('pseudonym', takenBy), sequence));
  if (matchingId === undefined) return keys;
  if (matchingId !== '') keys.push(KEY.matching(matchingId));
  else if (order.state === 'confirmed' || isDeliverable(order)) {
    const names = namesIn(keyed, delivery ?? order);
    keys.push(
      ...(names.length === 0
        ? [KEY.open(sequence)]
        : names.map((device) => KEY.pending(device, sequence))),
    );
  }
  return keys;
}

/** What is due since a time up to `latest`. */
export function dueUpTo(due: Due | 'claims', latest: number) {
  return { gte: `due!${due}!`, lt: `due!${due}!${padded(latest + 1)}` };
}
