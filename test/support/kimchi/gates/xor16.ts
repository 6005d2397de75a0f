import { at, columns, isZero, type GateRules } from './row.ts';

const OPERANDS = [
  { column: 0, nibbles: 3 },
  { column: 1, nibbles: 7 },
  { column: 2, nibbles: 11 },
] as const;

/**
 * Columns 0..2 hold two inputs and their xor; the four nibbles of each in columns 3..6, 7..10 and
 * 11..14 (least significant first, looked up) leave what is over to columns 0..2 of the next row.
 */
export const xor16: GateRules = {
  name: 'Xor16',
  violations: ({ curr, next }) =>
    OPERANDS.flatMap(({ column, nibbles }) => {
      const low = columns(0, 3).reduce(
        (sum, i) => sum + (at(curr, nibbles + i) << BigInt(4 * i)),
        0n,
      );
      const rest = low + (at(next, column) << 16n) - at(curr, column);
      return isZero(rest) ? [] : [`nibbles of column ${column}`];
    }),
  reads: () => ({ curr: columns(0, 14), next: columns(0, 2) }),
};
