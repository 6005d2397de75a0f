/** Types of ASN.1 whose content is a value, read strictly and written canonically. */
import { TAG } from '../../asn1/index.ts';
import { decodeOid, encodeOid, isOid } from '../../asn1/oid.ts';
import { decodeBitString, decodeBoolean, decodeInteger } from '../../asn1/values.ts';
import { assertBytes, assertText, badValue, type Codec, type } from './codec.ts';

/** A type whose content is one value. */
function primitive<T>(
  tag: number,
  decode: (content: Uint8Array, what: string) => T,
  encode: (value: T, what: string) => Uint8Array,
): Codec<T> {
  return type(tag, false, ({ content, what }) => decode(content, what), encode);
}

/** A type that is seen as another value. Both functions may throw `badValue`. */
export function mapped<A, B>(
  codec: Codec<A>,
  decode: (value: A, what: string) => B,
  encode: (value: B, what: string) => A,
): Codec<B> {
  return {
    ...codec,
    read: (element) => decode(codec.read(element), element.what),
    take: (reader, what) => decode(codec.take(reader, what), what),
    put: (value, what) => codec.put(encode(value, what), what),
    withTag: (tag) => mapped(codec.withTag(tag), decode, encode),
  };
}

/** OCTET STRING of `min` to `max` bytes, exactly `min` when `max` is left out. */
export function octets(min: number, max = min): Codec<Uint8Array> {
  const check = (bytes: Uint8Array, what: string) => {
    assertBytes(bytes, what);
    if (bytes.length >= min && bytes.length <= max) return bytes;
    const size = min === max ? `${min}` : `${min} to ${max}`;
    throw badValue(what, `has ${bytes.length} bytes, ${size} are allowed`);
  };
  return primitive(TAG.octetString, check, check);
}

/** The content of an element as it is: of any type that is of no interest here. */
export const content = octets(0, Infinity);

/** INTEGER from 0 to 2^53 - 1. */
export const integer: Codec<number> = primitive(
  TAG.integer,
  (bytes, what) => {
    const value = decodeInteger(bytes, what);
    if (value < 0n || value > BigInt(Number.MAX_SAFE_INTEGER)) {
      throw badValue(what, 'is negative or too large');
    }
    return Number(value);
  },
  (value, what) => {
    if (!Number.isSafeInteger(value) || value < 0) {
      throw badValue(what, 'must lie between 0 and 2^53 - 1');
    }
    const hex = value.toString(16);
    const bytes = Buffer.from(hex.padStart(hex.length + (hex.length & 1), '0'), 'hex');
    return Uint8Array.from(bytes[0]! < 0x80 ? bytes : [0, ...bytes]);
  },
);

/** INTEGER with named numbers, by name. Throws ERR_RSP_VALUE for a number without one. */
export function named<N extends string>(table: Readonly<Record<N, number>>): Codec<N> {
  return mapped(
    integer,
    (value, what) => {
      const name = nameOf(table, value);
      if (name === undefined) throw badValue(what, `has the unknown value ${value}`);
      return name;
    },
    (name) => table[name],
  );
}

/**
 * INTEGER with named numbers, of which later versions may have more: read as a number, see `nameOf`;
 * written from a name or a number.
 */
export function coded<N extends string>(
  table: Readonly<Record<N, number>>,
  numbers: Codec<number> = integer,
): Codec<number, N | number> {
  return {
    ...numbers,
    put: (value, what) => numbers.put(typeof value === 'number' ? value : table[value], what),
    withTag: (tag) => coded(table, numbers.withTag(tag)),
  };
}

/** The name of a number in a table of codes. */
export function nameOf<N extends string>(
  table: Readonly<Record<N, number>>,
  value: number,
): N | undefined {
  return (Object.keys(table) as N[]).find((name) => table[name] === value);
}

export const boolean: Codec<boolean> = primitive(TAG.boolean, decodeBoolean, (value, what) => {
  if (typeof value !== 'boolean') throw badValue(what, 'must be true or false');
  return Uint8Array.of(value ? 0xff : 0x00);
});

/** OBJECT IDENTIFIER, dotted. */
export const oid: Codec<string> = primitive(TAG.oid, decodeOid, (dotted, what) => {
  if (!isOid(assertText(dotted, what))) throw badValue(what, 'is not dotted numbers');
  return encodeOid(dotted);
});

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeUtf8(bytes: Uint8Array, what: string): string {
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw badValue(what, 'is not UTF-8', cause);
  }
}

/**
 * UTF8String of at most `max` characters. Control characters are refused: texts are shown to people.
 */
export function text(max: number): Codec<string> {
  const check = (value: string, what: string) => {
    assertText(value, what);
    // SIZE of a UTF8String counts characters, of one to four bytes
    if (value.length > max && [...value].length > max) {
      throw badValue(what, `is longer than ${max} characters`);
    }
    if (/[\p{Cc}\p{Cs}]/u.test(value)) throw badValue(what, 'has control characters');
    return value;
  };
  return primitive(
    TAG.utf8String,
    (bytes, what) => check(decodeUtf8(bytes, what), what),
    (value, what) => new TextEncoder().encode(check(value, what)),
  );
}

/**
 * BIT STRING with named bits: the names of those that are set, in the order of the table. Bits without
 * a name are passed over; none is written after the last that is set (X.690 11.2.2).
 */
export function flags<N extends string>(names: readonly N[]): Codec<readonly N[]> {
  return primitive<readonly N[]>(
    TAG.bitString,
    (bytes, what) => {
      const { bits } = decodeBitString(bytes, what);
      return names.filter((_, i) => ((bits[i >> 3] ?? 0) & (0x80 >> (i & 7))) !== 0);
    },
    (set, what) => {
      if (!Array.isArray(set) || !set.every((name) => names.includes(name))) {
        throw badValue(what, `must be a list of ${names.join(', ')}`);
      }
      const last = names.findLastIndex((name) => set.includes(name));
      const bits = new Uint8Array((last + 8) >> 3);
      names.forEach((name, i) => {
        if (set.includes(name)) bits[i >> 3]! |= 0x80 >> (i & 7);
      });
      return Uint8Array.of(last < 0 ? 0 : 7 - (last & 7), ...bits);
    },
  );
}
