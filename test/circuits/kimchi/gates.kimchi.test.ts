/**
 * The evaluator against the real prover: every equation and lookup of every gate kind, violated
 * alone, is named by the one and refused by the other.
 */
import { describe, expect, it } from '@jest/globals';
import { Field } from 'o1js';
import { GATE } from '../../../src/circuits/kimchi/gates.ts';
import { P, capture, evaluate, judge, tamper, type Change } from '../../support/kimchi/index.ts';
import { everyGate } from './every-gate.ts';
import { FACTORS } from './product.ts';

const captured = await capture(everyGate);

const rowOf = (kind: number, nth = 0) =>
  captured.gates.flatMap((gate, row) => (gate.kind === kind ? [row] : []))[nth] as number;
const valueAt = (row: number, col: number) => captured.witness[row]?.[col] as bigint;
const add = (row: number, col: number, delta: bigint): Change => ({
  row,
  col,
  value: valueAt(row, col) + delta,
});

const GENERIC = captured.gates.findIndex(
  ({ kind }, row) => kind === GATE.generic && valueAt(row, 0) === 3n && valueAt(row, 1) === 5n,
);
const RC0 = rowOf(GATE.rangeCheck0);
const COMPACT = rowOf(GATE.rangeCheck0, 1);
const RC1 = rowOf(GATE.rangeCheck1);
const XOR = rowOf(GATE.xor16);
const MUL = rowOf(GATE.foreignFieldMul);
const POSEIDON = captured.gates.findLastIndex(({ kind }) => kind === 2);

interface Case {
  title: string;
  changes: Change[];
  /** What the evaluator must say, and nothing else; undefined when the change is harmless. */
  expected?: string;
  /** Ask the prover as well: one proof, so not for each of many equal cases. */
  prove: boolean;
}

/** A crumb of 4 or more, its weight added to the composed value in column 0. */
function crumbs(gate: number, offset: 0 | 1, columns: number[], top: number): Case[] {
  return columns.map((col, i) => ({
    title: `crumb in column ${col}, ${offset} rows on`,
    changes: [add(gate + offset, col, 4n), add(gate, 0, 4n << BigInt(top - 2 * i))],
    expected: `crumb in column ${col}`,
    prove: columns[i] === 7,
  }));
}

const inverse = (x: bigint) => Field(x).inv().toBigInt();
const { right } = FACTORS;
const b0 = right & ((1n << 88n) - 1n);
/** Changing a2 leaves three equations to be repaired by r01, r2 and the carries. */
const a2 = (t: bigint) => add(MUL, 2, t);
const r01 = (delta: bigint) => add(MUL + 1, 0, delta);
const r2 = (delta: bigint) => add(MUL + 1, 1, delta);
/** Put a limb of the carry c1 to a value, and repair all that follows. */
function carry1(row: number, col: number, at: number, value: bigint): Change[] {
  const delta = (value - valueAt(row, col)) << BigInt(at);
  const t = (((delta << 88n) % P) * inverse(b0 - right)) % P;
  return [{ row, col, value }, a2(t), r2(t * right)];
}

