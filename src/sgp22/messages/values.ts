/** Values of elements, read strictly and written canonically. */
import { decodeBitString, decodeBoolean, decodeInteger } from '../../asn1/values.ts';
import { decodeOid, encodeOid as oidContent, isOid } from '../../asn1/oid.ts';
import { ZkcxError } from '../../errors.ts';
import { encodeTlv } from '../../asn1/tlv.ts';
import type { Tlv } from '../../asn1/tlv.ts';

/** A field that has the right tag but a value outside the standard. */
export function badValue(what: string, problem: string): ZkcxError {
  return new ZkcxError('ERR_RSP_VALUE', `${what} ${problem}`, { reason: what });
}

/** OCTET STRING of `min` to `max` bytes, exactly `min` when `max` is left out. */
export function readOctets(
  { content, what }: Pick<Tlv, 'content' | 'what'>,
  min: number,
  max = min,
): Uint8Array {
  if (content.length < min || content.length > max) {
    const size = min === max ? `${min}` : `${min} to ${max}`;
    throw badValue(what, `has ${content.length} bytes, ${size} are allowed`);
  }
  return content;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/**
 * UTF8String of at most `max` characters. Control characters are refused: texts are shown to people.
 */
export function readText({ content, what }: Tlv, max: number): string {
  let text: string;
  try {
    text = decoder.decode(content);
  } catch (cause) {
    throw new ZkcxError('ERR_RSP_VALUE', `${what} is not UTF-8`, { reason: what, cause });
  }
  // SIZE of a UTF8String counts characters, of one to four bytes
  if (content.length > max && [...text].length > max) {
    throw badValue(what, `is longer than ${max} characters`);
  }
  if (/\p{Cc}/u.test(text)) throw badValue(what, 'has control characters');
  return text;
}

/** INTEGER from 0 to 2^53 - 1. */
export function readInteger({ content, what }: Tlv): number {
  const value = decodeInteger(content, what);
  if (value < 0n || value > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw badValue(what, 'is negative or too large');
  }
  return Number(value);
}

export function readBoolean({ content, what }: Tlv): boolean {
  return decodeBoolean(content, what);
}

/** OBJECT IDENTIFIER, dotted. */
export function readOid({ content, what }: Tlv): string {
  return decodeOid(content, what);
}

/** Names of the set bits of a BIT STRING with named bits; bits without a name are passed over. */
export function readFlags<N extends string>({ content, what }: Tlv, names: readonly N[]): N[] {
  const { bits } = decodeBitString(content, what);
  return names.filter((_, i) => ((bits[i >> 3] ?? 0) & (0x80 >> (i & 7))) !== 0);
}

/** The name that a table gives to an INTEGER. Throws ERR_RSP_VALUE for a number without one. */
export function readNamed<N extends string>(element: Tlv, table: Readonly<Record<N, number>>): N {
  const value = readInteger(element);
  const name = nameOf(table, value);
  if (name === undefined) throw badValue(element.what, `has the unknown value ${value}`);
  return name;
}

/** The name of a number in a table of codes. */
export function nameOf<N extends string>(
  table: Readonly<Record<N, number>>,
  value: number,
): N | undefined {
  return (Object.keys(table) as N[]).find((name) => table[name] === value);
}

const NOTHING = new Uint8Array();

/** An OPTIONAL field: encoded, or nothing at all. */
export function encodeOptional<T>(
  value: T | undefined,
  encode: (value: T) => Uint8Array,
): Uint8Array {
  return value === undefined ? NOTHING : encode(value);
}

/** UTF8String, or text under another tag. */
export function encodeText(tag: number, text: string): Uint8Array {
  return encodeTlv(tag, encoder.encode(text));
}

/** INTEGER from 0 to 2^53 - 1 in its shortest form. */
export function encodeInteger(tag: number, value: number): Uint8Array {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw RangeError('an INTEGER of RSP lies between 0 and 2^53 - 1');
  }
  const bytes = [value & 0xff];
  for (let rest = Math.floor(value / 256); rest > 0; rest = Math.floor(rest / 256)) {
    bytes.unshift(rest & 0xff);
  }
  if (bytes[0]! >= 0x80) bytes.unshift(0);
  return encodeTlv(tag, Uint8Array.from(bytes));
}

export function encodeBoolean(tag: number, value: boolean): Uint8Array {
  return encodeTlv(tag, Uint8Array.of(value ? 0xff : 0x00));
}

/** OBJECT IDENTIFIER from its dotted form. */
export function encodeOid(tag: number, dotted: string): Uint8Array {
  if (!isOid(dotted)) throw badValue('an OID', 'is not dotted numbers');
  return encodeTlv(tag, oidContent(dotted));
}

/** BIT STRING with named bits, without trailing zero bits (X.690 11.2.2). */
export function encodeFlags<N extends string>(
  tag: number,
  names: readonly N[],
  set: readonly N[],
): Uint8Array {
  const last = names.findLastIndex((name) => set.includes(name));
  const bits = new Uint8Array((last + 8) >> 3);
  names.forEach((name, i) => {
    if (set.includes(name)) bits[i >> 3]! |= 0x80 >> (i & 7);
  });
  return encodeTlv(tag, Uint8Array.of(last < 0 ? 0 : 7 - (last & 7)), bits);
}
