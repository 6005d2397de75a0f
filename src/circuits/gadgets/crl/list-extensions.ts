/**
 * crlExtensions of the profile: authorityKeyIdentifier, cRLNumber and issuingDistributionPoint, each
 * exactly once, in any order. Deltas and parts of lists are refused, critical or not; others are skipped
 * unless they are critical.
 */
import type { Field } from 'o1js';
import { CRL_MAX_NUMBER, TABLE } from '../../../params.ts';
import { domainHash } from '../../hash.ts';
import type { Bit, NumberSet } from '../../kimchi/context.ts';
import { readExtensionSlots, skipCritical, SlotFinder } from '../certificate/extension-slots.ts';
import type { OctetsFact } from '../certificate/facts.ts';
import { readAuthorityKeyIdentifier } from '../certificate/key-identifiers.ts';
import { lengthAndChunks } from '../certificate/name-hash.ts';
import {
  assertSamePosition,
  type ExtensionValue,
  startsWith,
  TAG,
} from '../certificate/optional.ts';
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

/** Content bytes of the OIDs: id-ce (2.5.29), and SGP.22's id-rspExt 2 and 3. */
const OID = {
  authorityKeyIdentifier: [0x55, 0x1d, 35],
  crlNumber: [0x55, 0x1d, 20],
  issuingDistributionPoint: [0x55, 0x1d, 28],
  deltaCRLIndicator: [0x55, 0x1d, 27],
  totalPartialCrlNumber: [0x67, 0x81, 0x12, 0x01, 0x02, 0x00, 0x02],
  partialCrlNumber: [0x67, 0x81, 0x12, 0x01, 0x02, 0x00, 0x03],
} as const;

const USER_CERTS = 0x81;
const CA_CERTS = 0x82;
/** A BOOLEAN TRUE under a tag: the one value that DER lets stand where FALSE is the default. */
const trueUnder = (tag: number) => (BigInt(tag) << 16n) | 0x01ffn;

const NUMBER_LENGTHS: NumberSet = {
  table: TABLE.crl.numberLengths,
  numbers: Array.from({ length: CRL_MAX_NUMBER }, (_, i) => BigInt(i + 1)),
};

/**
 * Read crlExtensions [0] at `start`, the last field of a TBSCertList that ends at `end`, an index.
 * ~650 rows.
 */
export function readListExtensions(walk: Walk, start: Position, end: Field): ListExtensions {
  const { context } = walk;
  const explicit = readTlv(walk, start, 0xa0);
  const list = readTlv(walk, explicit.content, TAG.sequence);
  assertSamePosition(walk, explicit.end, list.end);
  context.assertEqual(list.end.index, end);

  const region = { start: list.content, end: list.end };
  const found = new SlotFinder(walk, readExtensionSlots(walk, region), OID);
  const required = (name: keyof typeof OID) => {
    const value = found.value(name);
    context.assertEqual(value.present, 1n);
    return value;
  };
  const key = required('authorityKeyIdentifier');
  const numberValue = required('crlNumber');
  const point = required('issuingDistributionPoint');
  // conforming issuers mark it (RFC 5280, 5.2.5): who does not know it must not use the list
  context.assertEqual(found.critical('issuingDistributionPoint'), 1n);
  found.assertAbsent('deltaCRLIndicator');
  found.assertAbsent('totalPartialCrlNumber');
  found.assertAbsent('partialCrlNumber');
  found.assertNoUnknownCritical();

  const number = readUnsigned(walk, numberValue.start, NUMBER_LENGTHS);
  assertSamePosition(walk, number.end, numberValue.end);
  return {
    authorityKeyIdentifier: readAuthorityKeyIdentifier(walk, key),
    crlNumber: number.value,
    ...readDistributionPoint(walk, point),
  };
}

/**
 * IssuingDistributionPoint (RFC 5280, 5.2.5): fullName of one URI, and at most one of the flags
 * onlyContainsUserCerts and onlyContainsCACerts. Nothing may follow: no reasons, not indirect, no
 * attribute certificates. ~130 rows.
 */
function readDistributionPoint(
  walk: Walk,
  { start, end }: ExtensionValue,
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
