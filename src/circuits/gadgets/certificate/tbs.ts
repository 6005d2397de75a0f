import type { Field } from 'o1js';
import { MAX_SERIAL, TABLE } from '../../../params.ts';
import type { NumberSet } from '../../kimchi/context.ts';
import { existsOne } from '../../kimchi/gates.ts';
import type { Limbs } from '../limbs.ts';
import type { Position } from '../memory.ts';
import { readShortTlv, readTlv, SHORT_LENGTHS } from '../tlv.ts';
import { readAttributes } from './attributes.ts';
import type { TbsFacts } from './facts.ts';
import { hashName } from './name-hash.ts';
import { walkName } from './names.ts';
import { monthTable, readTime } from './times.ts';
import type { Walk } from '../walk.ts';

/** [0] EXPLICIT INTEGER 2: v3. */
const VERSION = Uint8Array.of(0xa0, 0x03, 0x02, 0x01, 0x02);

/** AlgorithmIdentifier ecdsa-with-SHA256, no parameters (RFC 5758 3.2). */
export const SIGNATURE_ALGORITHM = bytes('300a06082a8648ce3d040302');

/** SubjectPublicKeyInfo of an uncompressed P-256 point up to its x coordinate (RFC 5480). */
const KEY_PREFIX = bytes('3059301306072a8648ce3d020106082a8648ce3d03010703420004');

/** Content of a serialNumber (RFC 5280 4.1.2.2). */
export const SERIAL_LENGTHS: NumberSet = {
  table: TABLE.tbs.serialLengths,
  numbers: Array.from({ length: MAX_SERIAL }, (_, i) => BigInt(i + 1)),
};

/**
 * Walk a TBSCertificate (RFC 5280 4.1) that begins at the first byte of the memory, from its
 * header to the list of extensions. Each element starts where the one before it ends; the
 * extensions end where the TBS ends. ~450 rows.
 */
export function walkTbs(walk: Walk): TbsFacts {
  const { context, memory } = walk;
  const tbs = readTlv(walk, memory.atConstant(0), 0x30);
  const version = expect(walk, tbs.content, VERSION);
  const serial = readUnsigned(walk, version, SERIAL_LENGTHS);
  const algorithm = expect(walk, serial.end, SIGNATURE_ALGORITHM);
  const issuer = walkName(walk, algorithm);

  const validity = readShortTlv(walk, issuer.name.end, 0x30);
  const months = monthTable(context);
  const notBefore = readTime(walk, months, validity.content);
  const notAfter = readTime(walk, months, notBefore.end);
  notAfter.end.index.assertEquals(validity.end.index);

  const subject = walkName(walk, validity.end);
  const attributes = readAttributes(walk, subject.slots);
  const key = readKey(walk, subject.name.end);

  // the next element is [3]: no unique identifiers, and nothing after it
  const explicit = readTlv(walk, key.end, 0xa3);
  const list = readTlv(walk, explicit.content, 0x30);
  explicit.end.index.assertEquals(tbs.end.index);
  list.end.index.assertEquals(tbs.end.index);

  return {
    length: tbs.end.index,
    serialNumber: serial.value,
    issuerName: hashName(walk, issuer.name),
    subjectName: hashName(walk, subject.name),
    notBefore: notBefore.seconds,
    notAfter: notAfter.seconds,
    ...attributes,
    key: { x: key.x, y: key.y },
    extensions: { start: list.content, end: list.end },
  };
}

/** Assert that constant bytes, at most 31, stand at a position; returns the position after them. */
export function expect(walk: Walk, start: Position, constant: Uint8Array): Position {
  const { context, memory } = walk;
  const end = memory.advance(start, constant.length);
  const value = constant.reduce((number, byte) => 256n * number + BigInt(byte), 0n);
  context.assertLinear(memory.betweenTerms(start, end, constant.length), -value);
  return end;
}

/**
 * INTEGER with one of `lengths` (1 to at most 31 bytes), minimal and not negative; the single byte 00
 * passes.
 *
 * The first two bytes are 128 high + low with high < 256: so the first is below 80. high is 0 when
 * they are 00 and one below 80: then the 00 is padding, unless it is the only byte.
 */
export function readUnsigned(
  walk: Walk,
  start: Position,
  lengths: NumberSet,
): { value: Field; end: Position } {
  const { context, memory } = walk;
  const { content, length, end } = readShortTlv(walk, start, 0x02);
  context.assertMember(length, lengths);
  const two = memory.between(content, memory.advance(content, 2), 2);
  const high = existsOne(() => two.toBigInt() >> 7n);
  const low = existsOne(() => two.toBigInt() & 127n);
  memory.assertByte(high);
  context.assertMember(low, SHORT_LENGTHS);
  context.assertLinear([
    [128n, high],
    [1n, low],
    [-1n, two],
  ]);
  const isPadding = context.equals(high, 0n);
  context.assertEqualWhen(isPadding, length, 1n);
  return { value: memory.span(content, end, length), end };
}

/** SubjectPublicKeyInfo: fixed bytes, then x and y of 32 bytes in limbs of 10, 11 and 11 bytes. */
function readKey(walk: Walk, start: Position): { x: Limbs; y: Limbs; end: Position } {
  const { memory } = walk;
  let position = expect(walk, start, KEY_PREFIX);
  const next = (size: number): Field => {
    const from = position;
    position = memory.advance(from, size);
    return memory.between(from, position, size);
  };
  const coordinate = (): Limbs => {
    const top = next(10);
    const middle = next(11);
    return [next(11), middle, top];
  };
  const x = coordinate();
  const y = coordinate();
  return { x, y, end: position };
}

function bytes(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g)!, (byte) => parseInt(byte, 16));
}
