/**
 * Elements that are there or not: optional fields, unused slots of a list, the parts of an absent
 * extension.
 *
 * An absent element has no bytes: content and end are where it starts, its length and value are 0.
 * So one set of equations reads both cases, and nothing is read past the end of the outer element.
 * Whether `present` is true to the bytes shows at the end: an element left out
 * leaves a gap before the end of the outer one, and one too many is not there to be read.
 */
import { Field } from 'o1js';
import { MAX_OID, TABLE } from '../../../params.ts';
import type { Bit, CircuitContext, NumberSet } from '../../kimchi/context.ts';
import { existsOne } from '../../kimchi/gates.ts';
import {
  bytesAfter,
  CONTENT_LENGTHS,
  headerBytes,
  MAX_CONTENT,
  throughForms,
} from '../length-forms.ts';
import { MAX_SPAN, type Position } from '../memory.ts';
import type { Walk } from '../walk.ts';

/** An element without its tag. */
export interface Element {
  readonly content: Position;
  readonly end: Position;
  readonly length: Field;
}

/** An element of at most 31 bytes of content, as a big-endian number. */
export interface OctetsElement extends Element {
  readonly value: Field;
}

/** The value of an extension: content of its extnValue; absent is empty and at position 0. */
export interface ExtensionValue {
  readonly present: Bit;
  readonly start: Position;
  readonly end: Position;
}

/** Universal tags of the values of extensions. */
export const TAG = { octetString: 0x04, oid: 0x06, printableString: 0x13, sequence: 0x30 } as const;

/** Separate presence, header and length in LENGTHS: length within +-FORM / 4, header below 32. */
const FORM = 4096n;
const PRESENT = 64n * FORM;

/** (present, header, length) of every minimal header as PRESENT + FORM header + length, and 0. */
const LENGTHS: NumberSet = {
  table: TABLE.optional.lengths,
  numbers: [
    0n,
    ...CONTENT_LENGTHS.map(({ more, length }) => PRESENT + FORM * headerBytes(more) + length),
  ],
};

/** (present, length) as 64 present + length: 1 to `most` bytes when present. */
const octetLengths = (table: number, most: number): NumberSet => ({
  table,
  numbers: [0n, ...Array.from({ length: most }, (_, i) => 65n + BigInt(i))],
});
const OCTET_LENGTHS = octetLengths(TABLE.optional.octets, MAX_SPAN);
const OID_LENGTHS = octetLengths(TABLE.optional.oid, MAX_OID);

/** The bytes of a length in h bytes of header are constant + slope h + scale 256^h, plus the length. */
const [CONSTANT, SLOPE, SCALE] = throughForms(headerBytes(0n));

/** 1/256 in the field: tag 256^(h - 1) is tag/256 times 256^h. */
const INVERSE_256 = Field(256).inv();

/**
 * An element with this tag (a byte, or a variable that is a byte and 0 when absent), any minimal
 * length up to 1,023, or nothing. 5 1/3 rows.
 *
 * With h bytes of header in {0, 2, 3, 4} the equation is
 *   S(content) = 256^h (S(start) + tag/256 + SCALE) + SLOPE h + CONSTANT + length
 * when present, which is the header tag 256^(h-1) + length bytes(h) + length; when absent, h = 0 and the
 * terms with tag and constants cancel: S(content) = S(start) + length. h < 32 (`power`), present
 * a bit, |length| < 1,024 as a difference of positions: so membership in LENGTHS gives all three.
 */
export function readOptional(
  walk: Walk,
  start: Position,
  tag: number | Field,
  present: Bit,
): Element {
  const { context, memory } = walk;
  if (memory.size > MAX_CONTENT) throw Error(`readOptional: memory above ${MAX_CONTENT} bytes`);
  const header = existsOne(() => {
    if (present.toBigInt() === 0n) return 0n;
    // no hint fits another form
    return headerBytes(bytesAfter(memory.peek(start.index.toBigInt() + 1n)) ?? 0n);
  });
  const content = memory.advance(start, header);
  const power = memory.power(header);
  // absent: 256^0 (S(start) + tagPart) must lose the tag's part again
  const known = typeof tag === 'number';
  const tagPart = known ? Field(tag).mul(INVERSE_256).add(SCALE).toBigInt() : SCALE;
  const before = known
    ? start.prefix
    : context.linear([
        [1n, start.prefix],
        [INVERSE_256.toBigInt(), tag],
      ]);
  const shifted = context.quadratic(power, before, { mul: 1n, left: tagPart });
  const length = context.linear(
    [
      [1n, content.prefix],
      [-1n, shifted],
      [-SLOPE, header],
      [-CONSTANT - tagPart, present],
    ],
    tagPart,
  );
  context.assertMember(
    context.linear([
      [PRESENT, present],
      [FORM, header],
      [1n, length],
    ]),
    LENGTHS,
  );
  return { content, end: memory.advance(content, length), length };
}

/**
 * An element with this tag and 1 to 31 bytes of content (for OIDs: 1 to MAX_OID), or nothing.
 * 5 2/3 rows.
 *
 * length = header - 256 tag, which `span` shows to be in [0, 31]: so the tag is this one and the
 * length byte in the short form.
 */
export function readOptionalOctets(
  walk: Walk,
  start: Position,
  tag: number,
  present: Bit,
): OctetsElement {
  const { context, memory } = walk;
  const content = memory.at(
    context.linear([
      [1n, start.index],
      [2n, present],
    ]),
  );
  const before = context.product(present, start.prefix);
  const length = context.linear([
    [1n, content.prefix],
    [-1n, start.prefix],
    [1n - 65536n, before],
    [BigInt(-256 * tag), present],
  ]);
  const end = memory.advance(content, length);
  const value = memory.span(content, end, length);
  assertOctetLength(context, present, length, tag === TAG.oid ? 'oid' : 'octets');
  return { content, end, length, value };
}

/** With length < 64: 1 to 31 (`oid`: MAX_OID) when present, 0 when not. */
export function assertOctetLength(
  context: CircuitContext,
  present: Bit,
  length: Field,
  kind: 'octets' | 'oid',
): void {
  context.assertMember(
    context.linear([
      [64n, present],
      [1n, length],
    ]),
    kind === 'oid' ? OID_LENGTHS : OCTET_LENGTHS,
  );
}

/** With length at most 1,023: assert length > 0 when present. 5/6 row. */
export function assertNotEmpty(context: CircuitContext, present: Bit, length: Field): void {
  context.range12(context.sub(length, present));
}

/** The prover's bit for an element that stands where a byte has this value. Half a row. */
export function startsWith(walk: Walk, start: Position, end: Position, tag?: number): Bit {
  const { context, memory } = walk;
  return context.bit(() => {
    const [from, to] = [start.index.toBigInt(), end.index.toBigInt()];
    return from < to && (tag === undefined || memory.peek(from) === BigInt(tag));
  });
}

/** Assert that two positions are the same. Half a row. */
export function assertSamePosition({ context }: Walk, a: Position, b: Position): void {
  context.assertEqual(a.index, b.index);
}
