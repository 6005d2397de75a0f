/**
 * What the prover computes outside the circuit. Nothing here is trusted: the gates decide. The
 * functions are one object, handed to the gadget as a parameter, so that tests can drive a
 * consistent lie through all gates.
 */
import { STEPS, fromLimbs, toLimbs } from './constants.ts';
import type { LimbValues, Modulus } from './constants.ts';
import { G, N, P, combine, inverse, isOnCurve, mod } from './curve.ts';
import type { AffinePoint } from './curve.ts';

export interface SignatureValues {
  readonly digest: bigint;
  readonly r: bigint;
  readonly s: bigint;
  readonly key: AffinePoint;
}

/** R and scalars with k G + sign w Q = v R, and how R.x arises from r. */
export interface ScalarHints {
  readonly point: AffinePoint;
  /** R.x = r + wraps n; `carry` out of the low two limbs of that sum. */
  readonly wraps: bigint;
  readonly carry: bigint;
  /** +1 or -1. */
  readonly sign: bigint;
  /** In [0, 2^128), v != 0. */
  readonly v: bigint;
  readonly w: bigint;
  /** In [0, 2^256). */
  readonly k: bigint;
}

/** Line through two points, and the third point. */
export interface ChordHints {
  readonly slope: bigint;
  readonly x: bigint;
  readonly y: bigint;
}

/** 2P + T: slope of P, T; half of x_P - x_{P+T}; slope of P, P + T; the result. */
export interface StepHints {
  readonly slope1: bigint;
  readonly half: bigint;
  readonly slope2: bigint;
  readonly x: bigint;
  readonly y: bigint;
}

/** A multiplication over the integers, a b = q m + r, with the carries between its limbs. */
export interface ProductHints {
  readonly q: LimbValues;
  readonly p10: bigint;
  readonly p110: bigint;
  readonly p111: bigint;
  readonly carry0: bigint;
  readonly carry1: bigint;
}

export interface ProductOperands {
  readonly a: LimbValues;
  readonly b: LimbValues;
  /** r = low + 2^176 high, any sign. */
  readonly low: bigint;
  readonly high: bigint;
  readonly modulus: Modulus;
  /** Whether p10 may leave [0, 2^88) to keep carry0 in 0..3. */
  readonly batched: boolean;
}

/** Coordinates of a table entry: x0, x1, x2, x0 + 2^88 x1, and y as low + 2^176 high. */
export type EntryValues = readonly bigint[];

export interface Hints {
  scalars(signature: SignatureValues): ScalarHints;
  /** Index of the table entry for one bit of all scalars. */
  index(scalars: ScalarHints, bit: number): bigint;
  read(entries: readonly EntryValues[], index: bigint): EntryValues;
  /** The four digit strings packed in a weighted sum of indices. */
  digits(sum: bigint): bigint[];
  chord(a: AffinePoint, b: AffinePoint): ChordHints;
  step(p: AffinePoint, t: AffinePoint): StepHints;
  /** r = a b mod m. */
  remainder(a: bigint, b: bigint, modulus: bigint): bigint;
  product(operands: ProductOperands): ProductHints;
}

export const honestHints: Hints = {
  scalars,
  index,
  read,
  digits: (sum) => [0n, 64n, 128n, 192n].map((at) => (sum >> at) & ((1n << 64n) - 1n)),
  chord,
  step,
  remainder: (a, b, modulus) => mod(a * b, modulus),
  product,
};

/** Index of table entry d = d0 + 2 d1 + 4 d2 + 8 d3: d0 + 2^64 d1 + 2^128 d2 + 2^192 d3. */
export function entryIndex(entry: number): bigint {
  return [0, 1, 2, 3].reduce((sum, i) => sum + (BigInt((entry >> i) & 1) << BigInt(64 * i)), 0n);
}

