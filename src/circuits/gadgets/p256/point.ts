/** Points on P-256 in the circuit: checks of given ones, and the addition that makes the table. */
import type { Field } from 'o1js';
import type { Limbs } from '../limbs.ts';
import { exists } from '../../kimchi/gates.ts';
import { BASE, BASE_SUMS, LIMB, LOW, toLimbs } from './constants.ts';
import { B, P, mod } from './curve.ts';
import type { AffinePoint } from './curve.ts';
import { pairValue, valueOf } from './field.ts';
import type { Element, FieldArithmetic, Pair } from './field.ts';

const LOW_MASK = (1n << LOW) - 1n;

/** x below 2^256; y = y.low + 2^176 y.high mod p, unreduced: y is never a factor. */
export interface Point {
  readonly x: Element;
  readonly y: Pair;
}

/** A constant point as variables. */
export function constantPoint(field: FieldArithmetic, { x, y }: AffinePoint): Point {
  return { x: field.constant(x), y: field.constant(y) };
}

/** In the prover: the affine point that a point stands for. */
export function pointValue({ x, y }: Point): AffinePoint {
  return { x: mod(valueOf(x), P), y: pairValue(y, P) };
}

/** An unchecked number as limbs in 88-bit range; the top one is not bounded further. */
export function packLimbs(limbs: Limbs): { limbs: Limbs; low: Field } {
  const [low] = exists(1, () => [limbs[0].toBigInt() + (limbs[1].toBigInt() << LIMB)]);
  return { limbs, low: low! };
}

/** Range-check limbs as an element below 2^256. 4 1/3 rows. */
export function packedElement(field: FieldArithmetic, limbs: Limbs): Element {
  const packed = packLimbs(limbs);
  return field.element(packed.limbs, packed.low);
}

/**
 * Assert x <= maximum, for a maximum below 2^256. 5.8 rows.
 *
 * d = maximum - x has limbs in range and is added to x with a carry of one bit:
 * x.low + d.low = maximum.low + 2^176 carry, x.high + d.high + carry = maximum.high. Nothing here
 * reaches 2^178, so both hold over the integers.
 */
export function assertAtMost(field: FieldArithmetic, x: Element, maximum: bigint): void {
  const { context } = field;
  const [d0, d1, d2, low, carry] = exists(5, () => {
    const difference = maximum - valueOf(x);
    const xLow = valueOf(x) & LOW_MASK;
    const borrow = xLow > (maximum & LOW_MASK) ? 1n : 0n;
    return [...toLimbs(difference & ((1n << 264n) - 1n)), difference & LOW_MASK, borrow];
  }) as [Field, Field, Field, Field, Field];
  field.element([d0, d1, d2], low);
  context.assertBit(carry);
  context.assertLinear(
    [
      [1n, x.low],
      [1n, low],
      [-(1n << LOW), carry],
    ],
    -(maximum & LOW_MASK),
  );
  context.assertLinear(
    [
      [1n, x.high],
      [1n, d2],
      [1n, carry],
    ],
    -(maximum >> LOW),
  );
}

/**
 * Assert y^2 = x^3 - 3x + b mod p, for x and y below 2^256. 31 rows.
 *
 * No sums as factors and the moduli in ordinary limbs: every point on the curve has a witness. The
 * remainder of the last product is made negative by -2p, so that its quotient is not.
 */
export function assertOnCurve(field: FieldArithmetic, x: Element, y: Element): void {
  const [t0, t1, t2, low] = exists(4, () => {
    const square = field.hints.remainder(valueOf(x), valueOf(x), P);
    return [...toLimbs(square), square & LOW_MASK];
  }) as [Field, Field, Field, Field];
  const square = field.element([t0, t1, t2], low);
  field.assertProduct(x, x, square, BASE);
  const cube = field.product(square, x, BASE);
  const right = field.linear(
    [
      [1n, cube],
      [-3n, x],
    ],
    {
      // b - 2p, with 2^177 moved from the high to the low part: low <= 0 whatever x
      low: (B & LOW_MASK) - 2n * (P & LOW_MASK) - (1n << (LOW + 1n)),
      high: (B >> LOW) - 2n * (P >> LOW) + 2n,
    },
  );
  field.assertProductOfKnown(y, y, right, BASE);
}

/**
 * a + b for points of the curve with different x. 45 rows.
 *
 * With x_a != x_b shown, the slope is the only solution of its equation and the sum the only one of the
 * other two. `distinct` asks that b.x be below p, and a.x too or the low limb of b.x not zero.
 *
 * y of the sum: for `loop`, a new pair that the first step of the loop bounds (it is the remainder of a
 * strict product there); otherwise the remainder of the strict product here minus y_a.
 */
export function addPoints(
  field: FieldArithmetic,
  a: Point,
  b: Point,
  use: 'table' | 'loop',
): Point {
  const difference = field.difference(a.x, b.x);
  field.distinct(difference);
  const [l0, l1, l2, x0, x1, x2, xLow, yLow, yHigh] = exists(9, () => {
    const { slope, x, y } = field.hints.chord(pointValue(a), pointValue(b));
    return [...toLimbs(slope), ...toLimbs(x), x & LOW_MASK, y & LOW_MASK, y >> LOW];
  }) as [Field, Field, Field, Field, Field, Field, Field, Field, Field];
  const slope = field.factor([l0, l1, l2]);
  const x = field.element([x0, x1, x2], xLow);

  // (x_a - x_b) slope = y_a - y_b
  const rise = field.minus(a.y, b.y);
  field.assertProductOfKnown(difference, slope, rise, BASE_SUMS);
  // slope^2 = x_a + x_b + x
  const sumOfX = field.linear([
    [1n, a.x],
    [1n, b.x],
    [1n, x],
  ]);
  field.assertProductOfKnown(slope, slope, sumOfX, BASE_SUMS);
  // (x_a - x) slope = y_a + y
  const run = field.difference(a.x, x);
  if (use === 'table') {
    const sumOfY = field.product(run, slope, BASE_SUMS);
    const y = field.minus(sumOfY, a.y);
    return { x, y };
  }
  const y = { low: yLow, high: yHigh };
  const sumOfY = field.plus(a.y, y);
  field.assertProductOfKnown(run, slope, sumOfY, BASE_SUMS);
  return { x, y };
}
