/** Each named relation, on values for which it holds and on values for which it does not. */
import { describe, expect, test } from '@jest/globals';
import type { Field } from 'o1js';
import type { CircuitContext } from '../../../src/circuits/kimchi/context.ts';
import { exists, existsOne } from '../../../src/circuits/kimchi/gates.ts';
import { inRange, type Bit } from '../../../src/circuits/kimchi/integer.ts';
import { capture, evaluate, witnessOf } from '../../support/kimchi/index.ts';

/** In the tables, a bit may be any number: what is asserted of one is `assertBit`'s alone. */
const bit = (x: Field): Bit => inRange(x);

type Relation = (context: CircuitContext, x: Field, y: Field) => void;

interface Row {
  readonly says: string;
  readonly relation: Relation;
  readonly holds: readonly (readonly [bigint, bigint])[];
  readonly fails: readonly (readonly [bigint, bigint])[];
}

const ASSERTIONS: readonly Row[] = [
  {
    says: 'assertEqual of two variables',
    relation: (context, x, y) => context.assertEqual(x, y),
    holds: [
      [0n, 0n],
      [7n, 7n],
    ],
    fails: [
      [7n, 8n],
      [7n, -7n],
    ],
  },
  {
    says: 'assertEqual of a variable and a constant',
    relation: (context, x) => context.assertEqual(x, 7n),
    holds: [[7n, 0n]],
    fails: [
      [8n, 0n],
      [-7n, 0n],
    ],
  },
  {
    says: 'assertSum with a variable',
    relation: (context, x, y) => context.assertSum([x, x], y),
    holds: [[3n, 6n]],
    fails: [
      [3n, 3n],
      [3n, -6n],
    ],
  },
  {
    says: 'assertSum with a constant',
    relation: (context, x, y) => context.assertSum([x, y], 1n),
    holds: [
      [1n, 0n],
      [3n, -2n],
    ],
    fails: [
      [1n, 1n],
      [0n, 0n],
    ],
  },
  {
    says: 'assertProduct',
    relation: (context, x, y) => context.assertProduct(x, x, y),
    holds: [[3n, 9n]],
    fails: [[3n, 10n]],
  },
  {
    says: 'assertZeroProduct',
    relation: (context, x, y) => context.assertZeroProduct(x, y),
    holds: [
      [0n, 5n],
      [5n, 0n],
    ],
    fails: [[5n, 5n]],
  },
  {
    says: 'assertBit',
    relation: (context, x) => void context.assertBit(x),
    holds: [
      [0n, 0n],
      [1n, 0n],
    ],
    fails: [
      [2n, 0n],
      [-1n, 0n],
    ],
  },
  {
    says: 'assertNonZero',
    relation: (context, x) => context.assertNonZero(x),
    holds: [
      [1n, 0n],
      [-5n, 0n],
    ],
    fails: [[0n, 0n]],
  },
  {
    says: 'assertImplies',
    relation: (context, x, y) => context.assertImplies(bit(x), bit(y)),
    holds: [
      [0n, 0n],
      [0n, 1n],
      [1n, 1n],
    ],
    fails: [[1n, 0n]],
  },
  {
    says: 'assertZeroWhen',
    relation: (context, x, y) => context.assertZeroWhen(bit(x), y),
    holds: [
      [0n, 5n],
      [1n, 0n],
    ],
    fails: [[1n, 5n]],
  },
  {
    says: 'assertZeroUnless',
    relation: (context, x, y) => context.assertZeroUnless(bit(x), y),
    holds: [
      [1n, 5n],
      [0n, 0n],
    ],
    fails: [[0n, 5n]],
  },
  {
    says: 'assertEqualWhen',
    relation: (context, x, y) => context.assertEqualWhen(bit(x), y, 7n),
    holds: [
      [0n, 5n],
      [1n, 7n],
    ],
    fails: [
      [1n, 5n],
      [1n, 0n],
    ],
  },
];

describe('assertions hold for', () => {
  test.each(ASSERTIONS)('$says', async ({ relation, holds, fails }) => {
    let values = holds[0]!;
    const circuit = (context: CircuitContext) => {
      const [x, y] = exists(2, () => [...values]) as [Field, Field];
      relation(context, x, y);
    };
    const captured = await capture(circuit);
    for (values of holds) {
      expect(evaluate(captured, await witnessOf(captured, circuit))).toEqual([]);
    }
    for (values of fails) {
      const witness = await witnessOf(captured, circuit, { unchecked: true });
      expect(evaluate(captured, witness).map(({ gate }) => gate)).toContain('Generic');
    }
  });
});

type Value = (context: CircuitContext, x: Field, y: Field) => Field;

const VALUES: readonly (readonly [string, Value, (x: bigint, y: bigint) => bigint])[] = [
  ['add', (context, x, y) => context.add(x, y), (x, y) => x + y],
  ['add of a constant', (context, x) => context.add(x, 9n), (x) => x + 9n],
  ['sub', (context, x, y) => context.sub(x, y), (x, y) => x - y],
  ['sub of a constant', (context, x) => context.sub(x, 9n), (x) => x - 9n],
  ['sub from a constant', (context, x) => context.sub(9n, x), (x) => 9n - x],
  ['sum', (context, x, y) => context.sum([x, y, y, x], 3n), (x, y) => 2n * (x + y) + 3n],
  ['scale', (context, x) => context.scale(12n, x), (x) => 12n * x],
  ['not', (context, x) => context.not(bit(x)), (x) => 1n - x],
  ['product', (context, x, y) => context.product(x, y), (x, y) => x * y],
  ['and', (context, x, y) => context.and(bit(x), bit(y)), (x, y) => x * y],
  ['choose', (context, x, y) => context.choose(bit(x), y, x), (x, y) => (x === 1n ? y : x)],
  ['equals', (context, x) => context.equals(x, 1n), (x) => (x === 1n ? 1n : 0n)],
];

describe('a value is what it says, and no other one passes', () => {
  test.each(VALUES)('%s', async (_, value, expected) => {
    let inputs: readonly [bigint, bigint] = [1n, 1n];
    let claimed = expected(...inputs);
    const circuit = (context: CircuitContext) => {
      const [x, y] = exists(2, () => [...inputs]) as [Field, Field];
      context.assertEqual(
        value(context, x, y),
        existsOne(() => claimed),
      );
    };
    const captured = await capture(circuit);
    for (inputs of [
      [0n, 0n],
      [0n, 1n],
      [1n, 0n],
      [1n, 1n],
    ] as const) {
      claimed = expected(...inputs);
      expect(evaluate(captured, await witnessOf(captured, circuit))).toEqual([]);
      claimed++;
      const witness = await witnessOf(captured, circuit, { unchecked: true });
      expect(evaluate(captured, witness)).not.toEqual([]);
    }
  });
});

test('a range is a type: what was not checked is refused by the compiler', async () => {
  await capture((context) => {
    const x = existsOne(() => 1n);
    const y = context.rangeBits(x, 4);
    // @ts-expect-error a field element is no bit
    context.assertImplies(x, context.constant(1n));
    // @ts-expect-error nor is an integer below 2^4
    context.assertImplies(context.constant(1n), y);
    context.assertImplies(context.assertBit(x), context.rangeBits(x, 1));
  });
});
