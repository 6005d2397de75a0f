import { append, at, columns, isCrumb, isZero, type GateRules } from './row.ts';

const LIMBS = columns(3, 6);
const CRUMBS = columns(7, 14);
const OWN_CRUMBS = [2, ...CRUMBS];
const NEXT_CRUMBS = [...columns(0, 2), ...CRUMBS];

/**
 * The third 88-bit limb of a multi-range check: column 0 = column 2 (crumb), 3..6 (12 bits, looked
 * up), 7..14 (crumbs), then the next row's 0..2 and 7..14 (crumbs). The next row's 3..6 are the
 * limbs that the two RangeCheck0 rows before have in their columns 1 and 2; looked up there.
 */
export const rangeCheck1: GateRules = {
  name: 'RangeCheck1',
  violations: ({ curr, next }) => {
    const own = append(append(at(curr, 2), curr, LIMBS, 12n), curr, CRUMBS, 2n);
    const sum = append(own, next, NEXT_CRUMBS, 2n);
    return [
      ...OWN_CRUMBS.filter((col) => !isCrumb(at(curr, col))).map((col) => `crumb in column ${col}`),
      ...NEXT_CRUMBS.filter((col) => !isCrumb(at(next, col))).map(
        (col) => `crumb in column ${col} of the next row`,
      ),
      ...(isZero(sum - at(curr, 0)) ? [] : ['limbs']),
    ];
  },
  reads: () => ({ curr: [0, ...columns(2, 14)], next: columns(0, 14) }),
};
