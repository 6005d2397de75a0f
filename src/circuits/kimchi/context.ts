import { Field } from 'o1js';
import { Arithmetic } from './arithmetic.ts';
import { Gates, exists } from './gates.ts';
import { isOutline } from './outline.ts';
import { inRange, type IntegerIn } from './integer.ts';
import type { Term } from './linear.ts';
import { LookupTable } from './table.ts';
import { XorRows } from './xor.ts';

export type { Bit, IntegerIn } from './integer.ts';
export type { Term } from './linear.ts';

/** A fixed set of numbers, and the id of the table that lists it. */
export interface NumberSet {
  readonly table: number;
  readonly numbers: readonly bigint[];
}

/**
 * What a method collects while it runs and emits in batches: 12-bit lookups and table reads go
 * three to a row. Anything queued and never emitted would be a constraint that silently does not
 * exist, so a context is only handed out by `withContext`, which calls `finish` and nothing
 * can be queued afterwards.
 */
export class CircuitContext extends Arithmetic {
  /** XORs of 32-bit words, and what is emitted in between their rows. */
  readonly xorRows = new XorRows(this);
  private pending12: Field[] = [];
  private readonly tables = new Map<number, LookupTable>();
  private readonly sets = new Map<NumberSet, LookupTable>();
  private readonly endings: (() => void)[] = [];
  private finished = false;

  /** Assert 0 <= x < 2^12. One third of a row. */
  range12(x: Field): IntegerIn<12> {
    this.assertOpen();
    this.pending12.push(x);
    if (this.pending12.length === 3) this.emit12();
    return inRange(x);
  }

  /** Assert 0 <= x < 2^bits, 1 <= bits <= 252: chunks of 12 bits, the top one scaled. */
  rangeBits<Bits extends number>(x: Field, bits: Bits): IntegerIn<Bits> {
    if (bits < 1 || bits > 252) throw Error(`rangeBits: ${bits} bits`);
    const count = Math.ceil(bits / 12);
    const topBits = bits - 12 * (count - 1);
    if (count === 1) {
      this.rangeTop(x, topBits);
      return inRange(x);
    }
    const chunks = exists(count, () => {
      const value = x.toBigInt();
      return Array.from({ length: count }, (_, i) => (value >> BigInt(12 * i)) & 0xfffn);
    });
    const terms: Term[] = chunks.map((chunk, i) => [1n << BigInt(12 * i), chunk]);
    this.assertLinear([...terms, [-1n, x]]);
    chunks.forEach((chunk, i) => {
      if (i === count - 1) this.rangeTop(chunk, topBits);
      else this.range12(chunk);
    });
    return inRange(x);
  }

  /** A chunk of fewer than 12 bits: 12-bit itself and scaled to the top of 12 bits. */
  private rangeTop(x: Field, bits: number): void {
    this.range12(x);
    // both lookups: scaled alone, x could be a fraction mod the field order
    if (bits < 12) this.range12(this.scale(1n << BigInt(12 - bits), x));
  }

  /** A runtime table, closed by `finish`; ids are unique within a circuit (see params.ts). */
  table(id: number, indices: bigint[], options: { indexOnly?: boolean } = {}): LookupTable {
    this.assertOpen();
    if (this.tables.has(id)) throw Error(`table id ${id} used twice in one circuit`);
    const table = new LookupTable(id, indices, options);
    this.tables.set(id, table);
    return table;
  }

  /**
   * Assert that x is one of the numbers, by a table without values that is made on first use.
   * 1/3 row, however large the set. Give the same object for the same set.
   */
  assertMember(x: Field, set: NumberSet): void {
    this.assertOpen();
    let table = this.sets.get(set);
    if (table === undefined) {
      table = this.table(set.table, [...set.numbers], { indexOnly: true });
      this.sets.set(set, table);
    }
    table.read(x, Field(0));
  }

  /** Let a gadget with queues of its own emit them when the method ends, before anything is closed. */
  beforeFinish(ending: () => void): void {
    this.assertOpen();
    this.endings.push(ending);
  }

  private emit12(): void {
    const [a, b, c] = this.pending12 as [Field, Field, Field];
    const zero = Field(0);
    Gates.lookup(Field(1), a, zero, b, zero, c, zero);
    this.pending12 = [];
  }

  protected assertOpen(): void {
    if (this.finished) throw Error('circuit context used after finish');
  }

  /** Emit everything pending. Called by `withContext` only. */
  finish(): void {
    this.assertOpen();
    for (const ending of this.endings) ending();
    this.xorRows.finish();
    const [first] = this.pending12;
    if (first !== undefined) {
      while (this.pending12.length < 3) this.pending12.push(first);
      this.emit12();
    }
    for (const table of this.tables.values()) table.close();
    // A lookup alone does not pull kimchi's 12-bit table into the circuit; a range check does.
    const zero = this.constant(0n);
    const twelve = Array.from({ length: 6 }, () => zero);
    const crumbs = Array.from({ length: 8 }, () => zero);
    Gates.rangeCheck0(zero, twelve, crumbs, false);
    this.finished = true;
  }
}

/**
 * Run a method's body with a context and emit all that it queued. Every method goes through here.
 * A synchronous body runs to its end, `finish` included, before this returns.
 */
export async function withContext<T>(
  body: (context: CircuitContext) => T | Promise<T>,
): Promise<T> {
  // what a method returns is not looked at then
  if (isOutline()) return undefined as T;
  const context = new CircuitContext();
  let result = body(context);
  if (result instanceof Promise) result = await result;
  context.finish();
  return result;
}

/** The same for a body that waits for nothing, of a circuit that is not compiled by Pickles. */
export function withContextAtOnce(body: (context: CircuitContext) => void): void {
  const context = new CircuitContext();
  const result: unknown = body(context);
  if (result instanceof Promise) throw Error('this circuit must not wait for anything');
  context.finish();
}
