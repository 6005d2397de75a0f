import { append, columns, isZero, at, type GateRules } from './row.ts';

/** Columns of the numbers, and of their nibbles from the most significant. */
const OPERANDS = [
  { column: 0, nibbles: [6, 5, 4, 3] },
  { column: 1, nibbles: [10, 9, 8, 7] },
  { column: 2, nibbles: [14, 13, 12, 11] },
] as const;

/**
 * Columns 0..2 hold two inputs and their xor; the four nibbles of each in columns 3..6, 7..10 and
 * 11..14 (least significant first, looked up) leave what is over to columns 0..2 of the next row.
 */
export const xor16: GateRules = {
  name: 'Xor16',
  violations: ({ curr, next }) =>
    OPERANDS.flatMap(({ column, nibbles }) => {
      const whole = append(at(next, column), curr, nibbles, 4n);
      return isZero(whole - at(curr, column)) ? [] : [`nibbles of column ${column}`];
    }),
  reads: () => ({ curr: columns(0, 14), next: columns(0, 2) }),
};
