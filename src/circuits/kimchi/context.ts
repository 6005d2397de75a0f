import { Field } from 'o1js';
import { Gates, existsOne, exists } from './gates.ts';
import { LookupTable } from './table.ts';

/** Coefficient and variable of a linear equation. */
export type Term = readonly [bigint, Field];

/**
 * What a method collects while it runs and emits in batches: 12-bit lookups and table reads go
 * three to a row. Anything queued and never emitted would be a constraint that silently does not
 * exist, so a context is only handed out by `withContext`, which calls `finish` and nothing
 * can be queued afterwards.
 */
export class CircuitContext {
  private pending12: Field[] = [];
  private readonly tables = new Map<number, LookupTable>();
  private readonly constants = new Map<bigint, Field>();
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
    let rest = [...terms];
    while (rest.length > 3) {
      const [a, b, ...others] = rest as [Term, Term, ...Term[]];
      rest = [[1n, this.linear([a, b])], ...others];
    }
    this.generic(rest, constant);
  }

  /** A new variable equal to sum(c_i x_i) + constant. max(1, n - 1) half rows. */
  linear(terms: Term[], constant = 0n): Field {
    const sum = existsOne(() =>
      terms.reduce((total, [c, x]) => total + c * x.toBigInt(), constant),
    );
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
