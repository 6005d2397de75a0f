/** The scalars: unpacking of digits, relations mod n, R.x against r, and the hints. */
import type { Field } from 'o1js';
import { Field as NativeField } from 'o1js';
import { describe, expect, test } from '@jest/globals';
import {
  G,
  N,
  P,
  combine,
  liftX,
  mod,
  negate,
  scale,
} from '../../../src/circuits/gadgets/p256/curve.ts';
import { Factor } from '../../../src/circuits/gadgets/p256/field.ts';
import { honestHints } from '../../../src/circuits/gadgets/p256/hints.ts';
import {
  assertReducesTo,
  assertScalarRelations,
  scalarsOf,
} from '../../../src/circuits/gadgets/p256/scalars.ts';
import { exists, existsOne } from '../../../src/circuits/kimchi/gates.ts';
import { capture, evaluate } from '../../support/kimchi/index.ts';
import type { Circuit } from '../../support/kimchi/index.ts';
import {
  LOW_MASK,
  Liar,
  arithmetic,
  failuresOf,
  isValid,
  limbs,
  numbers,
  pointOf,
  refusing,
  sign,
  signatureWithKey,
  signatureWithPoint,
} from './support.ts';

const liar = new Liar();
const random = numbers('scalars');

describe('digits', () => {
  let sums = [0n, 0n, 0n];
  let seen: bigint[][] = [];
  const circuit: Circuit = (context) => {
    const field = arithmetic(context, liar.hints);
    const { k, v, w } = scalarsOf(
      field,
      [0, 1, 2].map((i) => existsOne(() => sums[i]!)),
    );
    exists(1, () => {
      seen = [k, v, w].map((factor) => factor.limbs.map((limb) => limb.toBigInt()));
      return [0n];
    });
  };
  const pack = (parts: bigint[]) =>
    parts.reduce((sum, part, i) => sum + (part << BigInt(64 * i)), 0n);

  test('make the limbs of k, v and w', async () => {
    const captured = await capture(circuit);
    const [k, w, v] = [random(256), random(128), random(128)];
    const scalars = [k & ((1n << 128n) - 1n), k >> 128n, w, v];
    const segment = (from: number, to: number) =>
      pack(scalars.map((x) => (x >> BigInt(from)) & ((1n << BigInt(to - from)) - 1n)));
    sums = [segment(88, 128), segment(48, 88), segment(0, 48)];
    expect(await failuresOf(captured, circuit, liar, {})).toEqual([]);
    const values = seen.map(([x0, x1, x2]) => x0! + (x1! << 88n) + (x2! << 176n));
    expect(values).toEqual([k, v, w]);
  });

  test('S + N is no second way to unpack S', async () => {
    const captured = await capture(circuit);
    for (let round = 0; round < 3; round++) {
      sums = [0, 1, 2].map(() => pack([random(48), random(48), random(48), random(48)]));
      const digits = (sum: bigint) => honestHints.digits(sum + NativeField.ORDER);
      expect(refusing(await failuresOf(captured, circuit, liar, { digits }))).toEqual([
        'RangeCheck0',
      ]);
    }
    // a carry between digits, and a digit too large
    const borrow = (sum: bigint) => {
      const parts = honestHints.digits(sum);
      return [parts[0]! + (1n << 64n), parts[1]! - 1n, parts[2]!, parts[3]!];
    };
    const failures = await failuresOf(captured, circuit, liar, { digits: borrow });
    expect(refusing(failures)).toEqual(['RangeCheck0']);
  });
});

describe('R.x = r + wraps n', () => {
  let given = { x: 0n, r: 0n, wraps: 0n, carry: 0n };
  const circuit: Circuit = (context) => {
    const field = arithmetic(context, liar.hints);
    const x = pointOf(field, () => ({ x: given.x, y: 0n })).x;
    const r = pointOf(field, () => ({ x: given.r, y: 0n })).x;
    const [wraps, carry] = exists(2, () => [given.wraps, given.carry]) as [Field, Field];
    assertReducesTo(field, x, r, { wraps, carry });
  };

  test('with bits for both', async () => {
    given = { x: 5n, r: 5n, wraps: 0n, carry: 0n };
    const captured = await capture(circuit);
    const refused = async (next: typeof given) => {
      given = next;
      return refusing(await failuresOf(captured, circuit, liar, {}));
    };
    expect(await refused({ x: N + 5n, r: 5n, wraps: 1n, carry: 0n })).toEqual([]);
    const large = LOW_MASK - 3n;
    const carrying = { x: N + large, r: large, wraps: 1n, carry: 1n };
    expect(await refused(carrying)).toEqual([]);
    expect(await refused({ ...carrying, carry: 0n })).toEqual(['Generic']);
    expect(await refused({ ...carrying, wraps: 0n })).toEqual(['Generic']);
    // consistent but for the bit
    expect(await refused({ x: 5n, r: N + 5n, wraps: -1n, carry: 0n })).toEqual(['Generic']);
    for (const bad of [2n, -1n]) {
      expect(await refused({ x: 5n, r: 5n, wraps: bad, carry: 0n })).toEqual(['Generic']);
      expect(await refused({ x: 5n, r: 5n, wraps: 0n, carry: bad })).toEqual(['Generic']);
    }
    // as field elements: x.low = r.low - 2^176 carry for a fraction
    expect(await refused({ x: 6n, r: 5n, wraps: 0n, carry: 0n })).toEqual(['Generic']);
  });
});

