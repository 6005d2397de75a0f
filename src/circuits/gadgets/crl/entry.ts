import type { Field } from 'o1js';
import { CRL_ENTRY_SLOTS, TABLE } from '../../../params.ts';
import type { Bit, NumberSet } from '../../kimchi/context.ts';
import { assertDistinct } from '../certificate/distinct.ts';
import { readList } from '../certificate/list.ts';
import { oidKey, oidKeyOf, slotKey } from '../certificate/oids.ts';
import {
  assertSamePosition,
  readOptional,
  readOptionalOctets,
  startsWith,
  TAG,
} from '../certificate/optional.ts';
import { readUnsigned, SERIAL_LENGTHS } from '../certificate/tbs.ts';
import { type MonthTable, readTime } from '../certificate/times.ts';
import type { Position } from '../memory.ts';
import { readShortTlv } from '../tlv.ts';
import type { Walk } from '../walk.ts';

/** reasonCode and certificateIssuer (RFC 5280, 5.3.1 and 5.3.3). */
const REASON_CODE = oidKeyOf([0x55, 0x1d, 21]);
const CERTIFICATE_ISSUER = oidKeyOf([0x55, 0x1d, 29]);

/** ENUMERATED 0, and the bytes that it has. */
const REASON_ZERO = 0x0a0100n;
const REASON_BYTES = 3;
/** Sets a reason apart from "none", which is 0: no three bytes are as far below REASON_ZERO. */
const IS_REASON = 1n << 24n;

/** No reason, or one but removeFromCRL (8) and the number that is not in use (7). */
const REASONS: NumberSet = {
  table: TABLE.crl.reasons,
  numbers: [0n, ...[0n, 1n, 2n, 3n, 4n, 5n, 6n, 9n, 10n].map((reason) => IS_REASON + reason)],
};

/** An entry like any other: serial number 0, revoked in 1970. */
export const DUMMY_ENTRY = Uint8Array.of(
  0x30,
  18,
  0x02,
  1,
  0,
  0x17,
  13,
  ...new TextEncoder().encode('700101000000Z'),
);

/**
 * One element of revokedCertificates (RFC 5280, 5.1.2.6) at a position, of at most 127 bytes of content:
 * its serial number, below 2^159, and where it ends. The revocation date is one of the calendar;
 * crlEntryExtensions are up to CRL_ENTRY_SLOTS, no OID twice, none critical. A reasonCode is not
 * removeFromCRL, a certificateIssuer is refused, the values of others (expirationDate, invalidityDate,
 * whatever is not known) are not read. ~150 rows.
 */
export function readEntry(
  walk: Walk,
  months: MonthTable,
  start: Position,
): { serialNumber: Field; end: Position } {
  const entry = readShortTlv(walk, start, TAG.sequence);
  const serial = readUnsigned(walk, entry.content, SERIAL_LENGTHS);
  const date = readTime(walk, months, serial.end);
  readEntryExtensions(walk, date.end, entry.end);
  return { serialNumber: serial.value, end: entry.end };
}

/** crlEntryExtensions between two positions, or nothing. ~90 rows. */
export function readEntryExtensions(walk: Walk, start: Position, end: Position): void {
  const present = startsWith(walk, start, end);
  const list = readOptional(walk, start, TAG.sequence, present);
  assertSamePosition(walk, list.end, end);
  const all = { from: list.content, to: list.end, slots: CRL_ENTRY_SLOTS, present };
  const keys = readList(walk, all, (at, used, slot) => readExtension(walk, at, used, slot));
  assertDistinct(walk.context, keys);
}

/** An Extension without `critical`, or nothing; its `slotKey`. ~25 rows. */
function readExtension(
  walk: Walk,
  start: Position,
  used: Bit,
  slot: number,
): { item: Field; end: Position } {
  const { context, memory } = walk;
  const extension = readOptional(walk, start, TAG.sequence, used);
  const oid = readOptionalOctets(walk, extension.content, TAG.oid, used);
  const value = readOptional(walk, oid.end, TAG.octetString, used);
  assertSamePosition(walk, value.end, extension.end);
  // an absent extension has key 0, which is neither
  const key = oidKey(context, oid);
  context.assertNonZero(context.sub(key, CERTIFICATE_ISSUER));
  const isReason = context.equals(key, REASON_CODE);
  context.assertEqualWhen(isReason, value.length, BigInt(REASON_BYTES));
  const bytes = memory.between(value.content, value.end, REASON_BYTES);
  const reason = context.quadratic(isReason, bytes, { mul: 1n, left: IS_REASON - REASON_ZERO });
  context.assertMember(reason, REASONS);
  return { item: slotKey(context, key, used, slot), end: extension.end };
}
