/** Identifiers of RSP: ICCID, EID, VersionType, TransactionId, AID, key identifier. */
import { bytesToHex } from '../../bytes.ts';
import { encodeTlv } from '../../asn1/tlv.ts';
import type { Tlv } from '../../asn1/tlv.ts';
import { badValue, readOctets } from './values.ts';

/** Bytes of hexadecimal text, in any case. Throws ERR_RSP_VALUE; `what` names the field. */
export function hexToBytes(text: string, what: string): Uint8Array {
  if (text.length % 2 !== 0 || !/^[0-9A-Fa-f]*$/.test(text)) {
    throw badValue(what, 'is not pairs of hexadecimal digits');
  }
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

const swapNibbles = (hex: string) => hex.replace(/(.)(.)/g, '$2$1');

/** ICCID as in EF ICCID, 10 bytes of swapped digits, filled up with F: its digits. */
export function readIccid(element: Tlv): string {
  const digits = swapNibbles(bytesToHex(readOctets(element, 10))).replace(/f{1,2}$/, '');
  if (!/^\d+$/.test(digits)) throw badValue(element.what, 'has nibbles that are not digits');
  return digits;
}

/** The 10 bytes of an ICCID of 18 to 20 digits, as in EF ICCID. */
export function iccidBytes(iccid: string): Uint8Array {
  if (!/^\d{18,20}$/.test(iccid)) throw badValue('an ICCID', 'must have 18 to 20 digits');
  return hexToBytes(swapNibbles(iccid.padEnd(20, 'f')), 'an ICCID');
}

/** The same, tag 5A. */
export function encodeIccid(iccid: string): Uint8Array {
  return encodeTlv(0x5a, iccidBytes(iccid));
}

/** EID, 16 bytes: its 32 digits (SGP.02; SGP.29). */
export function readEid(element: Tlv): string {
  const digits = bytesToHex(readOctets(element, 16));
  if (!/^\d+$/.test(digits)) throw badValue(element.what, 'has nibbles that are not digits');
  return digits;
}

/** The 16 bytes of an EID of 32 digits. */
export function eidBytes(eid: string): Uint8Array {
  // the value itself stays out of the message
  if (!/^\d{32}$/.test(eid)) throw badValue('the EID', 'must have 32 digits');
  return hexToBytes(eid, 'the EID');
}

/** VersionType, three bytes: "major.minor.revision" in decimal. */
export function readVersion(element: Tlv): string {
  return readOctets(element, 3).join('.');
}

export function encodeVersion(tag: number, version: string): Uint8Array {
  const parts = version.split('.').map(Number);
  if (!/^\d+\.\d+\.\d+$/.test(version) || parts.some((part) => part > 255)) {
    throw badValue('a version', 'must be three numbers up to 255, such as 2.4.0');
  }
  return encodeTlv(tag, Uint8Array.from(parts));
}

/** Negative, zero or positive, as the first version is lower, equal or higher. */
export function compareVersions(a: string, b: string): number {
  const other = b.split('.').map(Number);
  const difference = a.split('.').map((part, i) => Number(part) - (other[i] ?? 0));
  return difference.find((part) => part !== 0) ?? 0;
}

/** TransactionId: 1 to 16 bytes. */
export function readTransactionId(element: Tlv): Uint8Array {
  return readOctets(element, 1, 16);
}

/** TransactionId as JSON has it. */
export function transactionIdText(transactionId: Uint8Array): string {
  return bytesToHex(transactionId).toUpperCase();
}

/** AID of an ISD-P, tag 4F; ISO 7816-4 allows 5 to 16 bytes. */
export function readAid(element: Tlv): Uint8Array {
  return readOctets(element, 5, 16);
}

/** SubjectKeyIdentifier of a CI. Any method of RFC 5280 4.2.1.2, so the size is open. */
export function readKeyIdentifier(element: Tlv): Uint8Array {
  return readOctets(element, 1, 64);
}
