/** The whole verification: signatures of every shape, consistent lies, the form of the circuit. */
import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import {
  BASE,
  BASE_SUMS,
  C,
  CONSTANT_POINTS,
  END,
  ORDER,
} from '../../../src/circuits/gadgets/p256/constants.ts';
import {
  G,
  N,
  P,
  combine,
  double,
  inverse,
  liftX,
  mod,
  negate,
  scale,
} from '../../../src/circuits/gadgets/p256/curve.ts';
import type { AffinePoint } from '../../../src/circuits/gadgets/p256/curve.ts';
import { entryIndex, honestHints } from '../../../src/circuits/gadgets/p256/hints.ts';
import type { Hints, ScalarHints } from '../../../src/circuits/gadgets/p256/hints.ts';
import { GATE } from '../../../src/circuits/kimchi/gates.ts';
import { capture, evaluate, judge, scanUnbound, witnessOf } from '../../support/kimchi/index.ts';
import { P as native } from '../../support/kimchi/index.ts';
import type { Captured } from '../../support/kimchi/index.ts';
import {
  Liar,
  chordWithSlope,
  ecdsaCircuit,
  failuresOf,
  isValid,
  numbers,
  refusing,
  sign,
  signatureWithKey,
  signatureWithPoint,
  stepWithSlope,
} from './support.ts';
import type { Signature } from './support.ts';
import { signatureVectors } from '../../support/vectors.ts';
import { bytesToBigint } from '../../../src/bytes.ts';

const random = numbers('verify');
const liar = new Liar();
let signature: Signature = sign(1);
const circuit = ecdsaCircuit(() => signature, liar.hints);
let captured: Captured;

beforeAll(async () => {
  captured = await capture(circuit);
}, 120_000);

function pointFrom(start: bigint, increment = 1n): AffinePoint {
  for (let x = start; ; x += increment) {
    const found = liftX(x);
    if (found !== undefined) return found;
  }
}

/** What refuses this signature when the prover lies like that. */
async function refusals(given: Signature, lies: Partial<Hints> = {}): Promise<string[]> {
  signature = given;
  return refusing(await failuresOf(captured, circuit, liar, lies));
}

describe('valid signatures', () => {
  const large = (1n << 256n) - 1n;
  const half = (N + 1n) / 2n;
  const { key } = sign(4);
  const low = sign(2);
  // [name, signature]; every line has some structured value in it
  const valid: [string, Signature][] = [
    ['n - s', { ...low, s: N - low.s }],
    ['digest n, so z = 0; R = r/s key', { ...signatureWithKey(key, 0n, random(255)), digest: N }],
    ['digest 0 and R = -key', signatureWithKey(key, 0n, N - 1n)],
    ['digest 2^256 - 1', signatureWithPoint(scale(G, random(250)), large, random(250))],
    ['key G, u1 = u2 = 1', signatureWithKey(G, 1n, 1n)],
    ['key -G, u1 = 3, u2 = 2^128', signatureWithKey(negate(G), 3n, 1n << 128n)],
    ['R = G, s = n - 1', signatureWithPoint(G, random(256), N - 1n)],
    ['R = 2^128 G, s = 1', signatureWithPoint(scale(G, 1n << 128n), random(256), 1n)],
    ['u1 = u2 = 1/2', signatureWithKey(key, half, half)],
    ['u1 = -1, u2 = 2^-127', signatureWithKey(key, N - 1n, inverse(1n << 127n, N))],
    ['u2 = 2^128 - 1', signatureWithKey(key, random(255), (1n << 128n) - 1n)],
    ['R.x >= n', signatureWithPoint(pointFrom(N + 3n), random(256), random(255))],
    ['r next to n', signatureWithPoint(pointFrom(N - 1n, -1n), 1n, 2n)],
    [
      'low limb of key.x zero',
      signatureWithKey(pointFrom(1n << 88n, 1n << 88n), random(255), random(255)),
    ],
    ['low limb of R.x zero', signatureWithPoint(pointFrom(1n << 248n, 1n << 88n), 9n, 8n)],
    ['key.x of one limb', signatureWithKey(pointFrom(0n), random(255), random(255))],
  ];

  test('an ordinary one', () => {
    expect(evaluate(captured)).toEqual([]);
  });

  test.each(valid)('%s', async (_, given) => {
    expect(isValid(given)).toBe(true);
    signature = given;
    expect(evaluate(captured, await witnessOf(captured, circuit))).toEqual([]);
  });
});

