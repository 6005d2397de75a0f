import { Field } from 'o1js';
import { MAX_GENERAL_NAMES, TABLE } from '../../../params.ts';
import type { Bit, CircuitContext } from '../../kimchi/context.ts';
import { existsOne } from '../../kimchi/gates.ts';
import type { LookupTable } from '../../kimchi/table.ts';
import type { Position } from '../memory.ts';
import type { OctetsFact } from './facts.ts';
import { readList } from './list.ts';
import { assertOctetLength, assertSamePosition, readOptional, TAG } from './optional.ts';
import type { Element, ExtensionValue } from './optional.ts';
import type { Walk } from '../walk.ts';

/** GeneralName (RFC 5280 4.2.1.6): [0] and [3] to [5] are constructed. */
const NAME_TAGS = [0xa0, 0x81, 0x82, 0xa3, 0xa4, 0xa5, 0x86, 0x87, 0x88] as const;
const REGISTERED_ID = 0x88;

/**
 * SubjectAltName (RFC 5280 4.2.1.6): the content of its registeredID, 1 to MAX_OID bytes, at most
 * one; empty without. Up to MAX_GENERAL_NAMES names; the others are skipped. ~60 rows.
 */
export function readRegisteredId(walk: Walk, { present, start, end }: ExtensionValue): OctetsFact {
  const { context, memory } = walk;
  const list = readOptional(walk, start, TAG.sequence, present);
  assertSamePosition(walk, list.end, end);
  const kinds = kindTable(context);
  // redundant, since `present` is a bit; the row stays, the verification keys have it
  context.assertImplies(present, present);
  const names = { from: list.content, to: list.end, slots: MAX_GENERAL_NAMES, present };
  const registered = readList(walk, names, (at, used) => {
    const { name, isRegistered } = readName(walk, kinds, at, used);
    const start = context.product(isRegistered, name.content.index);
    const length = context.product(isRegistered, name.length);
    return { item: { isRegistered, start, length }, end: name.end };
  });

  const count = context.assertBit(context.sum(registered.map(({ isRegistered }) => isRegistered)));
  // without a registeredID all of them are 0
  const content = memory.at(context.sum(registered.map((name) => name.start)));
  const length = context.sum(registered.map((name) => name.length));
  const value = memory.span(content, memory.advance(content, length), length);
  assertOctetLength(context, count, length, 'oid');
  return { length, value };
}

/** One name, or nothing; a tag that the standard does not know is refused. 8 rows. */
function readName(
  walk: Walk,
  kinds: LookupTable,
  start: Position,
  used: Bit,
): { name: Element; isRegistered: Bit } {
  const { context, memory } = walk;
  const tag = existsOne(() => (used.toBigInt() === 0n ? 0n : memory.peek(start.index.toBigInt())));
  const isRegistered = context.bit(() => tag.toBigInt() === BigInt(REGISTERED_ID));
  context.assertImplies(isRegistered, used);
  kinds.read(tag, context.add(used, isRegistered));
  return { name: readOptional(walk, start, tag, used), isRegistered };
}

/** Tag -> 0 for no name (tag 0), 1 for a name, 2 for a registeredID. */
function kindTable(context: CircuitContext): LookupTable {
  const table = context.table(TABLE.extensions.generalNames, [0n, ...NAME_TAGS.map(BigInt)]);
  table.insert(0n, Field(0));
  for (const tag of NAME_TAGS) table.insert(BigInt(tag), Field(tag === REGISTERED_ID ? 2 : 1));
  return table;
}