const CASES: Record<string, Case[]> = {
  Generic: [
    {
      title: 'first half',
      changes: [add(GENERIC, 2, 1n)],
      expected: 'equation of columns 0..2',
      prove: true,
    },
    {
      title: 'second half',
      changes: [add(GENERIC, 4, 1n)],
      expected: 'equation of columns 3..5',
      prove: true,
    },
  ],
  RangeCheck0: [
    { title: 'composed value', changes: [add(RC0, 0, 1n)], expected: 'limbs', prove: true },
    {
      title: 'compact value',
      changes: [add(COMPACT + 1, 1, 1n)],
      expected: 'compact limb',
      prove: true,
    },
    ...crumbs(RC0, 0, [7, 8, 9, 10, 11, 12, 13, 14], 14),
    ...[3, 4, 5, 6].map((col) => ({
      title: `limb of 13 bits in column ${col}`,
      changes: [add(RC0, col, 4096n), add(RC0, 0, 4096n << BigInt(76 - 12 * (col - 1)))],
      expected: `lookup in column ${col}`,
      prove: col === 6,
    })),
    {
      title: 'its columns 1 and 2 are looked up elsewhere',
      changes: [add(RC0, 1, -1n), add(RC0, 2, 4096n)],
      prove: true,
    },
  ],
  RangeCheck1: [
    { title: 'composed value', changes: [add(RC1, 0, 1n)], expected: 'limbs', prove: true },
    ...crumbs(RC1, 0, [2], 86),
    ...crumbs(RC1, 0, [7, 8, 9, 10, 11, 12, 13, 14], 36),
    ...crumbs(RC1, 1, [0, 1, 2], 20),
    ...crumbs(RC1, 1, [7, 8, 9, 10, 11, 12, 13, 14], 14),
    ...[3, 4, 5, 6].map((col) => ({
      title: `limb of 13 bits in column ${col}`,
      changes: [add(RC1, col, 4096n), add(RC1, 0, 4096n << BigInt(74 - 12 * (col - 3)))],
      expected: `lookup in column ${col}`,
      prove: col === 3,
    })),
    ...[3, 4, 5, 6].map((col) => ({
      title: `limb of 13 bits in column ${col} of the next row`,
      changes: [{ row: RC1 + 1, col, value: 4096n }],
      expected: `lookup in column ${col}`,
      prove: col === 6,
    })),
  ],
  Xor16: [0, 1, 2].flatMap((col) => [
    {
      title: `column ${col}`,
      changes: [add(XOR, col, 1n)],
      expected: `nibbles of column ${col}`,
      prove: col === 2,
    },
    {
      title: `rest of column ${col} in the next row`,
      changes: [add(XOR + 2, col, 1n)],
      expected: `nibbles of column ${col}`,
      prove: false,
    },
    ...[0, 1, 2, 3].map((i) => falseNibble(col, i)),
  ]),
  ForeignFieldMul: [
    {
      title: 'top crumb of p1',
      changes: [
        { row: MUL + 1, col: 7, value: 4n },
        add(MUL + 1, 6, (valueAt(MUL + 1, 7) - 4n) << 88n),
      ],
      expected: 'top crumb of p1',
      prove: true,
    },
    {
      title: 'carry c0',
      changes: [add(MUL + 1, 11, 4n), r01(-4n << 176n), r2(4n)],
      expected: 'carry c0 is a crumb',
      prove: true,
    },
    {
      title: 'middle product',
      changes: [a2(1n), add(MUL + 1, 6, right - b0), r2(right)],
      expected: 'middle product p1',
      prove: true,
    },
    {
      title: 'low limbs',
      changes: [a2(1n), r2(b0), r01((right - b0) << 176n)],
      expected: 'low limbs',
      prove: true,
    },
    {
      title: 'native field',
      changes: [a2(1n), r2(b0)],
      expected: 'native field',
      prove: true,
    },
    {
      title: 'high limb',
      changes: [a2(1n), r2(right)],
      expected: 'high limb',
      prove: true,
    },
    {
      title: 'quotient bound',
      changes: [add(MUL + 1, 5, 1n)],
      expected: 'quotient bound',
      prove: true,
    },
    ...[11, 12, 13].map((col) => ({
      title: `crumb of c1 in column ${col}`,
      changes: carry1(MUL, col, 84 + 2 * (col - 11), 4n),
      expected: `crumb of c1 in column ${col}`,
      prove: col === 13,
    })),
    {
      title: 'top bit of c1',
      changes: carry1(MUL, 14, 90, 2n),
      expected: 'top bit of c1',
      prove: true,
    },
    ...[7, 8, 9, 10].map((col) => ({
      title: `limb of c1 of 13 bits in column ${col}`,
      changes: carry1(MUL, col, 12 * (col - 7), 4096n),
      expected: `lookup in column ${col}`,
      prove: col === 7,
    })),
    ...[8, 9, 10].map((col) => ({
      title: `limb of c1 of 13 bits in column ${col} of the next row`,
      changes: carry1(MUL + 1, col, 48 + 12 * (col - 8), 4096n),
      expected: `lookup in column ${col}`,
      prove: col === 10,
    })),
    {
      title: 'all limbs of c1 consistently other, within their bits',
      changes: carry1(MUL + 1, 9, 60, valueAt(MUL + 1, 9) ^ 1n),
      prove: true,
    },
  ],
  Poseidon: [
    ...[0, 1, 2].map((col) => ({
      title: `state ${col} after the last round`,
      changes: [add(POSEIDON + 1, col, 1n)],
      expected: 'round 4',
      prove: col === 2,
    })),
    ...[1, 2, 3, 4].map((round) => ({
      title: `state before round ${round}`,
      changes: [add(POSEIDON, [0, 6, 9, 12, 3][round] as number, 1n)],
      expected: `round ${round - 1}|round ${round}`,
      prove: round === 4,
    })),
  ],
};

/** One nibble wrong, its operand changed with it: only the xor table can see it. */
function falseNibble(col: number, i: number): Case {
  const cell = 3 + 4 * col + i;
  const value = valueAt(XOR, cell);
  return {
    title: `nibble ${i} of column ${col}`,
    changes: [
      { row: XOR, col: cell, value: value ^ 1n },
      add(XOR, col, ((value ^ 1n) - value) << BigInt(4 * i)),
    ],
    expected: `lookup in column ${3 + i}`,
    prove: i === 0 && col === 2,
  };
}

it('evaluator and prover accept the honest witness', () => {
  expect(evaluate(captured)).toEqual([]);
  expect(judge(captured)).toBe('accepted');
});

describe.each(Object.entries(CASES))('%s', (_gate, cases) => {
  it.each(cases)('$title', ({ changes, expected, prove }) => {
    const witness = tamper(captured, changes);
    const failures = evaluate(captured, witness);
    if (expected === undefined) {
      expect(failures).toEqual([]);
      if (prove) expect(judge(captured, witness)).toBe('accepted');
      return;
    }
    expect(failures).not.toEqual([]);
    for (const { what } of failures) expect(what).toMatch(RegExp(expected));
    if (prove) expect(judge(captured, witness)).toEqual({ refused: expect.any(String) });
  });
});
