/** Identifiers of RSP: ICCID, EID, VersionType, TransactionId, AID, key identifier. */
import { bytesToHex } from '../../bytes.ts';
import { assertText, badValue, tagged } from '../codec/codec.ts';
import { mapped, octets } from '../codec/primitives.ts';
import { TAG } from '../tags.ts';

/** Bytes of hexadecimal text, in any case. Throws ERR_RSP_VALUE; `what` names the field. */
export function hexToBytes(text: string, what: string): Uint8Array {
  if (assertText(text, what).length % 2 !== 0 || !/^[0-9A-Fa-f]*$/.test(text)) {
    throw badValue(what, 'is not pairs of hexadecimal digits');
  }
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

const swapNibbles = (hex: string) => hex.replace(/(.)(.)/g, '$2$1');

function digitsOf(hex: string, what: string): string {
  // the value itself stays out of the message
  if (!/^\d+$/.test(hex)) throw badValue(what, 'has nibbles that are not digits');
  return hex;
}

/**
 * An ICCID as text: 18 to 20 digits, in one country also a to f, in lower case and without its padding. Undefined for
 * what is none.
 */
export function canonicalIccid(text: string): string | undefined {
  const iccid = text.toLowerCase().replace(/f+$/, '');
  return /^[0-9a-f]{18,20}$/.test(iccid) ? iccid : undefined;
}

/** The 10 bytes of an ICCID as in EF ICCID (ETSI TS 102 221, 13.2): nibbles swapped, filled up with F. */
export function iccidBytes(iccid: string): Uint8Array {
  const canonical = canonicalIccid(assertText(iccid, 'an ICCID'));
  if (canonical === undefined) throw badValue('an ICCID', 'must have 18 to 20 digits');
  return hexToBytes(swapNibbles(canonical.padEnd(20, 'f')), 'an ICCID');
}

/** ICCID, tag 5A: its digits, see `canonicalIccid`. */
export const iccid = tagged(
  TAG.iccid,
  mapped(
    octets(10),
    (bytes, what) => {
      const found = canonicalIccid(swapNibbles(bytesToHex(bytes)));
      if (found === undefined) throw badValue(what, 'has not 18 to 20 digits');
      return found;
    },
    iccidBytes,
  ),
);

/** The 16 bytes of an EID of 32 digits. */
export function eidBytes(eid: string): Uint8Array {
  if (!/^\d{32}$/.test(assertText(eid, 'the EID')))
    throw badValue('the EID', 'must have 32 digits');
  return hexToBytes(eid, 'the EID');
}

/**
 * The last two digits check the others: the EID as a number leaves 1 when divided by 97 (SGP.29, annex B;
 * ISO/IEC 7064, MOD 97-10). For EIDs that people type: certificates of test devices do not all keep to it.
 */
export function hasCheckDigits(eid: string): boolean {
  return /^\d{32}$/.test(eid) && BigInt(eid) % 97n === 1n;
}

/** EID, 16 bytes: its 32 digits (SGP.02; SGP.29). */
export const eidValue = tagged(
  TAG.eidValue,
  mapped(octets(16), (bytes, what) => digitsOf(bytesToHex(bytes), what), eidBytes),
);

/** VersionType, three bytes: "major.minor.revision" in decimal. */
export const version = mapped(
  octets(3),
  (bytes) => bytes.join('.'),
  (text, what) => {
    const parts = assertText(text, what).split('.').map(Number);
    if (!/^\d+\.\d+\.\d+$/.test(text) || parts.some((part) => part > 255)) {
      throw badValue(what, 'must be three numbers up to 255, such as 2.4.0');
    }
    return Uint8Array.from(parts);
  },
);

/** Negative, zero or positive, as the first version is lower, equal or higher. */
export function compareVersions(a: string, b: string): number {
  const other = b.split('.').map(Number);
  const difference = a.split('.').map((part, i) => Number(part) - (other[i] ?? 0));
  return difference.find((part) => part !== 0) ?? 0;
}

/** TransactionId: 1 to 16 bytes. */
export const transactionId = octets(1, 16);

/** TransactionId as JSON has it. */
export function transactionIdText(transactionId: Uint8Array): string {
  return bytesToHex(transactionId).toUpperCase();
}

/** AID of an ISD-P, tag 4F; ISO 7816-4 allows 5 to 16 bytes. */
export const isdpAid = tagged(TAG.aid, octets(5, 16));

/** SubjectKeyIdentifier of a CI. Any method of RFC 5280 4.2.1.2, so the size is open. */
export const keyIdentifier = octets(1, 64);

/** Characters of an activation code: longer MatchingIDs fit into none. */
const MAX_MATCHING_ID = 255;

/**
 * What a MatchingID is: in orders, in activation codes, and in what devices ask for. SGP.22 4.1.1 has capital
 * letters, digits and hyphens; operators use small letters, dots and underscores too. May be empty.
 */
export const isMatchingId = (text: string): boolean =>
  text.length <= MAX_MATCHING_ID && /^[0-9A-Za-z_.-]*$/.test(text);
