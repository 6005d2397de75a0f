/** The scalars of the verification equation: from the digits that were read to relations mod n. */
import type { Field } from 'o1js';
import type { Limbs } from '../limbs.ts';
import { exists } from '../../kimchi/gates.ts';
import { LOW, ORDER } from './constants.ts';
import { N } from './curve.ts';
import { Factor } from './field.ts';
import type { Element, FieldArithmetic } from './field.ts';
import { rangeCheck64 } from './range.ts';

const LOW_MASK = (1n << LOW) - 1n;

/** k in [0, 2^256), v and w in [0, 2^128). */
export interface Scalars {
  readonly k: Factor;
  readonly v: Factor;
  readonly w: Factor;
}

/** The scalars from the sums that the loop returns, segments of 40, 40 and 48 bits. 19 rows. */
export function scalarsOf(field: FieldArithmetic, sums: readonly Field[]): Scalars {
  const { context } = field;
  const [high, middle, low] = sums.map((sum) => unpack(field, sum)) as [Digits, Digits, Digits];
  const join = (x: Field, y: Field, shift: bigint) =>
    context.linear([
      [1n, x],
      [1n << shift, y],
    ]);
  const zero = context.constant(0n);
  const short = (i: 2 | 3) => new Factor([join(low[i], middle[i], 48n), high[i], zero]);
  // k = k0 + 2^128 k1, digits 0 and 1
  const k: Limbs = [
    join(low[0], middle[0], 48n),
    join(high[0], low[1], 40n),
    join(middle[1], high[1], 40n),
  ];
  return { k: new Factor(k), w: short(2), v: short(3) };
}

type Digits = [Field, Field, Field, Field];

/**
 * A sum of weighted indices as x0 + 2^64 x1 + 2^128 x2 + 2^192 x3. 5.5 rows.
 *
 * The sum is an integer below 2^240 with parts below 2^48, and the right side one below 2^244, for
 * parts below 2^64 and x3 below 2^52; both are below N, so the parts are equal. (With x3 up to 2^64
 * the sum plus N would be a second way to unpack.)
 */
function unpack(field: FieldArithmetic, sum: Field): Digits {
  const parts = exists(4, () => field.hints.digits(sum.toBigInt())) as Digits;
  const [x0, x1, x2, x3] = parts;
  field.context.assertLinear([
    [1n, x0],
    [1n << 64n, x1],
    [1n << 128n, x2],
    [1n << 192n, x3],
    [-1n, sum],
  ]);
  parts.forEach((part, i) => rangeCheck64(field.context, part, i === 3));
  return parts;
}

/**
 * Assert k / v = z / s and sign w / v = r / s mod n, where sign is +-1 and r, s are invertible.
 * 37 rows.
 *
 * v z = k s and sign w s = v r, with v != 0; v < 2^128 < n, so v is invertible, and n is prime.
 */
export function assertScalarRelations(
  field: FieldArithmetic,
  { k, v, w }: Scalars,
  sign: Field,
  given: { z: Factor; r: Element; s: Element },
): void {
  const { context } = field;
  const [v0, v1] = v.limbs; // both non-negative, and the top limb is zero
  context.assertNonZero(context.add(v0, v1));
  field.assertProduct(k, given.s, field.product(given.z, v, ORDER), ORDER);
  const ws = field.product(w, given.s, ORDER);
  const signed = { low: context.product(sign, ws.low), high: context.product(sign, ws.high) };
  field.assertProduct(v, given.r, signed, ORDER);
}

/** Assert x = r + wraps n over the integers, wraps 0 or 1. 3 rows. For x, r below 2^256. */
export function assertReducesTo(
  field: FieldArithmetic,
  x: Element,
  r: Element,
  { wraps, carry }: { wraps: Field; carry: Field },
): void {
  const { context } = field;
  context.assertBit(wraps);
  context.assertBit(carry);
  // neither side of these reaches 2^178
  context.assertLinear([
    [1n, r.low],
    [N & LOW_MASK, wraps],
    [-(1n << LOW), carry],
    [-1n, x.low],
  ]);
  context.assertLinear([
    [1n, r.high],
    [N >> LOW, wraps],
    [1n, carry],
    [-1n, x.high],
  ]);
}
