/** One multiplication and its checks: false products that satisfy all equations but a range check. */
import { Field } from 'o1js';
import { describe, expect, test } from '@jest/globals';
import {
  BASE,
  BASE_SUMS,
  BATCH,
  LOW,
  ORDER,
  batchFits,
  toLimbs,
} from '../../../src/circuits/gadgets/p256/constants.ts';
import { N, P, mod } from '../../../src/circuits/gadgets/p256/curve.ts';
import { Element } from '../../../src/circuits/gadgets/p256/field.ts';
import type { FieldArithmetic } from '../../../src/circuits/gadgets/p256/field.ts';
import { honestHints } from '../../../src/circuits/gadgets/p256/hints.ts';
import type { ProductOperands } from '../../../src/circuits/gadgets/p256/hints.ts';
import { capture, evaluate, judge, witnessOf } from '../../support/kimchi/index.ts';
import type { Circuit } from '../../support/kimchi/index.ts';
import {
  LOW_MASK,
  Liar,
  arithmetic,
  failuresOf,
  forgeByP10,
  forgedRemainder,
  hintsForQuotient,
  limbs,
  numbers,
  pair,
  refusing,
} from './support.ts';

const NATIVE = Field.ORDER;
const random = numbers('products');
const liar = new Liar();

interface Values {
  a: bigint;
  b: bigint;
  r: { low: bigint; high: bigint };
}

function valuesOf(a: bigint, b: bigint, r: bigint): Values {
  return { a, b, r: { low: r & LOW_MASK, high: r >> LOW } };
}

function honest(modulus = P): Values {
  const [a, b] = [random(256), random(256)];
  return valuesOf(a, b, mod(a * b, modulus));
}

/** Products of these values, strict or with known remainders. */
function products(values: readonly Values[], kind: 'strict' | 'known', modulus = BASE): Circuit {
  return (context) => {
    const field = arithmetic(context, liar.hints);
    values.forEach((_, i) => {
      const a = field.factor(limbs(() => values[i]!.a));
      const b = field.factor(limbs(() => values[i]!.b));
      const r = pair(() => values[i]!.r);
      if (kind === 'strict') field.assertProduct(a, b, r, modulus);
      else field.assertProductOfKnown(a, b, r, modulus);
    });
  };
}

describe('honest products', () => {
  test.each([
    ['strict', BASE, P],
    ['strict', ORDER, N],
    ['known', BASE, P],
  ] as const)('%s', async (kind, modulus, m) => {
    const extreme = (1n << 256n) - 1n;
    const pairs = [0n, 1n, extreme, m, m - 1n, 1n << 255n, 1n << 176n, random(256)];
    const values = pairs.flatMap((a) => pairs.map((b) => valuesOf(a, b, mod(a * b, m))));
    const circuit = products(values, kind, modulus);
    expect(evaluate(await capture(circuit))).toEqual([]);
  });

  test('known remainders of any size and sign, within the quotient', async () => {
    const values = [-5n, -1n, 0n, 1n, 4n].map((shift) => {
      const { a, b } = honest();
      const r = mod(a * b, P);
      // the same integer r, or one that differs by a multiple of p, with an unusual split
      return { a, b, r: { low: (r & LOW_MASK) + (shift << LOW), high: (r >> LOW) - shift } };
    });
    expect(evaluate(await capture(products(values, 'known')))).toEqual([]);
  });

  test('a sum as first factor only, and only for the modulus that takes it', async () => {
    const { a, b } = honest();
    const sums = (use: (field: FieldArithmetic, x: Element, y: Element) => void): Circuit => {
      return (context) => {
        const field = arithmetic(context, liar.hints);
        const element = (value: bigint) =>
          new Element(
            limbs(() => value),
            pair(() => ({ low: value & LOW_MASK, high: 0n })).low,
          );
        use(field, element(a), element(b));
      };
    };
    const good = sums((field, x, y) => {
      field.product(field.sum(x, y), y, BASE_SUMS);
      field.product(field.difference(x, y), y, BASE_SUMS);
    });
    expect(evaluate(await capture(good))).toEqual([]);
    const second = sums((field, x, y) => field.product(x, field.sum(x, y), BASE_SUMS));
    await expect(capture(second)).rejects.toThrow('only the first factor');
    const modulus = sums((field, x, y) => field.product(field.sum(x, y), y, BASE));
    await expect(capture(modulus)).rejects.toThrow('takes no sums');
    const three = sums((field, x, y) => field.sum(field.sum(x, y), y));
    await expect(capture(three)).rejects.toThrow('at most two');
  });
});

