/** The parts of the verification of an ECDSA signature over P-256. */
import type { Field } from 'o1js';
import { limbsOf } from '../../../../src/circuits/gadgets/limbs.ts';
import { LOW } from '../../../../src/circuits/gadgets/p256/constants.ts';
import { type AffinePoint, G, N, scale } from '../../../../src/circuits/gadgets/p256/curve.ts';
import { Element, Factor, FieldArithmetic } from '../../../../src/circuits/gadgets/p256/field.ts';
import { entryIndex, honestHints } from '../../../../src/circuits/gadgets/p256/hints.ts';
import { assertPoint } from '../../../../src/circuits/gadgets/p256/index.ts';
import { doubleAndAdd } from '../../../../src/circuits/gadgets/p256/loop.ts';
import {
  addPoints,
  assertAtMost,
  type Point,
} from '../../../../src/circuits/gadgets/p256/point.ts';
import {
  assertReducesTo,
  assertScalarRelations,
  scalarsOf,
} from '../../../../src/circuits/gadgets/p256/scalars.ts';
import { PointTable } from '../../../../src/circuits/gadgets/p256/table.ts';
import type { CircuitContext } from '../../../../src/circuits/kimchi/context.ts';
import { pinned } from '../../../support/kimchi/joint/index.ts';
import { sign } from '../../p256/support.ts';
import { type Gadgets, pinnedLimbs } from './inputs.ts';

const LOW_MASK = (1n << LOW) - 1n;
const [A, B, D] = [77n, 99n, 123n].map((factor) => scale(G, factor)) as [
  AffinePoint,
  AffinePoint,
  AffinePoint,
];

const arithmetic = (context: CircuitContext) => FieldArithmetic.of(context, honestHints);

/** A number below 2^256 that was checked before. */
const element = (context: CircuitContext, value: bigint) =>
  new Element(pinnedLimbs(context, value), pinned(context, value & LOW_MASK));

const point = (context: CircuitContext, { x, y }: AffinePoint): Point => ({
  x: element(context, x),
  y: { low: pinned(context, y & LOW_MASK), high: pinned(context, y >> LOW) },
});

const SIGNATURE = sign(1);
const SCALARS = honestHints.scalars(SIGNATURE);

const factor = (context: CircuitContext, value: bigint) =>
  new Factor(limbsOf(pinnedLimbs(context, value)));

export const P256 = {
  'a point': (context) => {
    assertPoint(context, { x: pinnedLimbs(context, A.x), y: pinnedLimbs(context, A.y) });
  },
  'a number at most n - 1': (context) => {
    assertAtMost(arithmetic(context), element(context, SIGNATURE.s), N - 1n);
  },
  'the sum of two points, in the table': (context) => {
    const [a, b] = [point(context, A), point(context, B)];
    addPoints(arithmetic(context), a, b, 'table');
  },
  'the sum of two points, in the loop': (context) => {
    const [a, b] = [point(context, A), point(context, B)];
    addPoints(arithmetic(context), a, b, 'loop');
  },
  'a step of the loop': (context) => {
    const [p, t] = [point(context, A), point(context, B)];
    doubleAndAdd(arithmetic(context), p, t);
  },
  'two steps of the loop, the last one to a known point': (context) => {
    const [p, t] = [point(context, A), point(context, B)];
    const { x, y } = honestHints.step(A, B);
    const sum = honestHints.step({ x, y }, D);
    const [again, end] = [point(context, D), point(context, sum)];
    const field = arithmetic(context);
    doubleAndAdd(field, doubleAndAdd(field, p, t), again, end);
  },
  'a read of the table of points': (context) => {
    const [s, minusR] = [point(context, A), point(context, B)];
    const index = pinned(context, entryIndex(11));
    const table = new PointTable(arithmetic(context), s, minusR);
    table.read(index);
  },
  'scalars from the digits': (context) => {
    const sums = [40n, 40n, 48n].map((bits, i): Field => {
      const digits = [1n, 2n, 3n, 4n].map((d) => ((1n << bits) / (d + BigInt(i))) | 1n);
      return pinned(
        context,
        digits.reduce((sum, digit, j) => sum + (digit << BigInt(64 * j)), 0n),
      );
    });
    scalarsOf(arithmetic(context), sums);
  },
  'relations of the scalars': (context) => {
    const { k, v, w, sign: s } = SCALARS;
    const scalars = {
      k: factor(context, k),
      v: factor(context, v),
      w: factor(context, w),
    };
    const signBit = pinned(context, s);
    const given = {
      z: factor(context, SIGNATURE.digest),
      r: element(context, SIGNATURE.r),
      s: element(context, SIGNATURE.s),
    };
    assertScalarRelations(arithmetic(context), scalars, signBit, given);
  },
  'r from the x of R': (context) => {
    const [x, r] = [element(context, SCALARS.point.x), element(context, SIGNATURE.r)];
    const [wraps, carry] = [pinned(context, SCALARS.wraps), pinned(context, SCALARS.carry)];
    assertReducesTo(arithmetic(context), x, r, { wraps, carry });
  },
} satisfies Gadgets;
