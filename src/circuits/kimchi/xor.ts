import type { Field } from 'o1js';
import { Gates, GATE, exists, existsOne } from './gates.ts';
import { foldTerms, linearValue, type Term } from './linear.ts';

/**
 * Second operand of an XOR: a 32-bit word w as the cell w + 2^32 top. The top is a constant, or a
 * 12-bit number that the row after the XOR range-checks.
 */
export interface Operand {
  readonly cell: Field;
  readonly top: 0n | 1n | Field;
}

export interface XorResult {
  /** The XOR of the two words, proven to lie in [0, 2^32). */
  readonly out: Field;
  /** Its upper half, out >> 16. */
  readonly outHigh: Field;
}

/** What XOR rows need of the circuit they are in. */
interface Host {
  constant(value: bigint): Field;
  range12(x: Field): void;
}

interface Equation {
  readonly terms: readonly Term[];
  readonly constant: bigint;
}

/** From this many waiting lookups on, a row is given to them although an equation waits too. */
const BACKLOG = 6;

/**
 * XOR of 32-bit words in 2 rows and a third that is not wasted.
 *
 * An Xor16 row splits its three cells into four nibbles each, looks the nibbles up in the XOR
 * table, and takes what remains from columns 0 to 2 of the row below. Two such rows prove of cells
 * l, r, o with rests L, R, O in the third row
 *   l = l' + 2^32 L,  r = r' + 2^32 R,  o = o' + 2^32 O,  l', r', o' in [0, 2^32),  o' = l' xor r'.
 * The third row is never an empty one:
 *   - a Lookup on the 12-bit table: its table id 1 is L, its first lookup (R, 0) range-checks R and
 *     makes O = 0, two more lookups are free for what waits in a queue; or
 *   - a double Generic whose first half constrains nothing but has cells wired to L = 1, R and
 *     O = 0, and whose second half is a waiting linear equation.
 * Nothing may be emitted between the Xor16 rows and their third row, so all cells are variables
 * that exist before. Everything queued is emitted by `finish` at the latest.
 */
export class XorRows {
  private lookups: Field[] = [];
  private equations: Equation[] = [];
  private finished = false;

  constructor(private readonly host: Host) {}

  /** Assert 0 <= x < 2^12, in the third row of a later XOR if there is one. */
  range12(x: Field): void {
    this.assertOpen();
    this.lookups.push(x);
  }

  /** As `CircuitContext.assertLinear`, in third rows of later XORs as far as there are any. */
  assertLinear(terms: readonly Term[], constant = 0n): void {
    this.assertOpen();
    const folded = foldTerms(terms, (pair) => this.linear(pair));
    for (const [, x] of folded) assertVariable(x);
    this.equations.push({ terms: folded, constant });
  }

  /** A new variable equal to sum(c_i x_i) + constant. */
  linear(terms: readonly Term[], constant = 0n): Field {
    const sum = existsOne(() => linearValue(terms, constant));
    this.assertLinear([...terms, [-1n, sum]], constant);
    return sum;
  }

  /**
   * A new 32-bit word that comes with a 12-bit number `chunk`, as second operand of the next `xor`.
   * The chunk is range-checked: as the top of the cell when that XOR's third row is to be a Lookup,
   * else from the queue. `weight` 1 says that the cell is word + 2^32 chunk, 0 that it is the word.
   * Nothing but this pairing of cell and top is shown of them; the caller adds the equation.
   */
  operand(
    word: () => bigint,
    chunk: () => bigint,
  ): { operand: Operand; chunk: Field; weight: 0n | 1n } {
    const chunkVariable = existsOne(chunk);
    if (this.lookups.length >= 2) {
      const cell = existsOne(() => word() + (chunk() << 32n));
      return { operand: { cell, top: chunkVariable }, chunk: chunkVariable, weight: 1n };
    }
    this.range12(chunkVariable);
    return { operand: { cell: existsOne(word), top: 0n }, chunk: chunkVariable, weight: 0n };
  }

