import { Field } from 'o1js';
import { Gates, existsOne } from './gates.ts';
import { type Bit, inRange } from './integer.ts';
import { foldTerms, linearValue, type Term } from './linear.ts';

/** Coefficients of mul x y + left x + right y + constant; absent is 0. */
export interface Quadratic {
  readonly mul: bigint;
  readonly left?: bigint;
  readonly right?: bigint;
  readonly constant?: bigint;
}

/** Coefficients of half a Generic row: left l + right r + out o + mul l r + const = 0. */
type Coefficients = Parameters<typeof Gates.generic>[0];

/**
 * Relations between field elements, each emitted at once as halves of Generic rows. All hold modulo
 * the order of the native field: whether a number is an integer in some range is for range checks.
 *
 * The methods are named by what they say; `linear`, `assertLinear`, `quadratic` and `assertQuadratic`
 * are for equations that have no name.
 */
export abstract class Arithmetic {
  private readonly constants = new Map<bigint, Field>();

  /** Throw when the circuit takes no more gates. */
  protected abstract assertOpen(): void;

  /** A constant as a variable, emitted on first use: half a row, never in the middle of a gate. */
  constant(value: 0n | 1n): Bit;
  constant(value: bigint): Field;
  constant(value: bigint): Field {
    let variable = this.constants.get(value);
    if (variable === undefined) {
      variable = existsOne(() => value);
      this.assertZeroSum([[1n, variable]], -value);
      this.constants.set(value, variable);
    }
    return variable;
  }

  /** A new variable equal to sum(c_i x_i) + constant. max(1, n - 1) half rows. */
  linear(terms: readonly Term[], constant = 0n): Field {
    const sum = existsOne(() => linearValue(terms, constant));
    this.assertLinear([...terms, [-1n, sum]], constant);
    return sum;
  }

  /** Assert sum(c_i x_i) + constant = 0. max(1, n - 2) half rows. */
  assertLinear(terms: readonly Term[], constant = 0n): void {
    this.assertZeroSum(
      foldTerms(terms, (pair) => this.linear(pair)),
      constant,
    );
  }

  /** A new variable equal to mul x y + left x + right y + constant. Half a row. */
  quadratic(x: Field, y: Field, { mul, left = 0n, right = 0n, constant = 0n }: Quadratic): Field {
    const result = existsOne(() => {
      const [a, b] = [x.toBigInt(), y.toBigInt()];
      return mul * a * b + left * a + right * b + constant;
    });
    this.half({ left, right, out: -1n, mul, const: constant }, x, y, result);
    return result;
  }

  /** Assert mul x y + left x + right y + constant = 0. Half a row. */
  assertQuadratic(
    x: Field,
    y: Field,
    { mul, left = 0n, right = 0n, constant = 0n }: Quadratic,
  ): void {
    this.half({ left, right, out: 0n, mul, const: constant }, x, y, x);
  }

  /** a + b. Half a row. */
  add(a: Field, b: Field | bigint): Field {
    return typeof b === 'bigint' ? this.linear([[1n, a]], b) : this.sum([a, b]);
  }

  /** a - b. Half a row. */
  sub(a: Field, b: Field | bigint): Field;
  sub(a: bigint, b: Field): Field;
  sub(a: Field | bigint, b: Field | bigint): Field {
    if (typeof a === 'bigint') return this.linear([[-1n, b as Field]], a);
    if (typeof b === 'bigint') return this.linear([[1n, a]], -b);
    return this.linear([
      [1n, a],
      [-1n, b],
    ]);
  }

  /** The sum of one or more values and a constant. max(1, n - 1) half rows. */
  sum(values: readonly Field[], constant = 0n): Field {
    return this.linear(
      values.map((value): Term => [1n, value]),
      constant,
    );
  }

  /** factor x. Half a row. */
  scale(factor: bigint, x: Field): Field {
    return this.linear([[factor, x]]);
  }

  /** 1 - bit. Half a row. */
  not(bit: Bit): Bit {
    return inRange(this.sub(1n, bit));
  }

  /** x y. Half a row. */
  product(x: Field, y: Field): Field {
    return this.quadratic(x, y, { mul: 1n });
  }