describe('relations mod n', () => {
  const { digest, r, s, key } = sign(7);
  const good = honestHints.scalars({ digest, r, s, key });
  let given = { ...good, digest, r, s };
  const circuit: Circuit = (context) => {
    const field = arithmetic(context, liar.hints);
    const factor = (value: () => bigint) => field.factor(limbs(value));
    const short = (value: () => bigint) => {
      const [x0, x1] = limbs(value);
      return new Factor([x0, x1, context.constant(0n)]);
    };
    const scalars = {
      k: factor(() => given.k),
      v: short(() => given.v),
      w: short(() => given.w),
    };
    assertScalarRelations(
      field,
      scalars,
      existsOne(() => given.sign),
      {
        z: factor(() => given.digest),
        r: pointOf(field, () => ({ x: given.r, y: 0n })).x,
        s: pointOf(field, () => ({ x: given.s, y: 0n })).x,
      },
    );
  };

  test('hold for honest scalars and for no others', async () => {
    const captured = await capture(circuit);
    expect(evaluate(captured)).toEqual([]);
    const changes: Partial<typeof given>[] = [
      { digest: digest ^ 1n },
      { r: r + 1n },
      { s: s + 1n },
      { k: good.k + 1n },
      { v: good.v + 1n },
      { w: good.w + 1n },
      { sign: -good.sign },
      { sign: 0n },
      { sign: 2n },
    ];
    for (const change of changes) {
      given = { ...good, digest, r, s, ...change };
      const failures = await failuresOf(captured, circuit, liar, {});
      expect(refusing(failures)).toContain('ForeignFieldMul');
    }
    // any digest goes with v = 0, but for the check of v
    given = { ...good, digest: 1n, r, s, k: 0n, v: 0n, w: 0n };
    expect(refusing(await failuresOf(captured, circuit, liar, {}))).toEqual(['Generic']);
    // the same digest and k another way: both are taken mod n
    given = { ...good, digest, r, s };
    if (good.k + N < 1n << 256n) given.k += N;
    expect(await failuresOf(captured, circuit, liar, {})).toEqual([]);
  });
});

describe('honest hints', () => {
  test('agree with an independent library on what verifies', () => {
    const base = sign(11);
    const other = sign(12);
    const cases = [
      base,
      { ...base, s: N - base.s },
      { ...base, r: N - base.r },
      { ...base, r: base.r + 1n },
      { ...base, s: base.s ^ 4n },
      { ...base, digest: base.digest ^ 1n },
      { ...base, digest: other.digest },
      { ...base, key: other.key },
      { ...base, key: negate(base.key) },
      { ...base, r: other.r, s: other.s },
      { ...base, key: { x: base.key.x, y: mod(base.key.y + 1n, P) } },
      ...[0n, N].flatMap((bad) => [
        { ...base, r: bad },
        { ...base, s: bad },
      ]),
    ];
    const verdicts = cases.map((signature) => {
      try {
        honestHints.scalars(signature);
        return true;
      } catch {
        return false;
      }
    });
    expect(verdicts).toEqual(cases.map(isValid));
    expect(verdicts.filter(Boolean)).toHaveLength(2);
  });

  test('give short scalars for every multiplier', () => {
    const multipliers = [1n, 2n, N - 1n, N - 2n, 1n << 128n, (1n << 128n) - 1n, (N + 1n) / 2n];
    for (let i = 0; i < 20; i++) multipliers.push(random(255));
    for (const u2 of multipliers) {
      const signature = signatureWithKey(scale(G, 12345n), 77n, u2);
      const { point: R, sign: signOfW, v, w, k } = honestHints.scalars(signature);
      expect(v > 0n && v < 1n << 128n && w >= 0n && w < 1n << 128n).toBe(true);
      const left = combine(k, G, signOfW * w, signature.key);
      expect(left).toEqual(scale(R, v));
    }
  });

  test('refuse r and s outside [1, n - 1], and keys that are no points', () => {
    const good = sign(3);
    for (const bad of [0n, N, N + good.r, (1n << 256n) - 1n]) {
      expect(() => honestHints.scalars({ ...good, r: bad })).toThrow('outside [1, n - 1]');
      expect(() => honestHints.scalars({ ...good, s: bad })).toThrow('outside [1, n - 1]');
    }
    const { x, y } = liftX(5n)!;
    for (const key of [
      { x: x + P, y },
      { x, y: y + P },
      { x, y: y + 1n },
      { x: 0n, y: 0n },
    ]) {
      expect(() => honestHints.scalars({ ...good, key })).toThrow('not on the curve');
    }
    const wrong = signatureWithPoint(scale(G, 3n), 5n, 6n);
    expect(() => honestHints.scalars({ ...wrong, digest: 4n })).toThrow('does not verify');
  });
});
