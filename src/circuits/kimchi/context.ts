import { Field } from 'o1js';
import { Gates, existsOne, exists } from './gates.ts';
import { foldTerms, linearValue, type Term } from './linear.ts';
import { LookupTable } from './table.ts';
import { XorRows } from './xor.ts';

export type { Term } from './linear.ts';

/** A fixed set of numbers, and the id of the table that lists it. */
export interface NumberSet {
  readonly table: number;
  readonly numbers: readonly bigint[];
}

/** Coefficients of mul x y + left x + right y + constant; absent is 0. */
export interface Quadratic {
  readonly mul: bigint;
  readonly left?: bigint;
  readonly right?: bigint;
  readonly constant?: bigint;
}

/**
 * What a method collects while it runs and emits in batches: 12-bit lookups and table reads go
 * three to a row. Anything queued and never emitted would be a constraint that silently does not
 * exist, so a context is only handed out by `withContext`, which calls `finish` and nothing
 * can be queued afterwards.
 */
export class CircuitContext {
  /** XORs of 32-bit words, and what is emitted in between their rows. */
  readonly xorRows = new XorRows(this);
  private pending12: Field[] = [];
  private readonly tables = new Map<number, LookupTable>();
  private readonly sets = new Map<NumberSet, LookupTable>();
  private readonly constants = new Map<bigint, Field>();
  private readonly endings: (() => void)[] = [];
  private finished = false;

  /** Assert 0 <= x < 2^12. One third of a row. */
  range12(x: Field): void {
    this.assertOpen();
    this.pending12.push(x);
    if (this.pending12.length === 3) this.emit12();
  }

  /** Assert 0 <= x < 2^bits, 1 <= bits <= 252: chunks of 12 bits, the top one scaled. */
  rangeBits(x: Field, bits: number): void {
    if (bits < 1 || bits > 252) throw Error(`rangeBits: ${bits} bits`);
    const count = Math.ceil(bits / 12);
    const topBits = bits - 12 * (count - 1);
    if (count === 1) {
      this.rangeTop(x, topBits);
      return;
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
  }

  /** A chunk of fewer than 12 bits: 12-bit itself and scaled to the top of 12 bits. */
  private rangeTop(x: Field, bits: number): void {
    this.range12(x);
    // both lookups: scaled alone, x could be a fraction mod the field order
    if (bits < 12) this.range12(this.linear([[1n << BigInt(12 - bits), x]]));
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

  /** A constant as a variable, emitted on first use: half a row, never in the middle of a gate. */
  constant(value: bigint): Field {
    let variable = this.constants.get(value);
    if (variable === undefined) {
      variable = existsOne(() => value);
      this.generic([[1n, variable]], -value);
      this.constants.set(value, variable);
    }
    return variable;
  }

  /** Assert sum(c_i x_i) + constant = 0 over the native field. max(1, n - 2) half rows. */
  assertLinear(terms: Term[], constant = 0n): void {
    this.generic(
      foldTerms(terms, (pair) => this.linear(pair)),
      constant,
    );
  }

  /** A new variable equal to sum(c_i x_i) + constant. max(1, n - 1) half rows. */
  linear(terms: Term[], constant = 0n): Field {
    const sum = existsOne(() => linearValue(terms, constant));
    this.assertLinear([...terms, [-1n, sum]], constant);
    return sum;
  }

  /** A new variable equal to x * y. Half a row. */
  product(x: Field, y: Field): Field {
    const result = existsOne(() => x.toBigInt() * y.toBigInt());
    Gates.generic(
      { left: 0n, right: 0n, out: -1n, mul: 1n, const: 0n },
      { left: x, right: y, out: result },
    );
    return result;
  }

  /** Assert x * y = z. Half a row. */
  assertProduct(x: Field, y: Field, z: Field): void {
    Gates.generic(
      { left: 0n, right: 0n, out: -1n, mul: 1n, const: 0n },
      { left: x, right: y, out: z },
    );
  }

  /** A new variable equal to mul x y + left x + right y + constant. Half a row. */
  quadratic(x: Field, y: Field, { mul, left = 0n, right = 0n, constant = 0n }: Quadratic): Field {
    const result = existsOne(() => {
      const [a, b] = [x.toBigInt(), y.toBigInt()];
      return mul * a * b + left * a + right * b + constant;
    });
    Gates.generic(
      { left, right, out: -1n, mul, const: constant },
      { left: x, right: y, out: result },
    );
    return result;
  }

  /** Assert mul x y + left x + right y + constant = 0. Half a row. */
  assertQuadratic(
    x: Field,
    y: Field,
    { mul, left = 0n, right = 0n, constant = 0n }: Quadratic,
  ): void {
    Gates.generic({ left, right, out: 0n, mul, const: constant }, { left: x, right: y, out: x });
  }

  /** bit ? a : b, for a bit. 1 1/2 rows. */
  choose(bit: Field, a: Field, b: Field): Field {
    const difference = this.linear([
      [1n, a],
      [-1n, b],
    ]);
    return this.linear([
      [1n, b],
      [1n, this.product(bit, difference)],
    ]);
  }

  /** 1 if x is the constant, else 0: both directions are forced. 1 row. */
  equals(x: Field, value: bigint): Field {
    const bit = existsOne(() => (x.toBigInt() === value ? 1n : 0n));
    const inverse = existsOne(() => {
      const difference = x.toBigInt() - value;
      return difference === 0n ? 0n : Field(difference).inv().toBigInt();
    });
    // (x - value) inverse = 1 - bit, (x - value) bit = 0
    Gates.generic(
      { left: 0n, right: -value, out: 1n, mul: 1n, const: -1n },
      { left: x, right: inverse, out: bit },
    );
    this.assertQuadratic(x, bit, { mul: 1n, right: -value });
    return bit;
  }

  /** Assert x is 0 or 1. Half a row. */
  assertBit(x: Field): void {
    Gates.generic(
      { left: -1n, right: 0n, out: 0n, mul: 1n, const: 0n },
      { left: x, right: x, out: x },
    );
  }

  /** Assert x != 0 by its inverse. Half a row. */
  assertNonZero(x: Field): void {
    const inverse = existsOne(() => {
      const value = x.toBigInt();
      return value === 0n ? 0n : Field(value).inv().toBigInt();
    });
    Gates.generic(
      { left: 0n, right: 0n, out: 0n, mul: 1n, const: -1n },
      { left: x, right: inverse, out: x },
    );
  }

  /** One half of a generic row: at most three terms and a constant. */
  private generic(terms: Term[], constant: bigint): void {
    this.assertOpen();
    const [l, r, o] = terms;
    if (l === undefined || terms.length > 3) throw Error('generic takes one to three terms');
    Gates.generic(
      { left: l[0], right: r?.[0] ?? 0n, out: o?.[0] ?? 0n, mul: 0n, const: constant },
      { left: l[1], right: r?.[1] ?? l[1], out: o?.[1] ?? l[1] },
    );
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

  private assertOpen(): void {
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
  const context = new CircuitContext();
  let result = body(context);
  if (result instanceof Promise) result = await result;
  context.finish();
  return result;
}
