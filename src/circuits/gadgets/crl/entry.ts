import type { Field } from 'o1js';
import { TABLE } from '../../../params.ts';
import type { Bit, NumberSet } from '../../kimchi/context.ts';
import { readList } from '../certificate/list.ts';
import { oidKey, oidKeyOf } from '../certificate/oids.ts';
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

/** reasonCode (RFC 5280, 5.3.1) and the GSMA's expirationDate (id-rsp 2.0.1). */
const REASON_CODE = oidKeyOf([0x55, 0x1d, 21]);
const EXPIRATION_DATE = oidKeyOf([0x67, 0x81, 0x12, 0x01, 0x02, 0x00, 0x01]);

/** ENUMERATED 0 as three bytes and their number, in the form of `oidKey`. */
const REASON_ZERO = oidKeyOf([0x0a, 0x01, 0x00]);
/** Sets a reason apart from "none", which is 0. */
const IS_REASON = 64n;

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
 * crlEntryExtensions are a reasonCode, an expirationDate whose value is not read, or both, once each and
 * not critical. ~110 rows.
 */
export function readEntry(
  walk: Walk,
  months: MonthTable,
  start: Position,
): { serialNumber: Field; end: Position } {
  const { context } = walk;
  const entry = readShortTlv(walk, start, TAG.sequence);
  const serial = readUnsigned(walk, entry.content, SERIAL_LENGTHS);
  const date = readTime(walk, months, serial.end);

  const hasExtensions = startsWith(walk, date.end, entry.end);
  const list = readOptional(walk, date.end, TAG.sequence, hasExtensions);
  assertSamePosition(walk, list.end, entry.end);
  const both = { from: list.content, to: list.end, slots: 2, present: hasExtensions };
  const [first, second] = readList(walk, both, (at, used) => readExtension(walk, at, used));
  // of two kinds, two are different when exactly one is a reason
  const reasons = context.add(first!.isReason, second!.isReason);
  context.assertEqualWhen(second!.used, reasons, 1n);
  return { serialNumber: serial.value, end: entry.end };
}

/** An Extension without `critical`, or nothing. ~25 rows. */
function readExtension(
  walk: Walk,
  start: Position,
  present: Bit,
): { item: { used: Bit; isReason: Bit }; end: Position } {
  const { context } = walk;
  const extension = readOptional(walk, start, TAG.sequence, present);
  const oid = readOptionalOctets(walk, extension.content, TAG.oid, present);
  const value = readOptionalOctets(walk, oid.end, TAG.octetString, present);
  assertSamePosition(walk, value.end, extension.end);
  const key = oidKey(context, oid);
  const isReason = context.equals(key, REASON_CODE);
  // an absent extension has key 0, which is neither
  context.assertSum([isReason, context.equals(key, EXPIRATION_DATE)], present);
  const reason = context.quadratic(isReason, oidKey(context, value), {
    mul: 1n,
    left: IS_REASON - REASON_ZERO,
  });
  context.assertMember(reason, REASONS);
  return { item: { used: present, isReason }, end: extension.end };
}
