/** The double-and-add loop, and what it shows about the scalars. */
import type { Field } from 'o1js';
import { exists, existsOne } from '../../kimchi/gates.ts';
import { BASE_SUMS, END, LOW, START, STEPS, toLimbs } from './constants.ts';
import type { FieldArithmetic } from './field.ts';
import type { ScalarHints } from './hints.ts';
import { addPoints, constantPoint, pointValue } from './point.ts';
import type { Point } from './point.ts';
import type { PointTable } from './table.ts';

const LOW_MASK = (1n << LOW) - 1n;

/** Lowest bits of the segments, from the top: 40, 40 and 48 bits, so that they make 88-bit limbs. */
export const SEGMENTS = [88, 48, 0] as const;

/**
 * P <- 2C + T, then 127 times P <- 2P + T, a table entry each; assert that it ends at (2^129 - 1) C.
 *
 * The number of C's in P is 3 at first, then 2a + 1, hence 2^129 - 1 at the end, and what the entries
 * add besides is O: k G + w S = v R for the scalars with the digits that were read.
 *
 * Returns for each segment the sum of 2^(i - lowest) index_i: all four scalars' bits in it.
 */
export function assertCombinationIsZero(
  field: FieldArithmetic,
  table: PointTable,
  scalars: () => ScalarHints,
): Field[] {
  const { context, hints } = field;
  const indexOf = (bit: number) => existsOne(() => hints.index(scalars(), bit));
  const end = constantPoint(field, END);
  const sums: Field[] = [];

  let index = indexOf(STEPS - 1);
  let sum = index;
  let p = addPoints(field, constantPoint(field, START), table.read(index), 'loop');
  for (let bit = STEPS - 2; bit >= 0; bit--) {
    index = indexOf(bit);
    const finished = SEGMENTS.some((lowest) => lowest === bit + 1);
    if (finished) sums.push(sum);
    sum = finished
      ? index
      : context.linear([
          [2n, sum],
          [1n, index],
        ]);
    p = doubleAndAdd(field, p, table.read(index), bit === 0 ? end : undefined);
  }
  return [...sums, sum];
}

/**
 * 2P + T = (P + T) + P for P, T on the curve, T an entry of the table. ~73 rows.
 *
 * With S = P + T, whose y is never computed, and e = (x_P - x_S) / 2:
 *   (x_P - x_T) l1 = y_P - y_T     l1 is the slope of P, T, because x_P != x_T is shown
 *   l1^2 = (2 x_P - 2 e) + x_T     so x_S = x_P - 2 e
 *   (l1 + l2) e = y_P              e != 0, as y_P != 0; so S != +-P and l2 is the slope of P, S
 *   l2^2 = (2 x_P - 2 e) + x
 *   (x_P - x) l2 = y_P + y
 * The third product is strict and bounds y_P; the others then have known remainders.
 * `result`: assert 2P + T to be this point instead of making a new one.
 */
export function doubleAndAdd(field: FieldArithmetic, p: Point, t: Point, result?: Point): Point {
  const [a0, a1, a2, e0, e1, e2, eLow, b0, b1, b2, ...r] = exists(16, () => {
    const { slope1, half, slope2, x, y } = field.hints.step(pointValue(p), pointValue(t));
    const elements = [...toLimbs(slope1), ...toLimbs(half), half & LOW_MASK, ...toLimbs(slope2)];
    return [...elements, ...toLimbs(x), x & LOW_MASK, y & LOW_MASK, y >> LOW];
  }) as [Field, Field, Field, Field, Field, Field, Field, Field, Field, Field, ...Field[]];
  const slope1 = field.factor([a0, a1, a2]);
  const half = field.element([e0, e1, e2], eLow);
  const slope2 = field.factor([b0, b1, b2]);
  const { x, y } = result ?? newPoint(field, r);

  const difference = field.difference(p.x, t.x);
  field.distinct(difference);
  const rise = field.minus(p.y, t.y);
  field.assertProductOfKnown(difference, slope1, rise, BASE_SUMS);
  const sumOfX = field.linear([
    [2n, p.x],
    [-2n, half],
  ]); // x_P + x_S
  field.assertProductOfKnown(slope1, slope1, field.plus(sumOfX, t.x), BASE_SUMS);
  field.assertProduct(field.sum(slope1, slope2), half, p.y, BASE_SUMS);
  field.assertProductOfKnown(slope2, slope2, field.plus(sumOfX, x), BASE_SUMS);
  field.assertProductOfKnown(field.difference(p.x, x), slope2, field.plus(p.y, y), BASE_SUMS);
  return { x, y };
}

function newPoint(field: FieldArithmetic, cells: Field[]): Point {
  const [x0, x1, x2, xLow, low, high] = cells as [Field, Field, Field, Field, Field, Field];
  return { x: field.element([x0, x1, x2], xLow), y: { low, high } };
}
