import { Field } from 'o1js';
import { TABLE } from '../../params.ts';
import type { NumberSet } from '../kimchi/context.ts';
import { existsOne } from '../kimchi/gates.ts';
import type { Position } from './memory.ts';
import type { Walk } from './walk.ts';

/** One DER element: where it starts, where its content starts and ends, content length. */
export interface Tlv {
  readonly tag: Field;
  readonly start: Position;
  readonly content: Position;
  readonly end: Position;
  readonly length: Field;
}

/** Lengths of the short form: 0 to 127. */
export const SHORT_LENGTHS: NumberSet = {
  table: TABLE.der.short,
  numbers: Array.from({ length: 128 }, (_, i) => BigInt(i)),
};

/** Largest content of an element that `readTlv` takes. */
const MAX_CONTENT = 1023;
/** Separates the length forms in LONG_LENGTHS; more than twice MAX_CONTENT. */
const FORM = 4096n;

/** Pairs (k, length) as k FORM + length: k bytes after the first length byte, shortest form only. */
const LONG_LENGTHS: NumberSet = {
  table: TABLE.der.long,
  numbers: Array.from({ length: MAX_CONTENT + 1 }, (_, length) => {
    const form = length < 128 ? 0n : length < 256 ? 1n : 2n;
    return form * FORM + BigInt(length);
  }),
};

/** The first length byte and zeros for the k after it, as a number; its low byte is for length. */
const LENGTH_BYTES = [0n, 0x8100n, 0x820000n] as const;

/**
 * The affine function c0 + c1 k + c2 256^k through LENGTH_BYTES at k = 0, 1, 2. Three points that
 * are not on a line determine it; the coefficients are elements of the field, not integers.
 */
const [C0, C1, C2] = affineThrough(LENGTH_BYTES);

/**
 * Read the header of the TLV at a position: one-byte tag, minimal definite length up to 1,023.
 *
 * With k bytes after the first length byte, the header is the number
 *   tag 256^(k + 1) + LENGTH_BYTES[k] + length,
 * and (k, length) is in a table of the pairs that are minimal. Lengths are differences of two
 * positions, so below 1,024 in size, and k FORM + length has one reading. Given `tag`, the element
 * has that tag; otherwise the tag is any byte. The end is not compared with anything: callers show
 * that it is where the outer element says. 4 1/3 rows with `tag`, 5 1/6 without.
 */
export function readTlv(walk: Walk, start: Position, tag?: number): Tlv {
  const { context, memory } = walk;
  if (memory.size > MAX_CONTENT) throw Error(`readTlv: memory above ${MAX_CONTENT} bytes`);
  const more = existsOne(() => lengthBytesAfterFirst(memory.peek(start.index.toBigInt() + 1n)));
  const power = memory.power(more);
  const content = memory.at(context.sum([start.index, more], 2n));
  // header = 256^(k + 1) upTo - 256^(k + 2) S(start), where upTo = 256 S(start) + tag = S(start + 1):
  // S(content) = 256^k (256 upTo + c2) + c0 + c1 k + length
  const { tagField, shifted } = shiftedTag(walk, start, power, tag);
  const length = context.linear(
    [
      [1n, content.prefix],
      [-1n, shifted],
      [-C1, more],
    ],
    -C0,
  );
  context.assertMember(
    context.linear([
      [FORM, more],
      [1n, length],
    ]),
    LONG_LENGTHS,
  );
  return { tag: tagField, start, content, end: memory.advance(content, length), length };
}

/** 256^k (256 (256 S(start) + tag) + c2) for a known or an unknown tag. */
function shiftedTag(
  walk: Walk,
  start: Position,
  power: Field,
  known: number | undefined,
): { tagField: Field; shifted: Field } {
  const { context, memory } = walk;
  if (known !== undefined) {
    const coefficients = { mul: 65536n, left: 256n * BigInt(known) + C2 };
    return {
      tagField: Field(known),
      shifted: context.quadratic(power, start.prefix, coefficients),
    };
  }
  const tagField = existsOne(() => memory.peek(start.index.toBigInt()));
  memory.assertByte(tagField);
  const upTo = context.linear([
    [256n, start.prefix],
    [1n, tagField],
  ]);
  return { tagField, shifted: context.quadratic(power, upTo, { mul: 256n, left: C2 }) };
}

/**
 * As `readTlv` for elements of at most 127 bytes of content: two bytes of header. 2 1/2 rows with
 * `tag`, 3 1/3 without.
 */
export function readShortTlv(walk: Walk, start: Position, tag?: number): Tlv {
  const { context, memory } = walk;
  const content = memory.advance(start, 2);
  const header = memory.betweenTerms(start, content, 2);
  let tagField: Field;
  let length: Field;
  if (tag === undefined) {
    tagField = existsOne(() => memory.peek(start.index.toBigInt()));
    memory.assertByte(tagField);
    length = context.linear([...header, [-256n, tagField]]);
  } else {
    tagField = Field(tag);
    length = context.linear(header, -256n * BigInt(tag));
  }
  context.assertMember(length, SHORT_LENGTHS);
  return { tag: tagField, start, content, end: memory.advance(content, length), length };
}

/** In the prover: k of a first length byte. */
function lengthBytesAfterFirst(first: bigint): bigint {
  if (first < 0x80n) return 0n;
  if (first === 0x81n || first === 0x82n) return first - 0x80n;
  throw Error(`length form 0x${first.toString(16)} is outside the profile`);
}

/** c0, c1, c2 mod the field order with c0 + c1 k + c2 256^k = points[k] for k = 0, 1, 2. */
function affineThrough(points: readonly [bigint, bigint, bigint]): [bigint, bigint, bigint] {
  const [p0, p1, p2] = points.map((point) => Field(point)) as [Field, Field, Field];
  // differences: c1 + 255 c2 = p1 - p0, and 2 c1 + 65535 c2 = p2 - p0
  const c2 = p2
    .sub(p0)
    .sub(p1.sub(p0).mul(2))
    .div(65535 - 2 * 255);
  const c1 = p1.sub(p0).sub(c2.mul(255));
  return [p0.sub(c2).toBigInt(), c1.toBigInt(), c2.toBigInt()];
}
