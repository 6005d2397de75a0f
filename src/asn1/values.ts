import { bytesToBigint } from '../bytes.ts';
import { ZkcxError } from '../errors.ts';
import { MAX_SERIAL } from '../params.ts';
import { decodeOid } from './oid.ts';
import { TAG } from './tags.ts';
import { inside, type Tlv, type TlvReader } from './tlv.ts';

/** BOOLEAN: one byte, 00 or FF (X.690 11.1). */
export function readBoolean(reader: TlvReader, what: string): boolean {
  return decodeBoolean(reader.element(TAG.boolean, what).content, what);
}

/** BOOLEAN DEFAULT FALSE: absent, or TRUE; an encoded FALSE is refused (X.690 11.5). */
export function readBooleanDefaultFalse(reader: TlvReader, what: string): boolean {
  if (reader.peek() !== TAG.boolean) return false;
  if (!readBoolean(reader, what)) {
    throw new ZkcxError('ERR_DER_DEFAULT', `${what} encodes its default value FALSE`);
  }
  return true;
}

/** INTEGER of any size in its shortest form (X.690 8.3.2), signed. */
export function readInteger(reader: TlvReader, what: string): { value: bigint; element: Tlv } {
  const element = reader.element(TAG.integer, what);
  return { value: decodeInteger(element.content, what), element };
}

/**
 * CertificateSerialNumber (RFC 5280 4.1.2.2): not negative, at most 20 bytes. Zero passes, as it does
 * in the circuits.
 */
export function readSerialNumber(reader: TlvReader, what: string): { value: bigint; element: Tlv } {
  const serial = readInteger(reader, what);
  if (serial.value < 0n) {
    throw new ZkcxError('ERR_CERT_SERIAL_NEGATIVE', `${what} is negative`);
  }
  if (serial.element.content.length > MAX_SERIAL) {
    throw new ZkcxError('ERR_CERT_SERIAL_SIZE', `${what} is above ${MAX_SERIAL} bytes`);
  }
  return serial;
}

/** OBJECT IDENTIFIER in dotted form. */
export function readOid(reader: TlvReader, what: string): string {
  return decodeOid(reader.element(TAG.oid, what).content, what);
}

/** BIT STRING: the bytes and the number of unused low bits of the last one, which are zero. */
export function readBitString(
  reader: TlvReader,
  what: string,
): { unused: number; bits: Uint8Array; element: Tlv } {
  const element = reader.element(TAG.bitString, what);
  return { ...decodeBitString(element.content, what), element };
}

export function decodeBoolean(content: Uint8Array, what: string): boolean {
  if (content.length !== 1 || (content[0] !== 0x00 && content[0] !== 0xff)) {
    throw new ZkcxError('ERR_DER_BOOLEAN', `${what} must be one byte, 00 or FF`);
  }
  return content[0] === 0xff;
}

export function decodeInteger(content: Uint8Array, what: string): bigint {
  const [first, second] = content;
  if (first === undefined) throw new ZkcxError('ERR_DER_INTEGER', `${what} is an empty INTEGER`);
  const padded = second !== undefined && (first === 0x00 ? second < 0x80 : second >= 0x80);
  if (padded && (first === 0x00 || first === 0xff)) {
    throw new ZkcxError('ERR_DER_INTEGER', `${what} is not in its shortest form`);
  }
  const unsigned = bytesToBigint(content);
  return first < 0x80 ? unsigned : unsigned - (1n << BigInt(8 * content.length));
}

/** One character a byte, so that bytes and text of a string type map one to one. */
export function latin1(content: Uint8Array): string {
  return Array.from(content, (byte) => String.fromCharCode(byte)).join('');
}

/** X.690 8.6.2 and 11.2.1. */
export function decodeBitString(
  content: Uint8Array,
  what: string,
): { unused: number; bits: Uint8Array } {
  const unused = content[0];
  const bits = content.subarray(1);
  if (unused === undefined || unused > 7 || (bits.length === 0 && unused > 0)) {
    throw new ZkcxError('ERR_DER_BIT_STRING', `${what} has no valid number of unused bits`);
  }
  if (bits.length > 0 && (bits.at(-1)! & ((1 << unused) - 1)) !== 0) {
    throw new ZkcxError('ERR_DER_BIT_STRING', `${what} has unused bits that are not zero`);
  }
  return { unused, bits };
}

/**
 * Walk over everything that is left, whatever it means: all rules of the reader at every depth,
 * and the rules of the universal types. Context-specific primitive content is opaque.
 */
export function checkRest(reader: TlvReader, what: string): void {
  while (!reader.done) checkElement(reader.any(what), what);
}

function checkElement(element: Tlv, what: string): void {
  const constructed = (element.tag & 0x20) !== 0;
  if ((element.tag & 0xc0) === 0) {
    // X.690 8.9.1, 8.11.1, 10.2: SEQUENCE and SET are constructed, all other types primitive
    const number = element.tag | 0x20;
    const structured = number === TAG.sequence || number === TAG.set;
    if (constructed !== structured) {
      throw new ZkcxError('ERR_DER_FORM', `${what} has an element in the wrong form`);
    }
    checkUniversal(element.tag, element.content, what);
  }
  if (constructed) checkRest(inside(element), what);
}

function checkUniversal(tag: number, content: Uint8Array, what: string): void {
  if (tag === TAG.boolean) decodeBoolean(content, what);
  if (tag === TAG.integer) decodeInteger(content, what);
  if (tag === TAG.bitString) decodeBitString(content, what);
  if (tag === TAG.oid) decodeOid(content, what);
  if (tag === TAG.null && content.length > 0) {
    throw new ZkcxError('ERR_DER_NULL', `${what} has a NULL with content`);
  }
  if (tag === 0) throw new ZkcxError('ERR_DER_TAG', `${what} has an element with tag 0`);
}
