/**
 * The constant points of the verification and the limb representations of the two moduli. What the
 * soundness argument needs of them is asserted when this module loads.
 */
import { Field } from 'o1js';
import * as curve from './curve.ts';
import type { AffinePoint } from './curve.ts';

/** Bits of a limb, and of the two limbs that kimchi's multiplication handles as one. */
export const LIMB = 88n;
export const LOW = 2n * LIMB;
const MASK = (1n << LIMB) - 1n;

export type LimbValues = readonly [bigint, bigint, bigint];

/** Limbs of 88 bits, least significant first; the last one takes the rest. */
export function toLimbs(x: bigint): [bigint, bigint, bigint] {
  return [x & MASK, (x >> LIMB) & MASK, x >> LOW];
}

export function fromLimbs([x0, x1, x2]: LimbValues): bigint {
  return x0 + (x1 << LIMB) + (x2 << LOW);
}

/** A modulus m as the multiplication gate takes it: three numbers that add up to 2^264 - m. */
export interface Modulus {
  readonly value: bigint;
  readonly negated: LimbValues;
  /** Whether one factor may be a sum of two elements, see `FieldArithmetic.assertProduct`. */
  readonly takesSum: boolean;
}

const negatedP = (1n << 264n) - curve.P;

/**
 * p with 2^264 - p in ordinary limbs: the middle product p1 = a0 b1 + a1 b0 + q0 f1' + q1 f0' is
 * never negative, so that a witness exists for every operand, however structured.
 */
export const BASE: Modulus = { value: curve.P, negated: toLimbs(negatedP), takesSum: false };

/**
 * p with 2^264 - p = 1 - 2^8 2^88 + (..) 2^176: the same number, but q0 f1' is so small that p1 stays
 * below 2^178 + 2^99 when a factor is a sum of two elements.
 */
export const BASE_SUMS: Modulus = {
  value: curve.P,
  negated: [1n, -(1n << 8n), (1n << 88n) - (1n << 80n) + (1n << 48n) - (1n << 16n)],
  takesSum: true,
};

/** n, the order of the group. */
export const ORDER: Modulus = {
  value: curve.N,
  negated: toLimbs((1n << 264n) - curve.N),
  takesSum: false,
};

/** Products whose p10 are bounded together, by one range check of their weighted sum. */
export const BATCH = 6;

/** Weight of the i-th p10 of a batch. */
export function batchWeight(i: number): bigint {
  return 1n << BigInt(14 * i);
}

/** Whether the weighted sum of so many p10, |p10| < 2^178 + 2^99, is an integer below N. */
export function batchFits(count: number): boolean {
  let bound = 1n << 164n;
  for (let i = 0; i < count; i++) bound += ((1n << 178n) + (1n << 99n)) * batchWeight(i);
  return bound < Field.ORDER;
}

/**
 * p as limbs that are large enough to stay non-negative (the top one above -2^49) when an
 * element's limbs are subtracted from them.
 */
export const P_OFFSET: LimbValues = [
  (1n << LIMB) - 1n,
  (1n << LIMB) + (1n << 8n) - 1n,
  (curve.P >> LOW) - 1n,
];

/**
 * C, a point whose discrete logarithm nobody knows: the first x from this text (ASCII, 32 bytes, big
 * endian) on that is on the curve, with the even y. Only completeness rests on this: with a known
 * logarithm of C one could make signatures that this circuit cannot prove, never false ones that
 * it proves.
 */
const SEED = 'zkCX ECDSA P-256 verify offset C';
export const C = firstPoint(asciiNumber(SEED));

/** Number of doublings that every scalar goes through, and scalars' bits. */
export const STEPS = 128;

const G_HIGH = curve.scale(curve.G, 1n << 128n);

/** C + d0 G + d1 2^128 G at index d0 + 2 d1. */
export const CONSTANT_POINTS: readonly AffinePoint[] = [
  C,
  curve.add(C, curve.G),
  curve.add(C, G_HIGH),
  curve.add(curve.add(C, curve.G), G_HIGH),
];

/** The loop starts at 2C + T and ends, if all is well, at (2^129 - 1) C. */
export const START = curve.double(C);
export const END = curve.scale(C, (1n << BigInt(STEPS + 1)) - 1n);

function asciiNumber(text: string): bigint {
  return [...text].reduce((number, letter) => number * 256n + BigInt(letter.charCodeAt(0)), 0n);
}

function firstPoint(start: bigint): AffinePoint {
  for (let x = start; ; x++) {
    const point = curve.liftX(x);
    if (point !== undefined) return point;
  }
}

function ensure(condition: boolean, what: string): void {
  if (!condition) throw Error(`P-256 constants: ${what}`);
}

ensure(SEED.length === 32 && asciiNumber(SEED) < curve.P, 'the text of C is not a field element');
for (const modulus of [BASE, BASE_SUMS, ORDER]) {
  ensure(fromLimbs(modulus.negated) === (1n << 264n) - modulus.value, 'negated modulus');
}
ensure(fromLimbs(P_OFFSET) === curve.P, 'offset is not p');
ensure(curve.P % 4n === 3n && curve.P >> LOW === (1n << 80n) - (1n << 48n) + (1n << 16n), 'p');
ensure((curve.P & MASK) === MASK, 'p is not -1 mod 2^88'); // x_P != x_T relies on it
for (const point of [...CONSTANT_POINTS, START, END, curve.G]) {
  ensure(curve.isOnCurve(point), 'point off the curve');
  ensure(point.x >> LOW < curve.P >> LOW && (point.x & MASK) !== 0n, 'x not in the required form');
}
// 2^517 < 2^264 N, so that an equation modulo both is one over the integers
ensure(1n << 253n < Field.ORDER && Field.ORDER < 1n << 255n, 'native field');
ensure(batchFits(BATCH) && !batchFits(BATCH + 1), 'batch');
