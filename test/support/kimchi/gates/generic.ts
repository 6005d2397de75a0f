import { at, isZero, type GateRules } from './row.ts';

const HALVES = [
  { columns: [0, 1, 2], coeffs: 0 },
  { columns: [3, 4, 5], coeffs: 5 },
] as const;

/** Two equations a row: cl*l + cr*r + co*o + cm*l*r + cc = 0 over columns 0..2 and 3..5. */
export const generic: GateRules = {
  name: 'Generic',
  violations: ({ curr, coeffs }) => {
    const violated: string[] = [];
    for (const half of HALVES) {
      const [l, r, o] = half.columns;
      const c = (i: number) => coeffs[half.coeffs + i] ?? 0n;
      const [left, right] = [at(curr, l), at(curr, r)];
      const sum = c(0) * left + c(1) * right + c(2) * at(curr, o) + c(3) * left * right + c(4);
      if (!isZero(sum)) violated.push(`equation of columns ${l}..${o}`);
    }
    return violated;
  },
  reads: (coeffs) => ({
    curr: HALVES.flatMap(({ columns: [l, r, o], coeffs: first }) => {
      const c = (i: number) => coeffs[first + i] ?? 0n;
      const product = c(3) !== 0n;
      return [
        ...(c(0) !== 0n || product ? [l] : []),
        ...(c(1) !== 0n || product ? [r] : []),
        ...(c(2) !== 0n ? [o] : []),
      ];
    }),
    next: [],
  }),
};
