/**
 * The bounds in docs/gadgets/p256.md by interval arithmetic: from the ranges that are checked, what the
 * equations of the multiplication gate can and cannot mean.
 */
import { Field } from 'o1js';
import { describe, expect, test } from '@jest/globals';
import {
  BASE,
  BASE_SUMS,
  BATCH,
  ORDER,
  P_OFFSET,
  batchWeight,
} from '../../../src/circuits/gadgets/p256/constants.ts';
import { P } from '../../../src/circuits/gadgets/p256/curve.ts';

/** All integers from the first to the second. */
type Interval = readonly [bigint, bigint];

const NATIVE = Field.ORDER;
const two = (exponent: number) => 1n << BigInt(exponent);
const only = (x: bigint): Interval => [x, x];
const below = (bits: number): Interval => [0n, two(bits) - 1n];
const minus = ([low, high]: Interval): Interval => [-high, -low];
const sum = (...terms: Interval[]): Interval =>
  terms.reduce((total, term) => [total[0] + term[0], total[1] + term[1]]);
const times = (a: Interval, b: Interval): Interval => {
  const corners = [a[0] * b[0], a[0] * b[1], a[1] * b[0], a[1] * b[1]];
  return [corners.reduce(least), corners.reduce(greatest)];
};
const hull = (a: Interval, b: Interval): Interval => [least(a[0], b[0]), greatest(a[1], b[1])];
const least = (a: bigint, b: bigint) => (a < b ? a : b);
const greatest = (a: bigint, b: bigint) => (a > b ? a : b);
const size = ([low, high]: Interval) => greatest(-low, high);
const combine = ([x0, x1, x2]: readonly Interval[]): Interval =>
  sum(x0!, times(x1!, only(two(88))), times(x2!, only(two(176))));

const element = [below(88), below(88), below(80)];
const lazy = element.map((limb, i) =>
  hull(sum(limb, limb), sum(limb, minus(limb), only(P_OFFSET[i]!))),
);
const quotient = [below(88), below(88), below(83)];
const [carry0, carry1, p11] = [[0n, 3n] as const, below(91), below(90)];

test('limbs of a sum', () => {
  expect(lazy[0]![0] >= 0n && lazy[1]![0] >= 0n && lazy[2]![0] > -two(49)).toBe(true);
  expect(lazy.map(([, high]) => high < two(89) + two(9))).toEqual([true, true, true]);
  expect(lazy[2]![1] < two(82)).toBe(true);
});

describe.each([
  ['p, elements', BASE, element],
  ['p, a sum as first factor', BASE_SUMS, lazy],
  ['n', ORDER, element],
] as const)('%s', (_, modulus, a) => {
  const b = element;
  const f = modulus.negated.map(only);
  const product = (weight: number) =>
    sum(
      ...[0, 1, 2].flatMap((i) => {
        const j = weight - i;
        if (j < 0 || j > 2) return [];
        return [times(a[i]!, b[j]!), times(quotient[i]!, f[j]!)];
      }),
    );
  const [p0, p1, p2] = [product(0), product(1), product(2)];

  test('strict: the equations hold over the integers for any r', () => {
    const p10 = below(88);
    // p1 = p10 + 2^88 p11
    expect(size(sum(p1, minus(p10), minus(times(only(two(88)), p11)))) < NATIVE).toBe(true);
    // r.low and r.high follow
    const low = sum(p0, times(only(two(88)), p10), minus(times(only(two(176)), carry0)));
    const high = sum(p2, p11, carry0, minus(times(only(two(88)), carry1)));
    expect(size(low) < two(178)).toBe(true);
    expect(size(high) < two(180)).toBe(true);
    const whole = sum(low, times(only(two(176)), high));
    expectEquality(whole);
  });

  test('known: the batch leaves no multiple of N', () => {
    const known: Interval = [-two(180), two(180)];
    const p10 = sum(p1, minus(times(only(two(88)), p11)));
    expect(size(p10) < two(178) + two(99)).toBe(true);
    // 2^88 p10 = r.low + 2^176 carry0 - p0 + k N
    const rest = sum(known, times(only(two(176)), carry0), minus(p0));
    const k = size(sum(times(only(two(88)), p10), minus(rest))) / NATIVE;
    expect(k < two(13)).toBe(true); // balanced digits to the base 2^14 are unique
    // | sum of 2^(14 i) rest_i / 2^88 | + 2^163 < N / 2^88
    let weights = 0n;
    for (let i = 0; i < BATCH; i++) weights += batchWeight(i);
    expect(size(rest) * weights + (two(163) << 88n) < NATIVE).toBe(true);
    // so k = 0 throughout
    const high = sum(p2, p11, carry0, minus(times(only(two(88)), carry1)));
    expect(size(high) < two(180)).toBe(true);
    expectEquality(sum(known, times(only(two(176)), high)));
  });

  /** a b - q m - r is 0 mod 2^264 and mod N, and smaller than their product. */
  function expectEquality(r: Interval) {
    const difference = sum(
      times(combine(a), combine(b)),
      minus(times(combine(quotient), only(modulus.value))),
      minus(r),
    );
    expect(size(difference) < NATIVE << 264n).toBe(true);
  }
});

test('remainders that count as known are below 2^180', () => {
  const strict: Interval = [-two(178), two(178)];
  const low: Interval = below(176);
  const tableY = sum(strict, minus(sum(strict, minus(low)))); // r - (r' - y)
  const known = [
    sum(strict, minus(tableY)), // y_P - y_T in the loop
    sum(low, low, minus(times(only(2n), low)), low), // 2 x_P - 2 e + x
    sum(strict, strict), // y_P + y
    sum(strict, minus(times(only(3n), low)), only(-two(177)), minus(low), low), // c - 3 x + b - 2 p
  ];
  for (const r of known) expect(size(r) < two(180)).toBe(true);
  expect(P % two(88)).toBe(two(88) - 1n);
});