  /**
   * XOR of two words, the first given as the cell word + 2^32. Proves that both words lie in
   * [0, 2^32), whatever the cells held before. 2 rows and half a third one.
   */
  xor(left: Field, right: Operand): XorResult {
    this.assertOpen();
    assertVariable(left);
    assertVariable(right.cell);
    // all variables of the three rows, before any of the rows
    const third = this.thirdRow(right);
    const [out, leftHigh, rightHigh, outHigh, ...nibbles] = exists(28, () => {
      const [l, r] = [left.toBigInt(), right.cell.toBigInt()];
      const o = (l ^ r) & 0xffffffffn;
      const high = [l >> 16n, r >> 16n, o >> 16n];
      return [o, ...high, ...lowNibbles([l, r, o]), ...lowNibbles(high)];
    }) as [Field, Field, Field, Field, ...Field[]];
    Gates.xor(left, right.cell, out, ...(nibbles.slice(0, 12) as Twelve<Field>));
    Gates.xor(leftHigh, rightHigh, outHigh, ...(nibbles.slice(12) as Twelve<Field>));
    third();
    return { out, outHigh };
  }

  /** Prepare the third row of an XOR; the result emits it and makes no variable doing so. */
  private thirdRow({ top }: Operand): () => void {
    const [zero, one] = [this.host.constant(0n), this.host.constant(1n)];
    const waiting = this.lookups.length;
    const variableTop = typeof top === 'bigint' ? undefined : top;
    const topCell = variableTop ?? (top === 1n ? one : zero);
    const lookup =
      variableTop !== undefined ||
      waiting >= BACKLOG ||
      (waiting >= 2 && this.equations.length === 0);
    if (lookup) {
      const [x = zero, y = zero] = this.lookups.splice(0, 2);
      assertVariable(topCell);
      assertVariable(x);
      assertVariable(y);
      return () => Gates.lookup(one, topCell, zero, x, zero, y, zero);
    }
    const { terms, constant } = this.equations.pop() ?? { terms: [], constant: 0n };
    const [l, r, o] = terms;
    const used = [one, topCell, zero, l?.[1] ?? zero, r?.[1] ?? zero, o?.[1] ?? zero];
    // to all 15 columns, because `Gates.raw` would make variables of what it pads itself
    const cells = [...used, ...Array<Field>(9).fill(zero)];
    const second = [l?.[0] ?? 0n, r?.[0] ?? 0n, o?.[0] ?? 0n, 0n, constant];
    return () => Gates.raw(GATE.generic, cells, [0n, 0n, 0n, 0n, 0n, ...second]);
  }

  /** Emit what still waits. Called by the context only. */
  finish(): void {
    this.assertOpen();
    for (const x of this.lookups.splice(0)) this.host.range12(x);
    for (const { terms, constant } of this.equations.splice(0)) {
      const [l, r, o] = terms as [Term, Term?, Term?];
      Gates.generic(
        { left: l[0], right: r?.[0] ?? 0n, out: o?.[0] ?? 0n, mul: 0n, const: constant },
        { left: l[1], right: r?.[1] ?? l[1], out: o?.[1] ?? l[1] },
      );
    }
    if (this.lookups.length + this.equations.length > 0) throw Error('XOR queues not empty');
    this.finished = true;
  }

  private assertOpen(): void {
    if (this.finished) throw Error('XOR rows used after finish');
  }
}

type Twelve<T> = [T, T, T, T, T, T, T, T, T, T, T, T];

/** The lowest four nibbles of each number. */
function lowNibbles(numbers: readonly bigint[]): bigint[] {
  return numbers.flatMap((x) => [x & 15n, (x >> 4n) & 15n, (x >> 8n) & 15n, (x >> 12n) & 15n]);
}

/** A constant or an unsealed sum would put a Generic row between the Xor16 rows and the third. */
function assertVariable(x: Field): void {
  const [kind] = x.value;
  if (kind !== VARIABLE) throw Error('XOR rows take variables only: seal the field element');
}

/** Tag of a variable in o1js's representation of a field element. */
const VARIABLE = 1;
