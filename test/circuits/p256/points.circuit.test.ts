/** Curve points, additions, table entries and loop steps: collisions, encodings, wrong points. */
import { describe, expect, test } from '@jest/globals';
import {
  C,
  CONSTANT_POINTS,
  START,
  fromLimbs,
} from '../../../src/circuits/gadgets/p256/constants.ts';
import {
  B,
  G,
  N,
  P,
  add,
  combine,
  double,
  inverse,
  isOnCurve,
  liftX,
  mod,
  negate,
  power,
  scale,
} from '../../../src/circuits/gadgets/p256/curve.ts';
import type { AffinePoint } from '../../../src/circuits/gadgets/p256/curve.ts';
import { entryIndex, honestHints } from '../../../src/circuits/gadgets/p256/hints.ts';
import type { StepHints } from '../../../src/circuits/gadgets/p256/hints.ts';
import { assertPoint } from '../../../src/circuits/gadgets/p256/index.ts';
import { doubleAndAdd } from '../../../src/circuits/gadgets/p256/loop.ts';
import { addPoints } from '../../../src/circuits/gadgets/p256/point.ts';
import type { Point } from '../../../src/circuits/gadgets/p256/point.ts';
import { PointTable } from '../../../src/circuits/gadgets/p256/table.ts';
import { existsOne } from '../../../src/circuits/kimchi/gates.ts';
import { capture, evaluate, tamper } from '../../support/kimchi/index.ts';
import type { Circuit } from '../../support/kimchi/index.ts';
import {
  Liar,
  arithmetic,
  chordWithSlope,
  failuresOf,
  limbs,
  numbers,
  pointOf,
  refusing,
  stepWithSlope,
} from './support.ts';

const liar = new Liar();
const random = numbers('points');

/** The first points at or after x, in steps. */
function pointFrom(start: bigint, increment = 1n): AffinePoint {
  for (let x = start; ; x += increment) {
    const found = liftX(x);
    if (found !== undefined) return found;
  }
}

/** A point with a given slope to p: the other two roots of the cubic on that line. */
function onLine(p: AffinePoint, slope: bigint): AffinePoint | undefined {
  // x^3 - slope^2 x^2 + ...: roots p.x, x1, x2 with x1 + x2 = slope^2 - p.x
  const sum = mod(slope * slope - p.x, P);
  const c = mod(p.y - slope * p.x, P);
  // x1 x2 p.x = c^2 - b, from the constant term; use the linear one: p.x (x1 + x2) + x1 x2 = -3 - 2 slope c
  const product = mod(-3n - 2n * slope * c - p.x * sum, P);
  const square = mod(sum * sum - 4n * product, P);
  const root = power(square, (P + 1n) / 4n, P);
  if (mod(root * root, P) !== square) return undefined;
  const x = mod((sum + root) * inverse(2n, P), P);
  return { x, y: mod(slope * x + c, P) };
}

