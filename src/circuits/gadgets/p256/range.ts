/**
 * 88-bit range checks. A multi-range-check is four rows (RangeCheck0, RangeCheck0, RangeCheck1 and
 * the row that RangeCheck1 looks up on) and takes three values of 88 bits.
 */
import type { Field } from 'o1js';
import type { CircuitContext } from '../../kimchi/context.ts';
import { Gates, exists } from '../../kimchi/gates.ts';

export interface MultiRangeOptions {
  /** A variable to be shown equal to second + 2^88 third. */
  readonly packed?: Field;
  /** Wire the top 12 bits of the first value to zero: it is below 2^76 then. */
  readonly firstBelow76?: boolean;
}

/**
 * Assert three variables to be in [0, 2^88). 4 rows. Returns the top 12 bits of the first as a
 * variable. The arguments must be variables, not sums: a sum would put a Generic row
 * between the second RangeCheck0 and the RangeCheck1 that its packing relation reads.
 */
export function multiRangeCheck(
  context: CircuitContext,
  [first, second, third]: readonly [Field, Field, Field],
  { packed, firstBelow76 = false }: MultiRangeOptions = {},
): Field {
  const zero = context.constant(0n);
  const topOf = (x: Field) => exists(2, () => [bits(x, 64, 12), bits(x, 76, 12)]);
  const [first64, first76] = firstBelow76 ? [topOf(first)[0]!, zero] : pair(topOf(first));
  const [second64, second76] = pair(topOf(second));
  rangeCheck0(first, first64, first76, false);
  rangeCheck0(second, second64, second76, packed !== undefined);
  const current = exists(13, () => [
    bits(third, 86, 2),
    ...[74, 62, 50, 38].map((at) => bits(third, at, 12)),
    ...[36, 34, 32, 30, 28, 26, 24, 22].map((at) => bits(third, at, 2)),
  ]);
  const low = exists(11, () =>
    [20, 18, 16, 14, 12, 10, 8, 6, 4, 2, 0].map((at) => bits(third, at, 2)),
  );
  Gates.rangeCheck1(third, packed ?? zero, current, [
    ...low.slice(0, 3),
    first76,
    first64,
    second76,
    second64,
    ...low.slice(3),
  ]);
  return first76;
}

/** Assert x in [0, 2^64), or in [0, 2^52). One row. */
export function rangeCheck64(context: CircuitContext, x: Field, below52 = false): void {
  const zero = context.constant(0n);
  const [x52, ...others] = exists(4, () => [52, 40, 28, 16].map((at) => bits(x, at, 12)));
  const crumbs = exists(8, () => [14, 12, 10, 8, 6, 4, 2, 0].map((at) => bits(x, at, 2)));
  Gates.rangeCheck0(x, [zero, zero, below52 ? zero : x52!, ...others], crumbs, false);
}

/** Values that wait to be range-checked three at a time: 4/3 rows each. */
export class RangeQueue {
  private readonly context: CircuitContext;
  private pending: Field[] = [];

  constructor(context: CircuitContext) {
    this.context = context;
  }

  /** Assert a variable to be in [0, 2^88), at the latest in `flush`. */
  add(x: Field): void {
    this.pending.push(x);
    if (this.pending.length === 3) this.emit();
  }

  /** Assert `below76` < 2^76 and `x` < 2^88 at once, with a waiting value beside them. */
  addPair(below76: Field, x: Field): void {
    multiRangeCheck(this.context, [below76, x, this.pending.pop() ?? x], { firstBelow76: true });
  }

  flush(): void {
    const last = this.pending.at(-1);
    if (last === undefined) return;
    while (this.pending.length < 3) this.pending.push(last);
    this.emit();
  }

  private emit(): void {
    multiRangeCheck(this.context, this.pending as [Field, Field, Field]);
    this.pending = [];
  }
}

function rangeCheck0(x: Field, x64: Field, x76: Field, compact: boolean): void {
  const middle = exists(4, () => [52, 40, 28, 16].map((at) => bits(x, at, 12)));
  const crumbs = exists(8, () => [14, 12, 10, 8, 6, 4, 2, 0].map((at) => bits(x, at, 2)));
  Gates.rangeCheck0(x, [x76, x64, ...middle], crumbs, compact);
}

function bits(x: Field, from: number, count: number): bigint {
  return (x.toBigInt() >> BigInt(from)) & ((1n << BigInt(count)) - 1n);
}

function pair(variables: Field[]): [Field, Field] {
  return variables as [Field, Field];
}
