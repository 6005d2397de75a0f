/** Every variable of the parts is bound: changed alone, something refuses it. */
import { expect, test } from '@jest/globals';
import { G, scale } from '../../../src/circuits/gadgets/p256/curve.ts';
import { entryIndex, honestHints } from '../../../src/circuits/gadgets/p256/hints.ts';
import { assertPoint } from '../../../src/circuits/gadgets/p256/index.ts';
import { doubleAndAdd } from '../../../src/circuits/gadgets/p256/loop.ts';
import { scalarsOf } from '../../../src/circuits/gadgets/p256/scalars.ts';
import { PointTable } from '../../../src/circuits/gadgets/p256/table.ts';
import { existsOne } from '../../../src/circuits/kimchi/gates.ts';
import { capture, scanUnbound, variableCells } from '../../support/kimchi/index.ts';
import type { Circuit } from '../../support/kimchi/index.ts';
import { arithmetic, limbs, pointOf } from './support.ts';

const [a, b] = [scale(G, 77n), scale(G, 99n)];

// [name, circuit, at least so many variables]
const parts: [string, Circuit, number][] = [
  [
    'a step',
    (context) => {
      const field = arithmetic(context, honestHints);
      doubleAndAdd(
        field,
        pointOf(field, () => a),
        pointOf(field, () => b),
      );
    },
    800,
  ],
  ['a point', (context) => assertPoint(context, { x: limbs(() => a.x), y: limbs(() => a.y) }), 600],
  [
    'digits',
    (context) => {
      const sums = [1n, 2n, 3n].map((i) => existsOne(() => i * 12345678901234n));
      scalarsOf(arithmetic(context, honestHints), sums);
    },
    150,
  ],
  [
    'the table',
    (context) => {
      const field = arithmetic(context, honestHints);
      const [s, r] = [a, b].map((value) => pointOf(field, () => value));
      const table = new PointTable(field, s!, r!);
      for (const entry of [0, 3, 15]) table.read(existsOne(() => entryIndex(entry)));
    },
    5000,
  ],
];

test.each(parts)('%s', async (_, circuit, variables) => {
  const captured = await capture(circuit);
  expect(variableCells(captured).length).toBeGreaterThan(variables);
  expect(scanUnbound(captured)).toEqual([]);
});