describe('assertPoint', () => {
  let key: AffinePoint = G;
  const circuit: Circuit = (context) =>
    assertPoint(context, { x: limbs(() => key.x), y: limbs(() => key.y) }, liar.hints);

  test('takes every point of the curve, and only those', async () => {
    const captured = await capture(circuit);
    const points = [
      G,
      negate(G),
      pointFrom(0n),
      pointFrom(1n << 176n, 1n << 176n), // two limbs are zero
      pointFrom(1n << 255n, 1n << 88n),
      pointFrom(P - 1n, -1n),
      pointFrom((P >> 176n) << 176n),
    ];
    for (const valid of points) {
      key = valid;
      expect(await failuresOf(captured, circuit, liar, {})).toEqual([]);
    }
    const other = { x: G.x, y: mod(G.y + 1n, P) };
    const small = pointFrom(5n);
    const invalid: AffinePoint[] = [
      { x: 0n, y: 0n },
      { x: 1n, y: 1n },
      other, // on a curve with a = -3 and another b
      { x: G.y, y: G.x },
      { x: small.x + P, y: small.y },
      { x: small.x, y: small.y + P },
      { x: small.x, y: small.y + (1n << 256n) },
      { x: P, y: pointFrom(0n).y },
    ];
    for (const wrong of invalid) {
      key = wrong;
      expect(await failuresOf(captured, circuit, liar, {})).not.toEqual([]);
    }
  });

  test('a coordinate plus p is refused by its bound alone', async () => {
    // y of a point with y + p below 2^256
    let small = pointFrom(1n);
    for (let y = 1n; ; y++) {
      const x = xWithY(y);
      if (x !== undefined) {
        small = { x, y };
        break;
      }
    }
    expect(isOnCurve(small)).toBe(true);
    key = small;
    const captured = await capture(circuit);
    expect(evaluate(captured)).toEqual([]);
    for (const plusP of [
      { x: small.x, y: small.y + P },
      { x: pointFrom(5n).x + P, y: pointFrom(5n).y },
    ]) {
      key = plusP;
      const failures = await failuresOf(captured, circuit, liar, {});
      expect(failures.length).toBeGreaterThan(0);
      expect(refusing(failures)).not.toContain('ForeignFieldMul');
    }
  });
});

/** A root x of x^3 - 3x + b = y^2 by Cantor-Zassenhaus on cubics, if one is found at once. */
function xWithY(y: bigint): bigint | undefined {
  // gcd(x^p - x, f) for f = x^3 - 3x + c; done with polynomials mod f
  const c = mod(B - y * y, P);
  const multiply = (u: bigint[], v: bigint[]): bigint[] => {
    const wide = [0n, 0n, 0n, 0n, 0n];
    u.forEach((ui, i) => v.forEach((vj, j) => (wide[i + j] = wide[i + j]! + ui * vj)));
    for (const degree of [4, 3]) {
      const top = wide[degree]!; // x^3 = 3x - c
      wide[degree - 2] = wide[degree - 2]! + 3n * top;
      wide[degree - 3] = wide[degree - 3]! - c * top;
    }
    return wide.slice(0, 3).map((w) => mod(w, P));
  };
  let result = [1n, 0n, 0n];
  for (const bit of P.toString(2)) {
    result = multiply(result, result);
    if (bit === '1') result = multiply(result, [0n, 1n, 0n]);
  }
  // x^p - x mod f has degree 2; a single root of f divides it linearly
  const [r0, r1, r2] = [result[0]!, mod(result[1]! - 1n, P), result[2]!];
  if (r2 === 0n) return undefined;
  const inv = inverse(r2, P);
  const [m0, m1] = [mod(r0 * inv, P), mod(r1 * inv, P)];
  // f mod (x^2 + m1 x + m0): x^3 - 3x + c = (x - m1)(..) + (m1^2 - m0 - 3) x + c + m0 m1
  const linear = mod(m1 * m1 - m0 - 3n, P);
  if (linear === 0n) return undefined;
  const x = mod(-(c + m0 * m1) * inverse(linear, P), P);
  return isOnCurve({ x, y }) ? x : undefined;
}

