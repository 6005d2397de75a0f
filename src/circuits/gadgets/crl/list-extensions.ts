/**
 * crlExtensions of the profile: authorityKeyIdentifier, cRLNumber and issuingDistributionPoint, each
 * exactly once, in any order, and no other. So deltas, parts of lists and whatever is not known are
 * refused, critical or not.
 */
import type { Field } from 'o1js';
import { CRL_MAX_NUMBER, TABLE } from '../../../params.ts';
import { domainHash } from '../../hash.ts';
import type { Bit, NumberSet } from '../../kimchi/context.ts';
import { skipCritical } from '../certificate/extensions.ts';
import type { OctetsFact } from '../certificate/facts.ts';
import { readAuthorityKeyIdentifier } from '../certificate/key-identifiers.ts';
import { lengthAndChunks } from '../certificate/name-hash.ts';
import { assertSamePosition, startsWith, TAG } from '../certificate/optional.ts';
import { readUnsigned } from '../certificate/tbs.ts';
import type { Position } from '../memory.ts';
import { readTlv } from '../tlv.ts';
import type { Walk } from '../walk.ts';

/** What the extensions say. */
export interface ListExtensions {
  readonly authorityKeyIdentifier: OctetsFact;
  /** Below 2^63. */
  readonly crlNumber: Field;
  /** `pointHash` of the one URI of the distribution point. */
  readonly point: Field;
  /** Not both are set. */
  readonly onlyUser: Bit;
  readonly onlyCa: Bit;
}

/** Last bytes of the OIDs id-ce 2.5.29.x. */
const ID_CE = { authorityKeyIdentifier: 35n, crlNumber: 20n, issuingDistributionPoint: 28n };
const KINDS = Object.values(ID_CE);

/** OBJECT IDENTIFIER of three bytes, 2.5.29 and a last byte of 0. */
const ID_CE_BYTES = 0x0603551d00n;

const CRITICAL = 0x01;
const USER_CERTS = 0x81;
const CA_CERTS = 0x82;
/** A BOOLEAN TRUE under a tag: the one value that DER lets stand where FALSE is the default. */
const trueUnder = (tag: number) => (BigInt(tag) << 16n) | 0x01ffn;

const NUMBER_LENGTHS: NumberSet = {
  table: TABLE.crl.numberLengths,
  numbers: Array.from({ length: CRL_MAX_NUMBER }, (_, i) => BigInt(i + 1)),
};

interface Slot {
  /** Last byte of the OID. */
  readonly kind: Field;
  readonly critical: Field;
  readonly start: Position;
  readonly end: Position;
}

/**
 * Read crlExtensions [0] at `start`, the last field of a TBSCertList that ends at `end`, an index.
 * ~230 rows.
 */
export function readListExtensions(walk: Walk, start: Position, end: Field): ListExtensions {
  const { context } = walk;
  const explicit = readTlv(walk, start, 0xa0);
  const list = readTlv(walk, explicit.content, TAG.sequence);
  assertSamePosition(walk, explicit.end, list.end);
  context.assertEqual(list.end.index, end);
  const slots: Slot[] = [];
  let at = list.content;
  for (const _ of KINDS) {
    const { slot, next } = readSlot(walk, at);
    slots.push(slot);
    at = next;
  }
  assertSamePosition(walk, at, list.end);

  const [keySlot, numberSlot, pointSlot] = arrange(walk, slots);
  const number = readUnsigned(walk, numberSlot.start, NUMBER_LENGTHS);
  assertSamePosition(walk, number.end, numberSlot.end);
  // conforming issuers mark it (RFC 5280, 5.2.5): who does not know it must not use the list
  context.assertEqual(pointSlot.critical, 1n);
  return {
    authorityKeyIdentifier: readAuthorityKeyIdentifier(walk, {
      present: context.constant(1n),
      ...keySlot,
    }),
    crlNumber: number.value,
    ...readDistributionPoint(walk, pointSlot),
  };
}

/** Extension with an OID of id-ce. ~20 rows. */
function readSlot(walk: Walk, start: Position): { slot: Slot; next: Position } {
  const { context, memory } = walk;
  const extension = readTlv(walk, start, TAG.sequence);
  const oidEnd = memory.advance(extension.content, 5);
  const kind = context.linear(memory.betweenTerms(extension.content, oidEnd, 5), -ID_CE_BYTES);
  const critical = startsWith(walk, oidEnd, extension.end, CRITICAL);
  const value = readTlv(walk, skipCritical(walk, oidEnd, critical), TAG.octetString);
  assertSamePosition(walk, value.end, extension.end);
  return {
    slot: { kind, critical, start: value.content, end: value.end },
    next: extension.end,
  };
}

/**
 * The slots in the order of KINDS. One bit a slot and kind, each slot of one kind and each kind in one
 * slot: so a slot's kind is a known one and none stands twice. ~30 rows.
 */
function arrange(walk: Walk, slots: readonly Slot[]): [Slot, Slot, Slot] {
  const { context, memory } = walk;
  const bits = slots.map(({ kind }) =>
    KINDS.map((known) => context.bit(() => kind.toBigInt() === known)),
  );
  for (const [i, row] of bits.entries()) {
    context.assertSum(row, 1n);
    context.assertLinear([
      ...row.map((bit, k) => [KINDS[k]!, bit] as const),
      [-1n, slots[i]!.kind] as const,
    ]);
  }
  return KINDS.map((kind, k): Slot => {
    const column = bits.map((row) => row[k]!);
    context.assertSum(column, 1n);
    const chosen = (value: (slot: Slot) => Field) =>
      context.sum(slots.map((slot, i) => context.product(column[i]!, value(slot))));
    return {
      kind: context.constant(kind),
      critical: chosen(({ critical }) => critical),
      start: memory.at(chosen(({ start }) => start.index)),
      end: memory.at(chosen(({ end }) => end.index)),
    };
  }) as [Slot, Slot, Slot];
}

/**
 * IssuingDistributionPoint (RFC 5280, 5.2.5): fullName of one URI, and at most one of the flags
 * onlyContainsUserCerts and onlyContainsCACerts. Nothing may follow: no reasons, not indirect, no
 * attribute certificates. ~130 rows.
 */
function readDistributionPoint(
  walk: Walk,
  { start, end }: Slot,
): { point: Field; onlyUser: Bit; onlyCa: Bit } {
  const { context } = walk;
  const list = readTlv(walk, start, TAG.sequence);
  assertSamePosition(walk, list.end, end);
  const distributionPoint = readTlv(walk, list.content, 0xa0);
  const fullName = readTlv(walk, distributionPoint.content, 0xa0);
  assertSamePosition(walk, fullName.end, distributionPoint.end);
  const uri = readTlv(walk, fullName.content, 0x86);
  assertSamePosition(walk, uri.end, fullName.end);
  context.assertNonZero(uri.length);

  const onlyUser = startsWith(walk, distributionPoint.end, list.end, USER_CERTS);
  const userEnd = skipCritical(walk, distributionPoint.end, onlyUser, trueUnder(USER_CERTS));
  const onlyCa = startsWith(walk, userEnd, list.end, CA_CERTS);
  const caEnd = skipCritical(walk, userEnd, onlyCa, trueUnder(CA_CERTS));
  assertSamePosition(walk, caEnd, list.end);
  context.assertZeroWhen(onlyUser, onlyCa);
  const chunks = lengthAndChunks(walk, uri.content, uri.end);
  return { point: domainHash('point', chunks), onlyUser, onlyCa };
}