  /** 1 if both bits are, else 0. Half a row. */
  and(a: Bit, b: Bit): Bit {
    return inRange(this.product(a, b));
  }

  /** bit ? a : b. 1 1/2 rows. */
  choose(bit: Bit, a: Field, b: Field): Field {
    const difference = this.sub(a, b);
    return this.add(b, this.product(bit, difference));
  }

  /** 1 if x is the constant, else 0: both directions are forced. 1 row. */
  equals(x: Field, value: bigint): Bit {
    const bit = existsOne(() => (x.toBigInt() === value ? 1n : 0n));
    const inverse = existsOne(() => inverseOrZero(x.toBigInt() - value));
    // (x - value) inverse = 1 - bit, (x - value) bit = 0
    this.half({ left: 0n, right: -value, out: 1n, mul: 1n, const: -1n }, x, inverse, bit);
    this.assertQuadratic(x, bit, { mul: 1n, right: -value });
    return inRange(bit);
  }

  /** Assert a = b. Half a row. */
  assertEqual(a: Field, b: Field | bigint): void {
    this.assertSum([a], b);
  }

  /** Assert that the sum of the values is the total. max(1, n - 2) half rows, n - 1 for a variable. */
  assertSum(values: readonly Field[], total: Field | bigint): void {
    const terms = values.map((value): Term => [1n, value]);
    if (typeof total === 'bigint') this.assertLinear(terms, -total);
    else this.assertLinear([...terms, [-1n, total]]);
  }

  /** Assert x y = z. Half a row. */
  assertProduct(x: Field, y: Field, z: Field): void {
    this.half({ left: 0n, right: 0n, out: -1n, mul: 1n, const: 0n }, x, y, z);
  }

  /** Assert x = 0 or y = 0. Half a row. */
  assertZeroProduct(x: Field, y: Field): void {
    this.assertProduct(x, y, this.constant(0n));
  }

  /** Assert x is 0 or 1. Half a row. */
  assertBit(x: Field): Bit {
    this.half({ left: -1n, right: 0n, out: 0n, mul: 1n, const: 0n }, x, x, x);
    return inRange(x);
  }

  /** A bit that the prover chooses. Half a row. */
  bit(compute: () => boolean): Bit {
    return this.assertBit(existsOne(() => (compute() ? 1n : 0n)));
  }

  /** Assert x != 0 by its inverse. Half a row. */
  assertNonZero(x: Field): void {
    const inverse = existsOne(() => inverseOrZero(x.toBigInt()));
    this.half({ left: 0n, right: 0n, out: 0n, mul: 1n, const: -1n }, x, inverse, x);
  }

  /** Assert that `consequence` is 1 where `condition` is. Half a row. */
  assertImplies(condition: Bit, consequence: Bit): void {
    this.assertProduct(condition, consequence, condition);
  }

  /** Assert x = 0 where the bit is 1. Half a row. */
  assertZeroWhen(bit: Bit, x: Field): void {
    this.assertZeroProduct(bit, x);
  }

  /** Assert x = 0 where the bit is 0. Half a row. */
  assertZeroUnless(bit: Bit, x: Field): void {
    this.assertProduct(bit, x, x);
  }

  /** Assert x = value where the bit is 1. Half a row. */
  assertEqualWhen(bit: Bit, x: Field, value: bigint): void {
    this.assertQuadratic(bit, x, { mul: 1n, left: -value });
  }

  /** One to three terms and a constant are zero: half a row. */
  private assertZeroSum(terms: readonly Term[], constant: bigint): void {
    const [l, r, o] = terms;
    if (l === undefined || terms.length > 3) throw Error('generic takes one to three terms');
    this.half(
      { left: l[0], right: r?.[0] ?? 0n, out: o?.[0] ?? 0n, mul: 0n, const: constant },
      l[1],
      r?.[1] ?? l[1],
      o?.[1] ?? l[1],
    );
  }

  private half(coefficients: Coefficients, left: Field, right: Field, out: Field): void {
    this.assertOpen();
    Gates.generic(coefficients, { left, right, out });
  }
}

/** In the prover: 1/x, or 0 where there is none. */
function inverseOrZero(x: bigint): bigint {
  return x === 0n ? 0n : Field(x).inv().toBigInt();
}