describe('one step 2P + T', () => {
  let p: AffinePoint = C;
  let t: AffinePoint = G;
  const circuit: Circuit = (context) => {
    const field = arithmetic(context, liar.hints);
    doubleAndAdd(
      field,
      pointOf(field, () => p),
      pointOf(field, () => t),
    );
  };

  test('is right, also with coordinates above p where they may be', async () => {
    const captured = await capture(circuit);
    expect(evaluate(captured)).toEqual([]);
    [p, t] = [scale(G, 77n), scale(G, 1n << 200n)];
    expect(await failuresOf(captured, circuit, liar, {})).toEqual([]);
    const small = pointFrom(9n);
    [p, t] = [{ x: small.x + P, y: small.y }, G];
    expect(await failuresOf(captured, circuit, liar, {})).toEqual([]);
    // a first slope below 2^224, given as l1 + p
    for (let slope = random(222); ; slope++) {
      const found = onLine(G, slope);
      if (found === undefined) continue;
      [p, t] = [G, found];
      expect(isOnCurve(found)).toBe(true);
      expect(honestHints.step(p, t).slope1).toBe(slope);
      break;
    }
    const lies = (change: (hint: StepHints) => Partial<StepHints>) => ({
      step: (a: AffinePoint, b: AffinePoint) => {
        const hint = honestHints.step(a, b);
        return { ...hint, ...change(hint) };
      },
    });
    const plusP = lies(({ slope1 }) => ({ slope1: slope1 + P }));
    expect(await failuresOf(captured, circuit, liar, plusP)).toEqual([]);
  });

  test.each(['slope1', 'half', 'slope2', 'x'] as const)('%s of 2^256 or more', async (name) => {
    [p, t] = [C, G];
    const captured = await capture(circuit);
    const failures = await failuresOf(captured, circuit, liar, {
      step: (a, b) => {
        const hint = honestHints.step(a, b);
        return { ...hint, [name]: hint[name] + P };
      },
    });
    expect(refusing(failures)).toEqual(['Lookup']);
  });

  test('any slope at P = T is refused by x_P != x_T alone', async () => {
    [p, t] = [C, G];
    const captured = await capture(circuit);
    for (const slope of [random(255), random(255)]) {
      [p, t] = [G, G];
      const lies = { step: stepWithSlope(slope) };
      expect(refusing(await failuresOf(captured, circuit, liar, lies))).toEqual(['Generic']);
      const small = pointFrom(random(200));
      [p, t] = [{ x: small.x + P, y: small.y }, small]; // x_P = x_T + p
      expect(refusing(await failuresOf(captured, circuit, liar, lies))).toEqual(['Generic']);
    }
  });

  test('a wrong result, other slopes and P = -T', async () => {
    [p, t] = [C, G];
    const captured = await capture(circuit);
    const honest = honestHints.step(p, t);
    for (const name of ['slope1', 'half', 'slope2', 'x', 'y'] as const) {
      const step = () => ({ ...honest, [name]: mod(honest[name] + 1n, P) });
      expect(refusing(await failuresOf(captured, circuit, liar, { step }))).toContain(
        'ForeignFieldMul',
      );
    }
    // e = 0 and slope2 free: S = P needs y_P = 0
    const step = () => ({ ...honest, half: 0n });
    expect(await failuresOf(captured, circuit, liar, { step })).not.toEqual([]);
    [p, t] = [G, negate(G)];
    const lies = { step: () => honest };
    expect(await failuresOf(captured, circuit, liar, lies)).not.toEqual([]);
  });
});

