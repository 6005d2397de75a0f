/** A DER writer that can also write what DER forbids, and a reader that forgives all of it. */
import { bigintToBytes, concatBytes } from '../../../src/bytes.ts';

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utf8String: 0x0c,
  printableString: 0x13,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** Minimal DER length. */
export function derLength(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length);
  if (length < 0x100) return Uint8Array.of(0x81, length);
  return Uint8Array.of(0x82, length >> 8, length & 0xff);
}

/** One TLV. */
export function tlv(tag: number, ...contents: Uint8Array[]): Uint8Array {
  const content = concatBytes(...contents);
  return concatBytes(Uint8Array.of(tag), derLength(content.length), content);
}

/** One TLV whose length bytes are given, right or wrong. */
export function tlvWithLength(
  tag: number,
  length: readonly number[],
  ...contents: Uint8Array[]
): Uint8Array {
  return concatBytes(Uint8Array.of(tag, ...length), ...contents);
}

export const sequence = (...contents: Uint8Array[]): Uint8Array => tlv(TAG.sequence, ...contents);

export function integer(value: bigint): Uint8Array {
  const size = value === 0n ? 1 : Math.floor(value.toString(2).length / 8) + 1;
  return tlv(TAG.integer, bigintToBytes(value, size));
}

export function oid(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [40 * first + second, ...rest].flatMap((arc) => {
    const digits = [arc % 128];
    for (let n = Math.floor(arc / 128); n > 0; n = Math.floor(n / 128)) {
      digits.unshift(128 + (n % 128));
    }
    return digits;
  });
  return tlv(TAG.oid, Uint8Array.from(bytes));
}

export const ascii = (text: string): Uint8Array =>
  Uint8Array.from(text, (character) => character.charCodeAt(0));

export const utcTime = (text: string): Uint8Array => tlv(TAG.utcTime, ascii(text));
export const generalizedTime = (text: string): Uint8Array => tlv(TAG.generalizedTime, ascii(text));

/** A TLV as found, without any check of its inside. */
export interface LooseTlv {
  readonly tag: number;
  /** Header included. */
  readonly der: Uint8Array;
  readonly content: Uint8Array;
  /** Offset of the first byte after it. */
  readonly end: number;
}

/** Read the TLV at an offset; any form of length; the end may lie after the end of the bytes. */
export function readLoose(bytes: Uint8Array, start = 0): LooseTlv {
  const first = bytes[start + 1] ?? 0;
  const count = first < 0x80 ? 0 : first & 0x7f;
  let length = first < 0x80 ? first : 0;
  for (let i = 0; i < count; i++) length = 256 * length + (bytes[start + 2 + i] ?? 0);
  const content = start + 2 + count;
  const end = content + length;
  return {
    tag: bytes[start] ?? 0,
    der: bytes.slice(start, end),
    content: bytes.slice(content, end),
    end,
  };
}

/** The TLVs of a well-formed content, headers included. */
export function children(content: Uint8Array): Uint8Array[] {
  const found: Uint8Array[] = [];
  for (let offset = 0; offset < content.length;) {
    const next = readLoose(content, offset);
    found.push(next.der);
    offset = next.end;
  }
  return found;
}

/**
 * Change the TLV at a path of child numbers and mend the lengths around it. A path may lead through
 * an OCTET STRING. An empty path is the TLV itself.
 */
export function rewrite(
  der: Uint8Array,
  path: readonly number[],
  change: (der: Uint8Array) => Uint8Array,
): Uint8Array {
  const [index, ...rest] = path;
  if (index === undefined) return change(der);
  const { tag, content } = readLoose(der);
  const parts = children(content);
  if (parts[index] === undefined) throw Error(`no child ${index}`);
  parts[index] = rewrite(parts[index], rest, change);
  return tlv(tag, ...parts);
}

/** The same TLV with one length byte more than needed. */
export function nonMinimal(der: Uint8Array): Uint8Array {
  const { tag, content } = readLoose(der);
  const { length } = content;
  const header =
    length < 0x80
      ? [0x81, length]
      : length < 0x100
        ? [0x82, 0, length]
        : [0x83, 0, length >> 8, length & 0xff];
  return tlvWithLength(tag, header, content);
}

/** The same TLV with bytes added to its content. */
export function append(der: Uint8Array, ...more: Uint8Array[]): Uint8Array {
  const { tag, content } = readLoose(der);
  return tlv(tag, content, ...more);
}

/** The same content under a length that claims more or fewer bytes (short form only). */
export function lieAboutLength(der: Uint8Array, difference: number): Uint8Array {
  const { tag, content } = readLoose(der);
  return tlvWithLength(tag, [content.length + difference], content);
}