describe('a b = r + k N by a large p10', () => {
  test('strict, in limbs that were not moved', async () => {
    const values = [honest()];
    const circuit = products(values, 'strict');
    const captured = await capture(circuit);
    const { a, b } = values[0]!;
    for (const k of [-5n, -2n, -1n, 1n, 2n, 3n, 4n, 5n, 6n, 7n]) {
      values[0] = valuesOf(a, b, forgedRemainder(a, b, k, NATIVE));
      const lies = { product: forgeByP10(k, NATIVE) };
      const failures = await failuresOf(captured, circuit, liar, lies);
      expect(refusing(failures)).not.toContain('ForeignFieldMul');
      expect(failures.length).toBeGreaterThan(0);
    }
  });

  test('strict, with the multiple moved into the split of r', async () => {
    const values = [honest()];
    const circuit = products(values, 'strict');
    const captured = await capture(circuit);
    const { a, b } = values[0]!;
    for (const k of [1n, 2n, 3n, 4n, 5n, 6n, 7n]) {
      const r = mod(a * b, P);
      const t = (k * NATIVE) / (1n << LOW) + 1n;
      // low + t 2^176 - k N and high - t: r for the native field, r - k N as an integer
      const low = (r & LOW_MASK) + (t << LOW) - k * NATIVE;
      values[0] = { a, b, r: { low, high: (r >> LOW) - t } };
      const product = (operands: ProductOperands) => {
        const hint = honestHints.product({ ...operands, low: r & LOW_MASK, high: r >> LOW });
        const p11 = hint.p110 + (hint.p111 << 88n) - t;
        const [p110, p111] = [p11 & ((1n << 88n) - 1n), p11 >> 88n];
        return { ...hint, p10: hint.p10 + (t << 88n), p110, p111 };
      };
      const failures = await failuresOf(captured, circuit, liar, { product });
      expect(failures.length).toBeGreaterThan(0);
      expect(refusing(failures)).not.toContain('ForeignFieldMul');
    }
  });

  test('known, in every position of a batch', async () => {
    const values = Array.from({ length: BATCH }, () => honest());
    const circuit = products(values, 'known');
    const captured = await capture(circuit);
    expect(evaluate(captured)).toEqual([]);
    const truth = [...values];
    for (let position = 0; position < BATCH; position++) {
      for (const k of [-1n, 1n, 2n, 5n, 30n]) {
        const { a, b } = truth[position]!;
        values[position] = valuesOf(a, b, forgedRemainder(a, b, k, NATIVE));
        const forge = forgeByP10(k, NATIVE);
        const isForged = ({ low }: ProductOperands) => low === values[position]!.r.low;
        const failures = await failuresOf(captured, circuit, liar, {
          product: (operands) =>
            isForged(operands) ? forge(operands) : honestHints.product(operands),
        });
        expect(failures.length).toBeGreaterThan(0);
        expect(refusing(failures)).not.toContain('ForeignFieldMul');
        values[position] = truth[position]!;
      }
    }
  });

  test('two of a batch whose multiples cancel in the weighted sum', async () => {
    const values = [honest(), honest()];
    const circuit = products(values, 'known');
    const captured = await capture(circuit);
    const multiples = [-(1n << 14n), 1n]; // k_0 + 2^14 k_1 = 0
    values.forEach(({ a, b }, i) => {
      values[i] = valuesOf(a, b, forgedRemainder(a, b, multiples[i]!, NATIVE));
    });
    const failures = await failuresOf(captured, circuit, liar, {
      product: (operands) =>
        forgeByP10(multiples[operands.low === values[0]!.r.low ? 0 : 1]!, NATIVE)(operands),
    });
    // k_0 is out of reach: p11 would have to be 2^92
    expect(refusing(failures)).toContain('ForeignFieldMul');
  });

  test('a batch of seven does not fit the native field', () => {
    expect(batchFits(BATCH)).toBe(true);
    expect(batchFits(BATCH + 1)).toBe(false);
  });
});

describe('other false products', () => {
  test('a quotient of 263 bits: a b - q p - r = -2^264 N', async () => {
    for (const kind of ['strict', 'known'] as const) {
      const values = [honest()];
      const circuit = products(values, kind);
      const captured = await capture(circuit);
      for (let round = 0; round < 5; round++) {
        const { a, b } = honest();
        const total = a * b + (NATIVE << 264n);
        values[0] = valuesOf(a, b, total % P);
        const failures = await failuresOf(captured, circuit, liar, {
          product: (operands) => hintsForQuotient(operands, total / P),
        });
        expect(refusing(failures)).toEqual(['Lookup']);
      }
    }
  });

  test('p110 of more than 88 bits: a b - q p - r = -2^88 j N', async () => {
    for (const kind of ['strict', 'known'] as const) {
      const values = [honest()];
      const circuit = products(values, kind);
      const captured = await capture(circuit);
      for (let j = 1n; j <= 50n; j += kind === 'strict' ? 1n : 7n) {
        const { a, b } = honest();
        const total = a * b + ((j * NATIVE) << 88n);
        values[0] = valuesOf(a, b, total % P);
        const failures = await failuresOf(captured, circuit, liar, {
          product: (operands) => hintsForQuotient(operands, total / P, j * NATIVE),
        });
        expect(refusing(failures)).not.toContain('ForeignFieldMul');
        expect(failures.length).toBeGreaterThan(0);
      }
    }
  });

  test('factors and quotients outside their limbs', async () => {
    const values = [honest()];
    const circuit = products(values, 'strict');
    const captured = await capture(circuit);
    const { a, b } = honest();
    values[0] = valuesOf(a + 16n * (1n << 252n), b, mod(a * b + 16n * (1n << 252n) * b, P));
    expect(refusing(await failuresOf(captured, circuit, liar, {}))).toEqual(['Lookup']);
    const q = toLimbs((a * b) / P);
    values[0] = valuesOf(a, b, mod(a * b, P));
    const borrowed = await failuresOf(captured, circuit, liar, {
      product: (operands) => ({
        ...hintsForQuotient(operands, (a * b) / P),
        q: [q[0] + (1n << 88n), q[1] - 1n, q[2]],
      }),
    });
    expect(borrowed.length).toBeGreaterThan(0);
  });
});

test('the real prover agrees', async () => {
  const values = [honest()];
  const circuit = products(values, 'known');
  const captured = await capture(circuit);
  expect(judge(captured)).toBe('accepted');
  const { a, b } = values[0]!;
  values[0] = valuesOf(a, b, forgedRemainder(a, b, 2n, NATIVE));
  liar.lies = { product: forgeByP10(2n, NATIVE) };
  const forged = await witnessOf(captured, circuit, { unchecked: true });
  liar.lies = {};
  expect(judge(captured, forged)).toHaveProperty('refused');
});
