/**
 * NIST P-256 (SEC 2, secp256r1) over bigints: what the prover needs to compute hints, and what the
 * constants are made from. Nothing here is a constraint.
 */
import { Crypto } from 'o1js';

const parameters = Crypto.CurveParams.Secp256r1;

/** Order p of the base field, p = 2^256 - 2^224 + 2^192 + 2^96 - 1. */
export const P = parameters.modulus;

/** Order n of the group, a prime; the cofactor is 1. */
export const N = parameters.order;

/** y^2 = x^3 - 3x + B. */
export const B = parameters.b;

/** A point other than O, coordinates in [0, p). */
export interface AffinePoint {
  readonly x: bigint;
  readonly y: bigint;
}

export const G: AffinePoint = parameters.generator;

/** Least non-negative residue. */
export function mod(x: bigint, modulus: bigint): bigint {
  const remainder = x % modulus;
  return remainder < 0n ? remainder + modulus : remainder;
}

/** x^-1 mod a prime; throws for x = 0. */
export function inverse(x: bigint, modulus: bigint): bigint {
  let [r0, r1] = [modulus, mod(x, modulus)];
  let [t0, t1] = [0n, 1n];
  if (r1 === 0n) throw Error('P-256: division by zero');
  while (r1 !== 0n) {
    const quotient = r0 / r1;
    [r0, r1] = [r1, r0 - quotient * r1];
    [t0, t1] = [t1, t0 - quotient * t1];
  }
  return mod(t0, modulus);
}

export function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let square = mod(base, modulus);
  for (let e = exponent; e > 0n; e >>= 1n) {
    if (e & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

export function isOnCurve({ x, y }: AffinePoint): boolean {
  return mod(y * y - (x * x * x - 3n * x + B), P) === 0n;
}

/** The point with this x and an even y, if there is one. */
export function liftX(x: bigint): AffinePoint | undefined {
  const square = mod(x * x * x - 3n * x + B, P);
  const root = power(square, (P + 1n) / 4n, P); // p = 3 mod 4
  if ((root * root) % P !== square) return undefined;
  return { x, y: root & 1n ? P - root : root };
}

export function negate({ x, y }: AffinePoint): AffinePoint {
  return { x, y: mod(-y, P) };
}

/** a + b for a != +-b; throws otherwise. */
export function add(a: AffinePoint, b: AffinePoint): AffinePoint {
  return third(a, b.x, mod((a.y - b.y) * inverse(a.x - b.x, P), P));
}

export function double(a: AffinePoint): AffinePoint {
  return third(a, a.x, mod((3n * a.x * a.x - 3n) * inverse(2n * a.y, P), P));
}

/** scalar * a for scalar in [1, n), by doubling from the top bit. */
export function scale(a: AffinePoint, scalar: bigint): AffinePoint {
  if (scalar < 1n || scalar >= N) throw Error('P-256: scalar outside [1, n)');
  let result = a;
  for (const bit of scalar.toString(2).slice(1)) {
    result = double(result);
    if (bit === '1') result = sameX(result, a) ? double(a) : add(result, a);
  }
  return result;
}

/** u a + v b, or undefined when it is O. */
export function combine(
  u: bigint,
  a: AffinePoint,
  v: bigint,
  b: AffinePoint,
): AffinePoint | undefined {
  const terms = [
    [mod(u, N), a],
    [mod(v, N), b],
  ] as const;
  const [first, second] = terms.filter(([s]) => s !== 0n).map(([s, point]) => scale(point, s));
  if (first === undefined || second === undefined) return first;
  if (!sameX(first, second)) return add(first, second);
  return first.y === second.y ? double(first) : undefined;
}

function sameX(a: AffinePoint, b: AffinePoint): boolean {
  return a.x === b.x;
}

function third(a: AffinePoint, otherX: bigint, slope: bigint): AffinePoint {
  const x = mod(slope * slope - a.x - otherX, P);
  return { x, y: mod(slope * (a.x - x) - a.y, P) };
}
