/**
 * The revocation map: an indexed Merkle tree over (issuer, list kind) of entries, each with the
 * indexed Merkle tree of the serial numbers that the issuer's list names. "Not revoked" is one path
 * in each: the entry's, and that of the serial's lower neighbour.
 */
import { Field, Provable, Struct } from 'o1js';
import { MAP_HEIGHT, SERIALS_HEIGHT } from '../params.ts';
import { handleHash } from './claims.ts';
import { merkleRoot } from './gadgets/merkle.ts';
import { domainHash } from './hash.ts';
import type { CircuitContext } from './kimchi/context.ts';

/** Serial numbers have up to 20 bytes (RFC 5280, 4.1.2.2). */
const SERIAL_BITS = 160;

/** Next key of the last serial: above every key. */
export const SERIAL_END = 1n << 161n;

export const ENTRY_STATE = {
  /** The issuer publishes no list of this kind: nothing is revoked, at any time. */
  none: 0n,
  /** The entry stands for a list. */
  list: 1n,
  /** A source is set, but no list has come yet: fresh at no time. */
  awaited: 2n,
} as const;

/** nextUpdate of an entry `none`: after every time (times are below 2^38). */
export const NEVER = 1n << 38n;

/** What the map says of one kind of list of an issuer. */
export class RevocationEntry extends Struct({
  /** One of ENTRY_STATE. */
  state: Field,
  /** Root of the tree of serial numbers. */
  serials: Field,
  /** Hash of the distribution point that the list comes from, or will come from; 0 for `none`. */
  point: Field,
  crlNumber: Field,
  /** Unix seconds: the list is fresh while thisUpdate <= time < nextUpdate. */
  thisUpdate: Field,
  nextUpdate: Field,
}) {
  static hash(entry: RevocationEntry): Field {
    return domainHash('entry', [
      entry.state,
      entry.serials,
      entry.point,
      entry.crlNumber,
      entry.thisUpdate,
      entry.nextUpdate,
    ]);
  }
}

/** Key of the map's leaf. */
export function mapKey(issuer: Field, listKind: Field): Field {
  return domainHash('mapKey', [issuer, listKind]);
}

export function mapLeaf(key: Field, nextKey: Field, entry: Field): Field {
  return domainHash('mapLeaf', [key, nextKey, entry]);
}

/** Key of a serial number in its tree: 0 is the sentinel's. */
export const serialKey = (serialNumber: bigint): bigint => serialNumber + 1n;

export function serialLeaf(key: Field, nextKey: Field): Field {
  return domainHash('serialLeaf', [key, nextKey]);
}

/** What shows that one certificate is not revoked. */
export class HandleWitness extends Struct({
  issuer: Field,
  listKind: Field,
  serialNumber: Field,
  entry: RevocationEntry,
  nextKey: Field,
  mapSiblings: Provable.Array(Field, MAP_HEIGHT),
  mapRight: Provable.Array(Field, MAP_HEIGHT),
  /** The neighbour below the serial's key in the list's tree, and its successor. */
  low: Field,
  next: Field,
  serialSiblings: Provable.Array(Field, SERIALS_HEIGHT),
  serialRight: Provable.Array(Field, SERIALS_HEIGHT),
}) {}

/**
 * Assert that the certificate is not revoked at `time` by the map under `revocationRoot`, and return
 * its handle. ~640 rows.
 *
 * `time` is below 2^38 and the serial number of a proven handle below 2^160, so that every
 * difference that is range-checked here is one of integers.
 */
export function assertNotRevoked(
  context: CircuitContext,
  witness: HandleWitness,
  { revocationRoot, time }: { readonly revocationRoot: Field; readonly time: Field },
): Field {
  const { issuer, listKind, serialNumber, entry } = witness;
  const root = merkleRoot(
    context,
    mapLeaf(mapKey(issuer, listKind), witness.nextKey, RevocationEntry.hash(entry)),
    { siblings: witness.mapSiblings, right: witness.mapRight },
  );
  root.assertEquals(revocationRoot);
  assertBelow(context, entry.thisUpdate, time, 0n, 39);
  assertBelow(context, time, entry.nextUpdate, 1n, 39);

  const serials = merkleRoot(context, serialLeaf(witness.low, witness.next), {
    siblings: witness.serialSiblings,
    right: witness.serialRight,
  });
  serials.assertEquals(entry.serials);
  // key = serialNumber + 1: low < key < next
  assertBelow(context, witness.low, serialNumber, 0n, SERIAL_BITS + 2);
  assertBelow(context, serialNumber, witness.next, 2n, SERIAL_BITS + 2);
  return handleHash(issuer, listKind, serialNumber);
}

/** Assert 0 <= higher - lower - gap < 2^bits. */
function assertBelow(
  context: CircuitContext,
  lower: Field,
  higher: Field,
  gap: bigint,
  bits: number,
): void {
  const difference = context.linear(
    [
      [1n, higher],
      [-1n, lower],
    ],
    -gap,
  );
  context.rangeBits(difference, bits);
}
