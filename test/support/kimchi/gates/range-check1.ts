import { at, columns, compose, isCrumb, isZero, type GateRules } from './row.ts';

/**
 * The third 88-bit limb of a multi-range check: column 0 = column 2 (crumb), 3..6 (12 bits, looked
 * up), 7..14 (crumbs), then the next row's 0..2 and 7..14 (crumbs). The next row's 3..6 are the
 * limbs that the two RangeCheck0 rows before have in their columns 1 and 2; looked up there.
 */
export const rangeCheck1: GateRules = {
  name: 'RangeCheck1',
  violations: ({ curr, next }) => {
    const currCrumbs = [2, ...columns(7, 14)];
    const nextCrumbs = [...columns(0, 2), ...columns(7, 14)];
    const sum = compose([
      [at(curr, 2), 2],
      ...columns(3, 6).map((col) => [at(curr, col), 12] as const),
      ...columns(7, 14).map((col) => [at(curr, col), 2] as const),
      ...nextCrumbs.map((col) => [at(next, col), 2] as const),
    ]);
    return [
      ...currCrumbs.filter((col) => !isCrumb(at(curr, col))).map((col) => `crumb in column ${col}`),
      ...nextCrumbs
        .filter((col) => !isCrumb(at(next, col)))
        .map((col) => `crumb in column ${col} of the next row`),
      ...(isZero(sum - at(curr, 0)) ? [] : ['limbs']),
    ];
  },
  reads: () => ({ curr: [0, ...columns(2, 14)], next: columns(0, 14) }),
};
