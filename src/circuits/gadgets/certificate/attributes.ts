import type { Field } from 'o1js';
import { NAME_SLOTS, TABLE } from '../../../params.ts';
import type { CircuitContext, Term } from '../../kimchi/context.ts';
import { existsOne } from '../../kimchi/gates.ts';
import type { LookupTable } from '../../kimchi/table.ts';
import type { OrganisationFact, SerialAttributeFact } from './facts.ts';
import { type NameSlot, PRINTABLE } from './names.ts';
import { foldOrganisation } from './organisation.ts';
import type { Walk } from '../walk.ts';

/** NameSlot.type of 2.5.4.last: three bytes 55 04 last. */
const x520 = (last: bigint) => (2n << 24n) + 0x550400n + last;
const ORGANISATION_NAME = x520(10n);
const SERIAL_NUMBER = x520(5n);

/** Stride of the columns in the table of slots. */
const COLUMN = 16n;
const COLUMNS = ['content', 'more', 'string'] as const;

/**
 * The attributes that the profile reads from a subject: exactly one organizationName, of
 * UTF8String or PrintableString, 1 to 64 bytes; at most one serialNumber, of PrintableString.
 * Both are counted over all slots before one is selected. ~50 rows.
 */
export function readAttributes(
  walk: Walk,
  slots: readonly NameSlot[],
): { organisation: OrganisationFact; serialAttribute: SerialAttributeFact } {
  const { context, memory } = walk;
  const table = slotTable(context, slots);
  const organisation = select(context, table, slots, ORGANISATION_NAME);
  context.assertEqual(organisation.count, 1n);
  // UTF8String or PrintableString: string (string - PRINTABLE) = 0
  context.assertQuadratic(organisation.string, organisation.string, {
    mul: 1n,
    left: -PRINTABLE,
  });

  const serial = select(context, table, slots, SERIAL_NUMBER);
  const hasSerial = context.assertBit(serial.count);
  context.assertLinear([
    [1n, serial.string],
    [-PRINTABLE, hasSerial],
  ]);
  return {
    // `more` is in [0, 127]: not empty
    organisation: foldOrganisation(walk, organisation.content, context.add(organisation.more, 1n)),
    serialAttribute: {
      present: hasSerial,
      start: memory.at(serial.content),
      length: context.add(serial.more, hasSerial),
    },
  };
}

/** Slots 1 .. NAME_SLOTS by column; slot 0 stands for "none" and is all zero. */
function slotTable(context: CircuitContext, slots: readonly NameSlot[]): LookupTable {
  const index = (column: number, slot: number) => COLUMN * BigInt(column) + BigInt(slot);
  const numbers = Array.from({ length: NAME_SLOTS + 1 }, (_, slot) => slot);
  const indices = [...COLUMNS.keys()].flatMap((column) =>
    numbers.map((slot) => index(column, slot)),
  );
  const table = context.table(TABLE.tbs.attributes, indices);
  COLUMNS.forEach((name, column) => {
    table.insert(index(column, 0), context.constant(0n));
    slots.forEach((slot, i) => table.insert(index(column, i + 1), slot[name]));
  });
  return table;
}

interface Selected {
  readonly count: Field;
  readonly content: Field;
  readonly more: Field;
  readonly string: Field;
}

/**
 * How many slots are of a type, and the parts of the slot that is; meaningful when the caller
 * shows that the count is 0 (then all parts are 0) or 1.
 */
function select(
  context: CircuitContext,
  table: LookupTable,
  slots: readonly NameSlot[],
  type: bigint,
): Selected {
  const matches = slots.map((slot) => context.equals(slot.type, type));
  const count = context.sum(matches);
  const number = context.linear(matches.map((match, i): Term => [BigInt(i + 1), match]));
  const [content, more, string] = COLUMNS.map((name, column) => {
    const index = column === 0 ? number : context.add(number, COLUMN * BigInt(column));
    const value = existsOne(() => slots[Number(number.toBigInt()) - 1]?.[name].toBigInt() ?? 0n);
    table.read(index, value);
    return value;
  }) as [Field, Field, Field];
  return { count, content, more, string };
}
