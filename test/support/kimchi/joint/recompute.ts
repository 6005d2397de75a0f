/** What the prover computes for the gates that take a number apart, after its inputs have changed. */
import { honestHints } from '../../../../src/circuits/gadgets/p256/hints.ts';
import { mod } from '../field.ts';
import type { Rule } from './rules.ts';
import { signed } from './solve.ts';
import { inverse, type System } from './system.ts';

const bits = (x: bigint, at: number, count: number) =>
  (x >> BigInt(at)) & ((1n << BigInt(count)) - 1n);

/** Cells of a row, from the first column to the last. */
function cells(system: System, row: number, first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => system.variable(row, first + i));
}

/**
 * Rows of Xor16 from `row` on and the row that ends them: the xor, and what remains of the three numbers
 * in each row. The numbers may have a top in the last row, which is not part of the xor.
 */
export function xorChain(system: System, row: number, length: number): Rule {
  const [left, right, out] = cells(system, row, 0, 2) as [number, number, number];
  const tops = cells(system, row + length, 0, 2);
  const later = Array.from({ length: length - 1 }, (_, i) => cells(system, row + 1 + i, 0, 2));
  const nibbles = Array.from({ length }, (_, i) => cells(system, row + i, 3, 14));
  const width = 16n * BigInt(length);
  const sixteenth = inverse(1n << 16n);
  return {
    inputs: [left, right, ...tops],
    outputs: [out, ...later.flat(), ...nibbles.flat()],
    compute: (values) => {
      const top = tops.map((variable) => values(variable) << width);
      const words = [left, right].map((variable, i) => mod(values(variable) - top[i]!));
      const [l, r] = words as [bigint, bigint];
      const low = [l, r, (l ^ r) & ((1n << width) - 1n)];
      const whole = low.map((word, i) => mod(word + top[i]!));
      const rests: bigint[][] = [whole];
      for (let i = 1; i <= length; i++) {
        const before = rests[i - 1]!;
        rests.push(
          before.map((x, j) => mod((x - bits(low[j]! >> BigInt(16 * (i - 1)), 0, 16)) * sixteenth)),
        );
      }
      const parts = nibbles.map((_, i) =>
        low.flatMap((word) => [0, 4, 8, 12].map((at) => bits(word, 16 * i + at, 4))),
      );
      return [whole[2]!, ...rests.slice(1, length).flat(), ...parts.flat()];
    },
  };
}

/** The limbs and crumbs of RangeCheck0 or RangeCheck1 and, if compact, the packed value in the next row. */
export function rangeCheck(system: System, row: number, isCompact: boolean): Rule {
  const [value] = cells(system, row, 0, 0) as [number];
  const isFirst = system.captured.gates[row]!.kind === 12;
  if (isFirst) {
    const limbs = cells(system, row, 1, 14);
    const positions = [76, 64, 52, 40, 28, 16, 14, 12, 10, 8, 6, 4, 2, 0];
    const [third, packed] = cells(system, row + 1, 0, 1) as [number, number];
    return {
      inputs: isCompact ? [value, third] : [value],
      outputs: isCompact ? [...limbs, packed] : limbs,
      compute: (values) => {
        const x = values(value);
        const parts = positions.map((at, i) => bits(x, at, i === 0 ? 256 : i < 6 ? 12 : 2));
        return isCompact ? [...parts, mod(x + (values(third) << 88n))] : parts;
      },
    };
  }
  const current = cells(system, row, 2, 14);
  const next = [...cells(system, row + 1, 0, 2), ...cells(system, row + 1, 7, 14)];
  return {
    inputs: [value],
    outputs: [...current, ...next],
    compute: (values) => {
      const x = values(value);
      return [
        bits(x, 86, 256),
        ...[74, 62, 50, 38].map((at) => bits(x, at, 12)),
        ...[36, 34, 32, 30, 28, 26, 24, 22].map((at) => bits(x, at, 2)),
        ...[20, 18, 16, 14, 12, 10, 8, 6, 4, 2, 0].map((at) => bits(x, at, 2)),
      ];
    },
  };
}

/** Quotient and carries of ForeignFieldMul for the remainder that is there. */
export function multiplication(system: System, row: number, coeffs: readonly bigint[]): Rule {
  const factors = cells(system, row, 0, 5);
  const remainder = cells(system, row + 1, 0, 1);
  const [, negated0, negated1, negated2] = coeffs.map(signed) as [bigint, bigint, bigint, bigint];
  const negated = [negated0, negated1, negated2] as const;
  const value = (1n << 264n) - (negated0 + (negated1 << 88n) + (negated2 << 176n));
  const modulus = { value, negated, takesSum: true };
  return {
    inputs: [...factors, ...remainder],
    outputs: [...cells(system, row, 6, 14), ...cells(system, row + 1, 2, 11)],
    compute: (values) => {
      const [a0, a1, a2, b0, b1, b2] = factors.map((v) => signed(values(v))) as Six;
      const [low, high] = remainder.map((v) => signed(values(v))) as [bigint, bigint];
      const { q, p10, p110, p111, carry0, carry1 } = honestHints.product({
        a: [a0, a1, a2],
        b: [b0, b1, b2],
        low,
        high,
        modulus,
        batched: false,
      });
      const bound = q[2] + (1n << 88n) - (value >> 176n) - 1n;
      return [
        p10,
        ...[0, 12, 24, 36].map((at) => bits(carry1, at, 12)),
        ...[84, 86, 88].map((at) => bits(carry1, at, 2)),
        bits(carry1, 90, 256),
        ...q,
        bound,
        p110,
        p111,
        ...[48, 60, 72].map((at) => bits(carry1, at, 12)),
        carry0,
      ].map(mod);
    },
  };
}

type Six = [bigint, bigint, bigint, bigint, bigint, bigint];