describe('public test vectors', () => {
  const vectors = signatureVectors().map(({ digest, ...vector }) => ({
    ...vector,
    digest: bytesToBigint(digest),
  }));
  // all changed ones; of the valid ones two of each source
  const valid = vectors.filter((vector) => vector.valid);
  const sample = [0, 1, 15, 16, 18, 19].map((i) => valid[i]!);
  const changed = vectors.filter((vector) => !vector.valid);

  test('are enough', () => {
    expect([valid.length, changed.length]).toEqual([20, 12]);
  });

  test.each(sample)('$name is taken', async (given) => {
    signature = given;
    expect(evaluate(captured, await witnessOf(captured, circuit))).toEqual([]);
  });

  test.each(changed)('$name ($reason) is refused for R.x alone', async (given) => {
    // the prover takes R from the verification equation; then nothing but R.x = r mod n is false
    const sInverse = inverse(given.s, N);
    const u1 = mod(given.digest * sInverse, N);
    const u2 = mod(given.r * sInverse, N);
    const hints = honestHints.scalars(signatureWithKey(given.key, u1, u2));
    const { point, sign: signOfW, v, w, k } = hints;
    expect(mod(point.x, N)).not.toBe(given.r);
    const lie = { point, wraps: 0n, carry: 0n, sign: signOfW, v, w, k };
    expect(await refusals(given, { scalars: () => lie })).toEqual(['Generic']);
  });
});

describe('lies', () => {
  const base = sign(5);
  const honest = honestHints.scalars(base);
  const scalars = (change: Partial<ScalarHints>) => ({ scalars: () => ({ ...honest, ...change }) });

  test('no witness is offered for a signature that does not verify', async () => {
    signature = { ...base, digest: base.digest ^ 1n };
    await expect(witnessOf(captured, circuit)).rejects.toThrow('does not verify');
  });

  test('another digest, key or s with the hints of the true one', async () => {
    const changes = [
      { digest: base.digest ^ 1n },
      { s: mod(base.s + 1n, N) },
      { r: mod(base.r + 1n, N) },
    ];
    for (const change of changes) {
      expect(await refusals({ ...base, ...change }, scalars({}))).toContain('ForeignFieldMul');
    }
    expect(await refusals({ ...base, key: negate(base.key) }, scalars({}))).toContain(
      'ForeignFieldMul',
    );
  });

  test('k = v = w = 0 for any message: refused by v != 0 alone', async () => {
    const forged = { ...base, digest: random(256) };
    expect(await refusals(forged, scalars({ k: 0n, v: 0n, w: 0n }))).toEqual(['Generic']);
  });

  test('v = 0 alone, with a key of known logarithm', async () => {
    const given = { ...base, key: scale(G, 5n) };
    const zero = { k: N - 5n, v: 0n, w: 1n, sign: 1n };
    const kinds = await refusals(given, scalars(zero));
    expect(kinds).toContain('Generic');
    expect(kinds).toContain('ForeignFieldMul');
  });

  test('a sign of 0 or 2', async () => {
    for (const wrong of [0n, 2n]) {
      expect(await refusals(base, scalars({ sign: wrong }))).toContain('Generic');
    }
  });

  test('r and s at or above n, or zero', async () => {
    const cases = [
      { ...base, r: base.r + N },
      { ...base, s: base.s + N },
      { ...base, r: 0n },
      { ...base, s: 0n },
      { ...base, r: N },
      { ...base, s: (1n << 256n) - 1n },
    ];
    for (const given of cases) expect(await refusals(given, scalars({}))).not.toEqual([]);
    // s + n satisfies every equation mod n
    const small = signatureWithPoint(scale(G, random(250)), base.digest, 5n);
    const hints = honestHints.scalars(small);
    const kinds = await refusals({ ...small, s: 5n + N }, { scalars: () => hints });
    expect(kinds.length).toBeGreaterThan(0);
    expect(kinds).not.toContain('ForeignFieldMul');
  });

  test('R.x = x + p, as r + n', async () => {
    const R = pointFrom(5n); // a true x, far below n
    const r = R.x + P - N;
    const key = combine(base.s * inverse(r, N), R, -base.digest * inverse(r, N), G)!;
    const given = { ...base, r, key };
    expect(isValid(given)).toBe(false);
    const u2 = mod(r * inverse(base.s, N), N);
    const usable = signatureWithKey(key, mod(base.digest * inverse(base.s, N), N), u2);
    const { sign: signOfW, v, w, k } = honestHints.scalars(usable);
    const lie = { ...honest, point: { x: R.x + P, y: R.y }, wraps: 1n, sign: signOfW, v, w, k };
    const carry = ((r & ((1n << 176n) - 1n)) + (N & ((1n << 176n) - 1n))) >> 176n;
    const kinds = await refusals(given, { scalars: () => ({ ...lie, carry }) });
    expect(kinds.length).toBeGreaterThan(0);
    expect(kinds).not.toContain('ForeignFieldMul');
  });

  test('R or key off the curve', async () => {
    const off = { x: honest.point.x, y: mod(honest.point.y + 1n, P) };
    expect(await refusals(base, scalars({ point: off }))).toContain('ForeignFieldMul');
    const zero = { x: 0n, y: 0n };
    expect(await refusals(base, scalars({ point: zero }))).toContain('ForeignFieldMul');
    for (const key of [zero, { x: base.key.x, y: mod(base.key.y + 1n, P) }]) {
      expect(await refusals({ ...base, key }, scalars({}))).toContain('ForeignFieldMul');
    }
  });

  test('an end at the negative constant, or one doubling off', async () => {
    // k = w = 0: the loop ends at END - v R, here -END and END + C = 2^129 C
    const ends: [AffinePoint, bigint][] = [
      [double(END), 1n],
      [scale(negate(C), (N + 1n) / 2n), 2n],
    ];
    for (const [R, v] of ends) {
      const given = { ...base, r: R.x % N };
      const lie = { point: R, wraps: R.x >= N ? 1n : 0n, carry: 0n, k: 0n, v, w: 0n };
      expect(await refusals(given, scalars(lie))).toEqual(['ForeignFieldMul']);
    }
  });

  test('R or key where an addition has no slope', async () => {
    const slope = random(255);
    const lies = { chord: chordWithSlope(slope), step: stepWithSlope(slope) };
    const points = [C, negate(C), negate(CONSTANT_POINTS[2]!)];
    for (const R of points) {
      const given = signatureWithPoint(R, base.digest, base.s);
      signature = given;
      await expect(witnessOf(captured, circuit)).rejects.toThrow('division by zero');
      expect(await refusals(given, lies)).toContain('Generic');
    }
    for (const key of [C, negate(C)]) {
      const given = signatureWithKey(key, random(255), random(255));
      expect(await refusals(given, lies)).toContain('Generic');
    }
  });

  test('digits that are no bits', async () => {
    const index = (given: ScalarHints, bit: number) =>
      honestHints.index(given, bit) + (bit === 60 ? 2n : 0n);
    const read = (entries: readonly (readonly bigint[])[], wanted: bigint) => {
      const known = entries.some((_, d) => entryIndex(d) === wanted);
      return known ? honestHints.read(entries, wanted) : entries[0]!;
    };
    expect(await refusals(base, { index, read })).toContain('Lookup');
  });
});

