/** Rows of each part, as docs/gadgets/p256.md has them. */
import { readFileSync } from 'node:fs';
import { Provable } from 'o1js';
import { expect, test } from '@jest/globals';
import { G } from '../../../src/circuits/gadgets/p256/curve.ts';
import { Factor } from '../../../src/circuits/gadgets/p256/field.ts';
import { honestHints } from '../../../src/circuits/gadgets/p256/hints.ts';
import { assertPoint } from '../../../src/circuits/gadgets/p256/index.ts';
import { doubleAndAdd } from '../../../src/circuits/gadgets/p256/loop.ts';
import { assertScalarRelations, scalarsOf } from '../../../src/circuits/gadgets/p256/scalars.ts';
import { PointTable } from '../../../src/circuits/gadgets/p256/table.ts';
import type { CircuitContext } from '../../../src/circuits/kimchi/context.ts';
import { withContext } from '../../../src/circuits/kimchi/context.ts';
import { existsOne } from '../../../src/circuits/kimchi/gates.ts';
import '../../support/kimchi/index.ts'; // selects the native backend
import { arithmetic, ecdsaCircuit, limbs, pointOf, sign } from './support.ts';

async function rows(circuit: (context: CircuitContext) => void): Promise<number> {
  const system = await Provable.constraintSystem(async () => {
    await withContext(circuit);
  });
  return system.rows;
}

/** Rows of one unit where many follow each other: checks made in batches are shared. */
async function each(circuit: (context: CircuitContext, times: number) => void): Promise<number> {
  const many = await rows((context) => circuit(context, 12));
  const few = await rows((context) => circuit(context, 6));
  return (many - few) / 6;
}

const one = () => 1n;
const repeat = (times: number, body: () => void) => {
  for (let i = 0; i < times; i++) body();
};
const field = (context: CircuitContext) => arithmetic(context, honestHints);
const generator = (context: CircuitContext) => pointOf(field(context), () => G);
const variable = () => existsOne(one);

test('rows of the parts', async () => {
  const total = await rows(ecdsaCircuit(() => sign(1), honestHints));
  const key = await each((context, times) =>
    repeat(times, () => assertPoint(context, { x: limbs(one), y: limbs(one) })),
  );
  const point = await each((context, times) => repeat(times, () => generator(context)));
  const table =
    (await rows((context) => {
      new PointTable(field(context), generator(context), generator(context));
    })) - (await rows((context) => repeat(2, () => generator(context))));
  const step = await each((context, times) => {
    let p = generator(context);
    const t = generator(context);
    repeat(times, () => (p = doubleAndAdd(field(context), p, t)));
  });
  const digits = await each((context, times) =>
    repeat(times, () => scalarsOf(field(context), [variable(), variable(), variable()])),
  );
  const relations = await each((context, times) => {
    const factor = () => new Factor(limbs(one));
    const element = generator(context).x;
    repeat(times, () => {
      const scalars = { k: factor(), v: factor(), w: factor() };
      const given = { z: factor(), r: element, s: element };
      assertScalarRelations(field(context), scalars, variable(), given);
    });
  });
  const loop = 127 * (step + 2.5); // with the read and the sum of indices
  const parts: [string, number][] = [
    ['key: coordinates below p, on the curve', key],
    ['table of 16 points, with what is made once (constants, 12-bit table)', table],
    ['loop: 127 steps with their reads', loop],
    ['digits to scalars', digits],
    ['relations mod n', relations],
    ['r, s, R and the first addition', total - key - table - loop - digits - relations],
    ['total', total],
  ];
  expect(point).toBeGreaterThan(4);
  const lines = parts.map(([name, count]) => `| ${name} | ${count.toFixed(1)} |`);
  const text = readFileSync(new URL('../../../docs/gadgets/p256.md', import.meta.url), 'utf8');
  const written = text
    .split('\n')
    .map((line) => line.replace(/ +/g, ' '))
    .filter((line) => lines.includes(line));
  expect(written).toEqual(lines);
}, 60_000);
