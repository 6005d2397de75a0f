import { Field } from 'o1js';
import { TABLE } from '../../params.ts';
import type { NumberSet } from '../kimchi/context.ts';
import { existsOne } from '../kimchi/gates.ts';
import { bytesAfter, CONTENT_LENGTHS, MAX_CONTENT, throughForms } from './length-forms.ts';
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

/** Separates the length forms in LONG_LENGTHS; more than twice MAX_CONTENT. */
const FORM = 4096n;

/** Pairs (k, length) as k FORM + length: k bytes after the first length byte, shortest form only. */
const LONG_LENGTHS: NumberSet = {
  table: TABLE.der.long,
  numbers: CONTENT_LENGTHS.map(({ more, length }) => more * FORM + length),
};

/** The bytes of a length with k after its first one are c0 + c1 k + c2 256^k, plus the length. */
const [C0, C1, C2] = throughForms(0n);

/**
 * Read the header of the TLV at a position: one-byte tag, minimal definite length up to 1,023.
 *
 * With k bytes after the first length byte, the header is the number
 *   tag 256^(k + 1) + c0 + c1 k + c2 256^k + length,
 * and (k, length) is in a table of the pairs that are minimal. Lengths are differences of two
 * positions, so below 1,024 in size, and k FORM + length has one reading. Given `tag`, the element
 * has that tag; otherwise the tag is any byte. The end is not compared with anything: callers show
 * that it is where the outer element says. 4 1/3 rows with `tag`, 5 1/6 without.
 */
export function readTlv(walk: Walk, start: Position, tag?: number): Tlv {
  const { context, memory } = walk;
  if (memory.size > MAX_CONTENT) throw Error(`readTlv: memory above ${MAX_CONTENT} bytes`);
  const more = existsOne(() => {
    const first = memory.peek(start.index.toBigInt() + 1n);
    const after = bytesAfter(first);
    if (after !== undefined) return after;
    throw Error(`length form 0x${first.toString(16)} is outside the profile`);
  });
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
