/**
 * A list of extensions (RFC 5280 4.1.2.9, 4.2, 5.1.2.7), slot by slot. Every slot is read, whatever it holds;
 * a known extension is then looked up among all slots, so absence is as much a fact as presence.
 */
import { Field } from 'o1js';
import { EXTENSION_SLOTS, TABLE } from '../../../params.ts';
import type { Bit, CircuitContext } from '../../kimchi/context.ts';
import { existsOne } from '../../kimchi/gates.ts';
import type { LookupTable } from '../../kimchi/table.ts';
import type { ByteMemory, Position } from '../memory.ts';
import { assertDistinct } from './distinct.ts';
import { readList } from './list.ts';
import { oidKey, oidKeyOf, slotKey } from './oids.ts';
import {
  assertSamePosition,
  type ExtensionValue,
  readOptional,
  readOptionalOctets,
  startsWith,
  TAG,
} from './optional.ts';
import type { Walk } from '../walk.ts';

/** `critical BOOLEAN` with the one value that DER lets stand there, TRUE (X.690 11.1, 11.5). */
const CRITICAL = 0x0101ffn;

/** One slot of the walk; an unused one has a key that no OID has. */
export interface Slot {
  readonly key: Field;
  readonly critical: Bit;
  readonly value: { readonly start: Position; readonly end: Position };
}

/** The extensions between two positions, at most `count`, no OID twice. ~290 rows for twelve. */
export function readExtensionSlots(
  walk: Walk,
  region: { readonly start: Position; readonly end: Position },
  count = EXTENSION_SLOTS,
): Slot[] {
  const list = { from: region.start, to: region.end, slots: count };
  const slots = readList(walk, list, (at, used, slot) => readSlot(walk, at, used, slot));
  assertDistinct(
    walk.context,
    slots.map((slot) => slot.key),
  );
  return slots;
}

/** One Extension, or nothing. 20 rows. */
function readSlot(
  walk: Walk,
  at: Position,
  used: Bit,
  slot: number,
): { item: Slot; end: Position } {
  const { context } = walk;
  const extension = readOptional(walk, at, TAG.sequence, used);
  const oid = readOptionalOctets(walk, extension.content, TAG.oid, used);
  const critical = startsWith(walk, oid.end, extension.end, 0x01);
  context.assertImplies(critical, used);
  const octetsAt = skipCritical(walk, oid.end, critical);
  const octets = readOptional(walk, octetsAt, TAG.octetString, used);
  assertSamePosition(walk, octets.end, extension.end);
  const key = slotKey(context, oidKey(context, oid), used, slot);
  const value = { start: octets.content, end: octets.end };
  return { item: { key, critical, value }, end: extension.end };
}

/**
 * Behind a BOOLEAN TRUE, if there is one: S(end) = S(at) + critical (256^3 S(at) + bytes - S(at)).
 * `bytes` is its encoding, where its tag is not the universal one.
 */
export function skipCritical(
  walk: Walk,
  at: Position,
  critical: Bit,
  bytes: bigint = CRITICAL,
): Position {
  const { context, memory } = walk;
  const end = memory.at(
    context.linear([
      [1n, at.index],
      [3n, critical],
    ]),
  );
  const grown = context.quadratic(critical, at.prefix, { mul: (1n << 24n) - 1n, left: bytes });
  context.assertLinear([
    [1n, end.prefix],
    [-1n, at.prefix],
    [-1n, grown],
  ]);
  return end;
}

/**
 * Finds the known extensions among the slots. Whether there is one follows from the keys of all
 * slots; which slot it is, from the one key that is equal, since all keys differ. Table index 0 is
 * "absent": key 0, empty at position 0, not critical.
 */
export class SlotFinder<Name extends string> {
  private readonly known: Readonly<Record<Name, readonly number[]>>;
  private readonly context: CircuitContext;
  private readonly memory: ByteMemory;
  private readonly slots: readonly Slot[];
  private readonly keys: LookupTable;
  private readonly starts: LookupTable;
  private readonly ends: LookupTable;
  private readonly criticals: LookupTable;
  private readonly found = new Map<Name, { number: Field; present: Bit }>();

  /** `known`: content bytes of the OIDs. */
  constructor(
    { context, memory }: Walk,
    slots: readonly Slot[],
    known: Readonly<Record<Name, readonly number[]>>,
  ) {
    this.known = known;
    this.context = context;
    this.memory = memory;
    this.slots = slots;
    const column = (id: number, entry: (slot: Slot) => Field) => {
      const table = context.table(id, [0n, ...slots.map((_, i) => BigInt(i + 1))]);
      table.insert(0n, Field(0));
      slots.forEach((slot, i) => table.insert(BigInt(i + 1), entry(slot)));
      return table;
    };
    this.keys = column(TABLE.extensions.keys, (slot) => slot.key);
    this.starts = column(TABLE.extensions.starts, (slot) => slot.value.start.index);
    this.ends = column(TABLE.extensions.ends, (slot) => slot.value.end.index);
    this.criticals = column(TABLE.extensions.critical, (slot) => slot.critical);
  }

  /** Number of the slot that holds an extension, 0 if none does. 8 rows. */
  slot(name: Name): { number: Field; present: Bit } {
    const { context, slots } = this;
    const wanted = oidKeyOf(this.known[name]);
    const present = context.equals(this.difference(wanted), 0n);
    const number = existsOne(() =>
      BigInt(slots.findIndex((slot) => slot.key.toBigInt() === wanted) + 1),
    );
    this.keys.read(number, context.scale(wanted, present));
    this.found.set(name, { number, present });
    return { number, present };
  }

  /** Assert that no slot holds an extension. 6 rows. */
  assertAbsent(name: Name): void {
    this.context.assertNonZero(this.difference(oidKeyOf(this.known[name])));
  }

  /** Zero exactly when a slot has this key: the product of all differences. */
  private difference(wanted: bigint): Field {
    const [first, ...others] = this.slots.map((slot) => slot.key) as [Field, ...Field[]];
    return others.reduce(
      (all, key) => this.context.quadratic(all, key, { mul: 1n, left: -wanted }),
      this.context.sub(first, wanted),
    );
  }

  /** The value of an extension. 9 1/3 rows. */
  value(name: Name): ExtensionValue {
    const { number, present } = this.slot(name);
    const at = (table: LookupTable, index: (slot: Slot) => Field) =>
      this.memory.at(this.readSlot(table, number, index));
    return {
      present,
      start: at(this.starts, (slot) => slot.value.start.index),
      end: at(this.ends, (slot) => slot.value.end.index),
    };
  }

  /** Whether an extension that was looked up is critical; 0 when it is absent. 1/3 row. */
  critical(name: Name): Field {
    const { number } = this.found.get(name)!;
    return this.readSlot(this.criticals, number, (slot) => slot.critical);
  }

  /**
   * Every critical slot is one of the extensions that were looked up: both sides count them, and different
   * extensions stand in different slots.
   */
  assertNoUnknownCritical(): void {
    const understood = [...this.found.keys()].map((name): [bigint, Field] => [
      -1n,
      this.critical(name),
    ]);
    const all = this.slots.map((slot): [bigint, Field] => [1n, slot.critical]);
    this.context.assertLinear([...all, ...understood]);
  }

  private readSlot(table: LookupTable, number: Field, entry: (slot: Slot) => Field): Field {
    const value = existsOne(() => {
      const slot = this.slots[Number(number.toBigInt()) - 1];
      return slot === undefined ? 0n : entry(slot).toBigInt();
    });
    table.read(number, value);
    return value;
  }
}