/** The short vectors always exist; throws when the signature does not verify. */
function scalars({ digest, r, s, key }: SignatureValues): ScalarHints {
  if (r <= 0n || r >= N || s <= 0n || s >= N) throw Error('ECDSA: r or s outside [1, n - 1]');
  if (key.x >= P || key.y >= P || !isOnCurve(key)) throw Error('ECDSA: key is not on the curve');
  const sInverse = inverse(s, N);
  const u1 = mod(digest * sInverse, N);
  const u2 = mod(r * sInverse, N);
  const point = combine(u1, G, u2, key);
  if (point === undefined || mod(point.x, N) !== r) throw Error('ECDSA: signature does not verify');
  const wraps = point.x >= N ? 1n : 0n;
  const low = (1n << 176n) - 1n;
  const carry = ((r & low) + wraps * (N & low)) >> 176n;
  const { v, w, sign } = halve(u2);
  return { point, wraps, carry, sign, v, w, k: mod(v * u1, N) };
}

/**
 * v u = sign w mod n with 0 < v < 2^128, 0 <= w < 2^128: the first remainder below 2^128 of Euclid's
 * algorithm on n, u. Its cofactor is at most n over the remainder before it, hence below 2^128.
 */
function halve(u: bigint): { v: bigint; w: bigint; sign: bigint } {
  let [r0, r1] = [N, u];
  let [t0, t1] = [0n, 1n];
  while (r1 >= 1n << 128n) {
    const quotient = r0 / r1;
    [r0, r1] = [r1, r0 - quotient * r1];
    [t0, t1] = [t1, t0 - quotient * t1];
  }
  return t1 < 0n ? { v: -t1, w: r1, sign: -1n } : { v: t1, w: r1, sign: 1n };
}

function index({ k, w, v }: ScalarHints, bit: number): bigint {
  const at = (scalar: bigint, i: number) => Number((scalar >> BigInt(i)) & 1n);
  return entryIndex(at(k, bit) + 2 * at(k, bit + STEPS) + 4 * at(w, bit) + 8 * at(v, bit));
}

function read(entries: readonly EntryValues[], wanted: bigint): EntryValues {
  const entry = entries.find((_, d) => entryIndex(d) === wanted);
  if (entry === undefined) throw Error('ECDSA: no such table entry');
  return entry;
}

function chord(a: AffinePoint, b: AffinePoint): ChordHints {
  const slope = mod((a.y - b.y) * inverse(a.x - b.x, P), P);
  const x = mod(slope * slope - a.x - b.x, P);
  return { slope, x, y: mod(slope * (a.x - x) - a.y, P) };
}

function step(p: AffinePoint, t: AffinePoint): StepHints {
  const slope1 = mod((p.y - t.y) * inverse(p.x - t.x, P), P);
  const sumX = mod(slope1 * slope1 - p.x - t.x, P);
  const half = mod((p.x - sumX) * inverse(2n, P), P);
  const slope2 = mod(p.y * inverse(half, P) - slope1, P);
  const x = mod(slope2 * slope2 - p.x - sumX, P);
  return { slope1, half, slope2, x, y: mod(slope2 * (p.x - x) - p.y, P) };
}

/** A false equation gives some witness too; the gates refuse it. */
function product({ a, b, low, high, modulus, batched }: ProductOperands): ProductHints {
  const q = toLimbs((fromLimbs(a) * fromLimbs(b) - low - (high << 176n)) / modulus.value);
  const [p0, p1, p2] = lowProducts(a, b, q, modulus.negated);
  let p10 = p1 & ((1n << 88n) - 1n);
  let p11 = p1 >> 88n;
  let carry0 = (p0 + (p10 << 88n) - low) >> 176n;
  if (batched) {
    const excess = carry0 - (carry0 < 0n ? 0n : carry0 > 3n ? 3n : carry0);
    carry0 -= excess;
    p10 -= excess << 88n;
    p11 += excess;
  }
  return {
    q,
    p10,
    p110: p11 & ((1n << 88n) - 1n),
    p111: p11 >> 88n,
    carry0,
    carry1: (p2 - high + p11 + carry0) >> 88n,
  };
}

/** The products of weight 1, 2^88 and 2^176 in a b + q (2^264 - m). */
export function lowProducts(
  [a0, a1, a2]: LimbValues,
  [b0, b1, b2]: LimbValues,
  [q0, q1, q2]: LimbValues,
  [f0, f1, f2]: LimbValues,
): [bigint, bigint, bigint] {
  return [
    a0 * b0 + q0 * f0,
    a0 * b1 + a1 * b0 + q0 * f1 + q1 * f0,
    a0 * b2 + a1 * b1 + a2 * b0 + q0 * f2 + q1 * f1 + q2 * f0,
  ];
}
