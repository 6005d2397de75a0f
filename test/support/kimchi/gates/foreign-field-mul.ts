import { at, columns, isCrumb, isZero, type GateRules } from './row.ts';

const LIMB = 88n;

/**
 * a * b = q * f + r modulo 2^264 and modulo the native field, with f' = 2^264 - f in the
 * coefficients. All products are limb-wise, three limbs of 88 bits:
 *
 *   own row:  a 0..2, b 3..5, low limb of p1 6, low 48 bits of the carry c1 7..10 (looked up),
 *             c1's crumbs 11..13 and its top bit 14
 *   next row: r as (r01, r2) 0..1, q 2..4, bound of q2 5, high part of p1 as 6 + 2^88 * 7,
 *             further 12-bit limbs of c1 8..10 (looked up), carry c0 11
 *
 * The bounds of a, b, q, r and of columns 6 are not this gate's; the gadget has to prove them.
 */
export const foreignFieldMul: GateRules = {
  name: 'ForeignFieldMul',
  violations: ({ curr, next, coeffs }) => {
    const c = (col: number) => at(curr, col);
    const n = (col: number) => at(next, col);
    const [a0, a1, a2, b0, b1, b2] = [c(0), c(1), c(2), c(3), c(4), c(5)];
    const [q0, q1, q2, r01, r2] = [n(2), n(3), n(4), n(0), n(1)];
    const [f2, g0, g1, g2] = [at(coeffs, 0), at(coeffs, 1), at(coeffs, 2), at(coeffs, 3)];

    const p0 = a0 * b0 + q0 * g0;
    const p1 = a0 * b1 + a1 * b0 + q0 * g1 + q1 * g0;
    const p2 = a0 * b2 + a1 * b1 + a2 * b0 + q0 * g2 + q1 * g1 + q2 * g0;
    const p1Low = c(6);
    const p1High = n(6) + (n(7) << LIMB);
    const carry0 = n(11);
    const twelves = [c(7), c(8), c(9), c(10), n(8), n(9), n(10)];
    const carry1 =
      twelves.reduce((sum, limb, i) => sum + (limb << BigInt(12 * i)), 0n) +
      (c(11) << 84n) +
      (c(12) << 86n) +
      (c(13) << 88n) +
      (c(14) << 90n);
    const whole = (x0: bigint, x1: bigint, x2: bigint) => x0 + (x1 << LIMB) + (x2 << (2n * LIMB));
    const quotient = whole(q0, q1, q2);

    const equations: [string, boolean][] = [
      ['top crumb of p1', isCrumb(n(7))],
      ['carry c0 is a crumb', isCrumb(carry0)],
      ['middle product p1', isZero(p1 - p1Low - (p1High << LIMB))],
      ['low limbs', isZero((carry0 << (2n * LIMB)) - p0 - (p1Low << LIMB) + r01)],
      [
        'native field',
        isZero(
          whole(a0, a1, a2) * whole(b0, b1, b2) +
            quotient * whole(g0, g1, g2) -
            (r01 + (r2 << (2n * LIMB))) -
            (quotient << (3n * LIMB)),
        ),
      ],
      ['crumb of c1 in column 11', isCrumb(c(11))],
      ['crumb of c1 in column 12', isCrumb(c(12))],
      ['crumb of c1 in column 13', isCrumb(c(13))],
      ['top bit of c1', c(14) === 0n || c(14) === 1n],
      ['high limb', isZero((carry1 << LIMB) - p2 - p1High - carry0 + r2)],
      ['quotient bound', isZero(n(5) - q2 - (1n << LIMB) + f2 + 1n)],
    ];
    return equations.filter(([, holds]) => !holds).map(([name]) => name);
  },
  reads: () => ({ curr: columns(0, 14), next: columns(0, 11) }),
};
