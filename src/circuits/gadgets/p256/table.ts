/** The sixteen points that a bit of all four scalars chooses from. */
import type { Field } from 'o1js';
import { exists } from '../../kimchi/gates.ts';
import type { LookupTable } from '../../kimchi/table.ts';
import { TABLE } from '../../../params.ts';
import { CONSTANT_POINTS, LOW } from './constants.ts';
import { P } from './curve.ts';
import { Element, signed } from './field.ts';
import type { FieldArithmetic } from './field.ts';
import { entryIndex } from './hints.ts';
import { addPoints, constantPoint } from './point.ts';
import type { Point } from './point.ts';

const ENTRIES = 16;

/** A coordinate each: three limbs of x, the low two packed, and y unreduced. */
const COLUMNS = ['x0', 'x1', 'x2', 'x01', 'y01', 'y2'] as const;

/**
 * T_d = C + d0 G + d1 2^128 G + d2 S - d3 R, at index d0 + 2^64 d1 + 2^128 d2 + 2^192 d3.
 *
 * Every entry is a point of the curve, not O, with x below p and its low limb not zero. The index of
 * a read is in the table, which makes its four digits bits; the six columns are read with the same
 * index, and each has every entry pinned, so what is read is the entry.
 */
export class PointTable {
  private readonly field: FieldArithmetic;
  private readonly columns: readonly LookupTable[];
  private readonly entries: readonly (readonly Field[])[];

  /** `s`, `minusR`: points of the curve with x below p. ~580 rows. */
  constructor(field: FieldArithmetic, s: Point, minusR: Point) {
    this.field = field;
    const constants = CONSTANT_POINTS.map((point) => constantPoint(field, point));
    const withS = constants.map((point) => entry(field, point, s));
    const withR = [...constants, ...withS].map((point) => entry(field, point, minusR));
    const points = [...constants, ...withS, ...withR];

    const indices = Array.from({ length: ENTRIES }, (_, d) => entryIndex(d));
    this.entries = points.map(({ x, y }) => [...x.limbs, x.low, y.low, y.high]);
    this.columns = COLUMNS.map((name) => field.context.table(TABLE.p256[name], indices));
    this.columns.forEach((table, column) => {
      this.entries.forEach((values, d) => table.insert(indices[d]!, values[column]!));
    });
  }

  /** The entry at a variable index, and the proof that it is an index of the table. 2 rows. */
  read(index: Field): Point {
    const read = exists(COLUMNS.length, () => {
      const entries = this.entries.map((values) => values.map(signed));
      return [...this.field.hints.read(entries, index.toBigInt())];
    });
    this.columns.forEach((table, column) => table.read(index, read[column]!));
    const [x0, x1, x2, x01, y01, y2] = read as [Field, Field, Field, Field, Field, Field];
    return { x: new Element([x0, x1, x2], x01), y: { low: y01, high: y2 } };
  }
}

/** a + b in the form that a table entry needs. 48 rows. */
function entry(field: FieldArithmetic, a: Point, b: Point): Point {
  const sum = addPoints(field, a, b, 'table');
  // x < p, by x2 < p2; of the x below p, only a share of 2^-160 has x2 = p2
  field.range88(field.context.sub((P >> LOW) - 1n, sum.x.high));
  field.nonZero(sum.x.limbs[0]);
  return sum;
}