describe('the table', () => {
  let s: AffinePoint = G;
  let r: AffinePoint = double(G);
  const circuit: Circuit = (context) => {
    const field = arithmetic(context, liar.hints);
    const minusR = () => negate(r);
    const table = new PointTable(
      field,
      pointOf(field, () => s),
      pointOf(field, minusR),
    );
    for (const entry of [0, 3, 5, 15]) table.read(existsOne(() => entryIndex(entry)));
  };
  const captured = capture(circuit);

  async function refusals(lies = {}): Promise<string[]> {
    return refusing(await failuresOf(await captured, circuit, liar, lies));
  }

  test('has the sixteen sums', async () => {
    const seen: AffinePoint[] = [];
    [s, r] = [scale(G, 5n), scale(G, 1n << 77n)];
    liar.lies = {};
    const failures = await failuresOf(await captured, circuit, liar, {
      read: (entries, index) => {
        seen.splice(0);
        for (const [x0, x1, x2, , low, high] of entries) {
          seen.push({ x: fromLimbs([x0!, x1!, x2!]), y: mod(low! + (high! << 176n), P) });
        }
        return honestHints.read(entries, index);
      },
    });
    expect(failures).toEqual([]);
    const high = scale(G, 1n << 128n);
    const expected = Array.from({ length: 16 }, (_, d) => {
      const parts = [G, high, s, negate(r)].filter((_point, i) => (d >> i) & 1);
      return parts.reduce((sum, part) => add(sum, part), C);
    });
    expect(seen).toEqual(expected);
  });

  test('each addition of equal points is refused, whatever its slope', async () => {
    const other = scale(G, 9n);
    for (const constant of CONSTANT_POINTS) {
      const lies = { chord: chordWithSlope(random(255)) };
      [s, r] = [constant, other];
      expect(await refusals(lies)).toEqual(['Generic']);
      [s, r] = [other, negate(constant)];
      expect(await refusals(lies)).toEqual(['Generic']);
      [s, r] = [negate(constant), constant]; // opposite points
      expect(await refusals(lies)).toContain('Generic');
    }
    // T_j + S = -R, for the last four
    s = other;
    for (const constant of CONSTANT_POINTS) {
      r = negate(add(constant, s));
      expect(await refusals({ chord: chordWithSlope(random(255)) })).toEqual(['Generic']);
    }
  });

  test('an entry with x + p, or with a low limb of zero', async () => {
    const small = pointFrom(5n);
    [s, r] = [add(small, negate(C)), scale(G, 9n)]; // T_4 = C + S
    expect(await refusals()).toEqual([]);
    const plusP = (a: AffinePoint, b: AffinePoint) => {
      const hint = honestHints.chord(a, b);
      return hint.x === small.x ? { ...hint, x: hint.x + P } : hint;
    };
    const kinds = await refusals({ chord: plusP });
    expect(kinds.length).toBeGreaterThan(0);
    expect(kinds.every((kind) => kind.startsWith('RangeCheck') || kind === 'Zero')).toBe(true);

    [s, r] = [add(pointFrom(1n << 88n, 1n << 88n), negate(C)), scale(G, 9n)];
    expect(await refusals()).toEqual(['Generic']);
  });

  test('a read of mixed entries, or at an index of none', async () => {
    [s, r] = [scale(G, 5n), scale(G, 7n)];
    expect(
      await refusals({
        read: (entries: readonly (readonly bigint[])[], index: bigint) =>
          index === entryIndex(3)
            ? [...entries[3]!.slice(0, 4), ...entries[5]!.slice(4)]
            : honestHints.read(entries, index),
      }),
    ).toEqual(['Lookup']);
    const good = await captured;
    const index = entryIndex(15);
    const cell = good.witness.findIndex(
      (row, i) => good.gates[i]?.kind === 7 && row[0] === 10n && row[1] === index,
    );
    for (const value of [2n, 15n, index + 1n, 1n << 63n, -1n]) {
      const changed = tamper(good, [{ row: cell, col: 1, value }]);
      expect(refusing(evaluate(good, changed))).toContain('Lookup');
    }
  });

  test('has an entry for the start of the loop to collide with', async () => {
    const collide: Circuit = (context) => {
      const field = arithmetic(context, liar.hints);
      const start: Point = pointOf(field, () => START);
      addPoints(
        field,
        start,
        pointOf(field, () => t),
        'loop',
      );
    };
    let t: AffinePoint = G;
    const honest = await capture(collide);
    for (const collision of [START, negate(START)]) {
      t = collision;
      const lies = { chord: chordWithSlope(random(255)) };
      expect(refusing(await failuresOf(honest, collide, liar, lies))).toContain('Generic');
    }
  });
});

test('curve arithmetic over bigints', () => {
  expect(combine(5n, G, N - 5n, G)).toBeUndefined();
  expect(combine(0n, G, 0n, G)).toBeUndefined();
  expect(combine(2n, G, 3n, G)).toEqual(scale(G, 5n));
  expect(combine(3n, G, 3n, G)).toEqual(scale(G, 6n));
  expect(() => scale(G, 0n)).toThrow('outside');
  expect(() => inverse(0n, P)).toThrow('division by zero');
  expect(scale(G, N - 1n)).toEqual(negate(G));
});
