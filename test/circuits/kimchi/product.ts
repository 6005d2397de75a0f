import { Gates, exists, existsOne } from '../../../src/circuits/kimchi/gates.ts';
import type { Field } from 'o1js';

type Three<T> = [T, T, T];

const LIMB = 88n;
const MASK = (1n << LIMB) - 1n;
const limbs = (x: bigint): Three<bigint> => [x & MASK, (x >> LIMB) & MASK, x >> (2n * LIMB)];
const slice = (x: bigint, at: number, bits: number) =>
  (x >> BigInt(at)) & ((1n << BigInt(bits)) - 1n);

/** Some 256-bit modulus; only its size matters here. */
const MODULUS = (1n << 255n) + (1n << 131n) + 1_000_003n;

export const FACTORS = {
  left: (1n << 255n) + (0xabcdefn << 170n) + (0x1234567n << 80n) + 9n,
  right: (1n << 254n) + (0xfedcban << 160n) + (0x7654321n << 70n) + 77n,
} as const;

/** One honest ForeignFieldMul, each of its cells a variable of its own. Emits the gate. */
export function emitProduct(): void {
  const { left, right } = FACTORS;
  const quotient = (left * right) / MODULUS;
  const remainder = left * right - quotient * MODULUS;
  const negated = limbs((1n << (3n * LIMB)) - MODULUS);
  const [a, b, q] = [limbs(left), limbs(right), limbs(quotient)];
  const [g0, g1, g2] = negated;
  const low = a[0] * b[0] + q[0] * g0;
  const middle = a[0] * b[1] + a[1] * b[0] + q[0] * g1 + q[1] * g0;
  const high = a[0] * b[2] + a[1] * b[1] + a[2] * b[0] + q[0] * g2 + q[1] * g1 + q[2] * g0;
  const [p10, p110, p111] = limbs(middle);
  const r01 = remainder & ((1n << (2n * LIMB)) - 1n);
  const r2 = remainder >> (2n * LIMB);
  const carry0 = (low + (p10 << LIMB) - r01) >> (2n * LIMB);
  const carry1 = (high + (middle >> LIMB) + carry0 - r2) >> LIMB;
  const modulus2 = limbs(MODULUS)[2];

  const three = (values: Three<bigint>) => exists(3, () => values) as Three<Field>;
  Gates.foreignFieldMul({
    left: three(a),
    right: three(b),
    quotient: three(q),
    remainder: exists(2, () => [r01, r2]) as [Field, Field],
    quotientHiBound: existsOne(() => q[2] + (1n << LIMB) - modulus2 - 1n),
    product1: three([p10, p110, p111]),
    carry0: existsOne(() => carry0),
    carry1p: exists(7, () => [0, 12, 24, 36, 48, 60, 72].map((at) => slice(carry1, at, 12))),
    carry1c: exists(4, () => [84, 86, 88].map((at) => slice(carry1, at, 2)).concat(carry1 >> 90n)),
    foreignFieldModulus2: modulus2,
    negForeignFieldModulus: negated,
  });
}