describe('the circuit', () => {
  test('has 10,238 rows and this form', () => {
    const count = (kind: number) => captured.gates.filter((gate) => gate.kind === kind).length;
    expect({
      rows: captured.gates.length,
      multiplications: count(GATE.foreignFieldMul),
      lookups: count(GATE.lookup),
    }).toEqual({ rows: 10238, multiplications: 684, lookups: 698 });
    const tables = captured.tables.map(({ id, indices }) => [id, indices.map(String)]);
    const gates = captured.gates.map(({ kind, wires, coeffs }) => [
      kind,
      wires.map(({ row, col }) => `${row}.${col}`),
      coeffs.map(String),
    ]);
    const digest = createHash('sha256').update(JSON.stringify({ gates, tables })).digest('hex');
    expect(digest).toBe('c3ee9729043e4b9df204d65c788b264a79efacf68f3e39a07fbd4c858b904db4');
  });

  test('keeps lookups and packing relations on the rows they are meant for', () => {
    const moduli = [BASE, BASE_SUMS, ORDER].map(({ value, negated }) =>
      [value >> 176n, ...negated].map((c) => mod(c, native)).join(),
    );
    captured.gates.forEach(({ kind, coeffs }, row) => {
      const next = captured.gates[row + 1]?.kind;
      if (kind === GATE.foreignFieldMul) {
        expect(next).toBe(GATE.zero);
        expect(moduli).toContain(coeffs.slice(0, 4).join());
      }
      if (kind === GATE.rangeCheck1) expect(next).toBe(GATE.zero);
      if (kind === GATE.rangeCheck0 && coeffs[0] === 1n) expect(next).toBe(GATE.rangeCheck1);
    });
  });

  test('reads each table as often as the algorithm says', () => {
    const rows = new Map<bigint, number>();
    captured.gates.forEach(({ kind }, row) => {
      const id = captured.witness[row]![0]!;
      if (kind === GATE.lookup) rows.set(id, (rows.get(id) ?? 0) + 1);
    });
    // 16 entries and 128 reads in each column, three to a row
    for (const id of [10n, 11n, 12n, 13n, 14n, 15n]) expect(rows.get(id)).toBe(48);
    expect(rows.get(20n)).toBe(684 / 3); // a quotient a multiplication
    expect(captured.tables.map(({ id, indices }) => [id, indices.length])).toEqual(
      expect.arrayContaining([
        [10, 16],
        [15, 16],
        [20, 128],
        [21, 16],
      ]),
    );
  });

  test('has no variable, among one in 41, that can be changed alone', () => {
    expect(scanUnbound(captured, { sample: 41 })).toEqual([]);
  });

  test('verifies once in a context', async () => {
    const twice = capture((context) => {
      circuit(context);
      circuit(context);
    });
    await expect(twice).rejects.toThrow('only one verification');
  });

  test('is accepted by the real prover, and its forgery refused', async () => {
    expect(judge(captured)).toBe('accepted');
    signature = { ...sign(5), digest: 1n };
    const { point, wraps, carry, sign: signOfW } = honestHints.scalars(sign(5));
    liar.lies = {
      scalars: () => ({ point, wraps, carry, sign: signOfW, k: 0n, v: 0n, w: 0n }),
    };
    const forged = await witnessOf(captured, circuit, { unchecked: true });
    liar.lies = {};
    expect(judge(captured, forged)).toHaveProperty('refused');
  }, 120_000);
});
