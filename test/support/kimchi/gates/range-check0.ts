import { append, at, columns, isCrumb, isZero, type GateRules } from './row.ts';

const LIMBS = columns(1, 6);
const CRUMBS = columns(7, 14);

/**
 * 88 bits: column 0 = columns 1..6 (12 bits each, 3..6 looked up here, 1..2 by the RangeCheck1 they
 * are wired to) and 7..14 (crumbs), most significant first. With coefficient 1 ("compact") the next
 * row is (v1, v01, ..) with v01 = v0 + 2^88 v1.
 */
export const rangeCheck0: GateRules = {
  name: 'RangeCheck0',
  violations: ({ curr, next, coeffs }) => {
    const crumbs = CRUMBS.filter((col) => !isCrumb(at(curr, col)));
    const sum = append(append(0n, curr, LIMBS, 12n), curr, CRUMBS, 2n);
    const compact = at(coeffs, 0) * (at(next, 1) - at(curr, 0) - (at(next, 0) << 88n));
    return [
      ...crumbs.map((col) => `crumb in column ${col}`),
      ...(isZero(sum - at(curr, 0)) ? [] : ['limbs']),
      ...(isZero(compact) ? [] : ['compact limb']),
    ];
  },
  reads: (coeffs) => ({ curr: columns(0, 14), next: coeffs[0] === 0n ? [] : [0, 1] }),
};
