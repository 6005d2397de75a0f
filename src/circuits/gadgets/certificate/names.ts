import type { Field } from 'o1js';
import { NAME_SLOTS, TABLE } from '../../../params.ts';
import type { CircuitContext, NumberSet } from '../../kimchi/context.ts';
import { existsOne } from '../../kimchi/gates.ts';
import type { Position } from '../memory.ts';
import { readTlv, SHORT_LENGTHS, type Tlv } from '../tlv.ts';
import type { Walk } from '../walk.ts';

/** One RDN of a Name; in a slot without an RDN `content` is unused and all else is 0. */
export interface NameSlot {
  readonly active: Field;
  /** Bytes of the OID minus 1, then the three bytes that follow the OID's header, as a number. */
  readonly type: Field;
  /** String tag minus that of UTF8String. */
  readonly string: Field;
  /** Index of the first byte of the string. */
  readonly content: Field;
  /** Bytes of the string minus 1. */
  readonly more: Field;
}

const UTF8_STRING = 0x0cn;

/** NameSlot.string of the string types: UTF8, Numeric, Printable, Teletex, IA5, Universal, BMP. */
const STRING_TAGS: NumberSet = {
  table: TABLE.tbs.stringTags,
  numbers: [0x0cn, 0x12n, 0x13n, 0x14n, 0x16n, 0x1cn, 0x1en].map((tag) => tag - UTF8_STRING),
};
export const PRINTABLE = 0x13n - UTF8_STRING;

/** The first nine bytes of the smallest RDN: SET, SEQUENCE, OID of one byte; OID bytes as 0. */
const SMALLEST_RDN = 0x31_08_30_06_06_01_000000n;
const SMALLEST_SET = 8n;
/** The header of the smallest string. */
const SMALLEST_STRING = 0x100n * UTF8_STRING + 1n;

/**
 * Walk a Name at a position: SEQUENCE of 1 to NAME_SLOTS RDNs, each a SET of exactly one SEQUENCE
 * of exactly an OID and a string, neither empty; the SET of at most 127 bytes.
 *
 * Every slot that is active reads an RDN where the one before ended, the others stay where they
 * are, and the last must arrive at the end of the SEQUENCE. RDNs have at least 10 bytes, so
 * a walk that passed the end cannot come back. ~13 rows a slot.
 */
export function walkName(walk: Walk, start: Position): { name: Tlv; slots: NameSlot[] } {
  const { context, memory } = walk;
  const name = readTlv(walk, start, 0x30);
  const slots: NameSlot[] = [];
  let index = name.content.index;
  for (let i = 0; i < NAME_SLOTS; i++) {
    const position = i === 0 ? name.content : memory.at(index);
    // an empty Name is refused
    const active = i === 0 ? context.constant(1n) : activeBit(context, position, name.end);
    // (1 - active before) active = 0: the slots without an RDN are the last ones
    const before = slots.at(-1)?.active;
    if (before) context.assertQuadratic(before, active, { mul: -1n, right: 1n });
    const { slot, next } = readRdn(walk, position, active);
    slots.push(slot);
    index = next;
  }
  index.assertEquals(name.end.index);
  return { name, slots };
}

/** Chosen by the prover: one choice only arrives at the end. */
function activeBit(context: CircuitContext, position: Position, end: Position): Field {
  return context.bit(() => position.index.toBigInt() < end.index.toBigInt());
}

/**
 * The RDN at p, when active. With o and m the lengths of OID and string its bytes are
 *   31 (o+m+6)  30 (o+m+4)  06 o OID  tag m string,
 * so nine bytes from p and two from the string's header fix everything. The numbers read are taken
 * relative to the smallest RDN and multiplied by `active`: in an inactive slot all parts, being
 * not negative, are 0.
 */
function readRdn(walk: Walk, start: Position, active: Field): { slot: NameSlot; next: Field } {
  const { context, memory } = walk;
  const head = memory.between(start, memory.advance(start, 9), 9);
  const above = context.quadratic(active, head, { mul: 1n, left: -SMALLEST_RDN });
  // above = (2^56 + 2^40) (set - 8) + type;  type = 2^24 (o - 1) + three bytes
  const set = existsOne(() => SMALLEST_SET + (above.toBigInt() >> 56n));
  const scale = (1n << 56n) + (1n << 40n);
  const type = context.linear(
    [
      [1n, above],
      [-scale, set],
    ],
    scale * SMALLEST_SET,
  );
  const [moreOid, high, low] = [24n, 12n, 0n].map((shift) =>
    existsOne(() => (type.toBigInt() >> shift) & 0xfffn),
  ) as [Field, Field, Field];
  context.range12(high);
  context.range12(low);
  context.assertMember(moreOid, SHORT_LENGTHS);
  context.assertLinear([
    [1n << 24n, moreOid],
    [1n << 12n, high],
    [1n, low],
    [-1n, type],
  ]);

  const header = memory.at(context.sum([start.index, moreOid], 7n));
  const content = memory.advance(header, 2);
  const bytes = memory.between(header, content, 2);
  const string = context.quadratic(active, bytes, { mul: 1n, left: -SMALLEST_STRING });
  const more = existsOne(() => string.toBigInt() & 0xffn);
  const tag = existsOne(() => string.toBigInt() >> 8n);
  context.assertMember(more, SHORT_LENGTHS);
  context.assertMember(tag, STRING_TAGS);
  context.assertLinear([
    [256n, tag],
    [1n, more],
    [-1n, string],
  ]);

  // set = o + m + 6 closes SEQUENCE and SET where the string ends
  context.assertMember(set, SHORT_LENGTHS);
  context.assertLinear(
    [
      [1n, moreOid],
      [1n, more],
      [-1n, set],
    ],
    SMALLEST_SET,
  );
  // start + set + 2 when active, else start: set is then 8
  const next = context.linear(
    [
      [1n, start.index],
      [1n, set],
      [SMALLEST_SET + 2n, active],
    ],
    -SMALLEST_SET,
  );
  return { slot: { active, type, string: tag, content: content.index, more }, next };
}
