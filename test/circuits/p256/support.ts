/** Signatures of every shape, and small circuits around the parts of the gadget. */
import { p256 } from '@noble/curves/nist.js';
import { sha256 } from '@noble/hashes/sha2.js';
import type { Field } from 'o1js';
import { LOW, fromLimbs, toLimbs } from '../../../src/circuits/gadgets/p256/constants.ts';
import { N, P, combine, G, inverse, mod } from '../../../src/circuits/gadgets/p256/curve.ts';
import type { AffinePoint } from '../../../src/circuits/gadgets/p256/curve.ts';
import { FieldArithmetic } from '../../../src/circuits/gadgets/p256/field.ts';
import type { Pair } from '../../../src/circuits/gadgets/p256/field.ts';
import { honestHints, lowProducts } from '../../../src/circuits/gadgets/p256/hints.ts';
import type {
  ChordHints,
  Hints,
  ProductHints,
  ProductOperands,
  StepHints,
} from '../../../src/circuits/gadgets/p256/hints.ts';
import { verifyEcdsa } from '../../../src/circuits/gadgets/p256/index.ts';
import type { Point } from '../../../src/circuits/gadgets/p256/point.ts';
import type { CircuitContext } from '../../../src/circuits/kimchi/context.ts';
import { exists } from '../../../src/circuits/kimchi/gates.ts';
import { inRange } from '../../../src/circuits/kimchi/integer.ts';
import { type DigestLimbs, type Limbs, limbsOf } from '../../../src/circuits/gadgets/limbs.ts';
import { evaluate, witnessOf } from '../../support/kimchi/index.ts';
import type { Captured, Circuit, Failure } from '../../support/kimchi/index.ts';

export const LOW_MASK = (1n << LOW) - 1n;

export interface Signature {
  readonly digest: bigint;
  readonly r: bigint;
  readonly s: bigint;
  readonly key: AffinePoint;
}

/** An ordinary signature by an independent library. */
export function sign(seed: number): Signature {
  const secret = sha256(new Uint8Array([seed, 1]));
  const hash = sha256(new Uint8Array([seed, 2]));
  const { r, s } = p256.Signature.fromBytes(
    p256.sign(hash, secret, { prehash: false, lowS: false }),
  );
  const { x, y } = p256.Point.fromBytes(p256.getPublicKey(secret)).toAffine();
  return { digest: BigInt(`0x${Buffer.from(hash).toString('hex')}`), r, s, key: { x, y } };
}

/** What the same library says. */
export function isValid({ digest, r, s, key }: Signature): boolean {
  try {
    const hash = Uint8Array.from(Buffer.from(digest.toString(16).padStart(64, '0'), 'hex'));
    const publicKey = p256.Point.fromAffine(key).toBytes();
    const signature = new p256.Signature(r, s).toBytes();
    return p256.verify(signature, hash, publicKey, { prehash: false, lowS: false });
  } catch {
    return false;
  }
}

/** A signature with this R, for u1 = z / s and u2 = r / s of one's choice: the key follows. */
export function signatureWithPoint(point: AffinePoint, digest: bigint, s: bigint): Signature {
  const r = point.x % N;
  const rInverse = inverse(r, N);
  const key = combine(s * rInverse, point, -digest * rInverse, G);
  if (key === undefined) throw Error('no such key');
  return { digest, r, s, key };
}

/** A signature by this key with R = u1 G + u2 key: the digest follows. */
export function signatureWithKey(key: AffinePoint, u1: bigint, u2: bigint): Signature {
  const point = combine(u1, G, u2, key);
  if (point === undefined) throw Error('R is O');
  const r = point.x % N;
  const s = mod(r * inverse(u2, N), N);
  return { digest: mod(u1 * s, N), r, s, key };
}

/** Lies replace honest hints while a test wants them to. */
export class Liar {
  lies: Partial<Hints> = {};
  readonly hints: Hints;

  constructor() {
    const call =
      <K extends keyof Hints>(name: K) =>
      (...args: Parameters<Hints[K]>) =>
        ((this.lies[name] ?? honestHints[name]) as (...a: unknown[]) => unknown)(...args);
    const names = Object.keys(honestHints) as (keyof Hints)[];
    this.hints = Object.fromEntries(names.map((name) => [name, call(name)])) as unknown as Hints;
  }
}

/** Everything that refuses the witness that these lies lead to. */
export async function failuresOf(
  captured: Captured,
  circuit: Circuit,
  liar: Liar,
  lies: Partial<Hints>,
): Promise<Failure[]> {
  liar.lies = lies;
  try {
    return evaluate(captured, await witnessOf(captured, circuit, { unchecked: true }));
  } finally {
    liar.lies = {};
  }
}

/** The kinds of gates that refuse something, without repetition. */
export function refusing(failures: readonly Failure[]): string[] {
  return [...new Set(failures.map(({ gate }) => gate))].sort();
}

/** The whole verification of `signature()`. */
export function ecdsaCircuit(signature: () => Signature, hints: Hints): Circuit {
  return (context) => {
    const digest = digestOf(limbs(() => signature().digest));
    const r = limbs(() => signature().r);
    const s = limbs(() => signature().s);
    const key = { x: limbs(() => signature().key.x), y: limbs(() => signature().key.y) };
    verifyEcdsa(context, { digest, signature: { r, s }, key }, hints);
  };
}

/** What a caller of the gadget shows, left out: tests of the gadget alone look at what it shows itself. */
const digestOf = ([low, middle, high]: Limbs): DigestLimbs => [
  inRange(low),
  inRange(middle),
  inRange(high),
];

export function limbs(value: () => bigint): Limbs {
  return limbsOf(exists(3, () => toLimbs(value())));
}

export function pair(value: () => { low: bigint; high: bigint }): Pair {
  const [low, high] = exists(2, () => {
    const parts = value();
    return [parts.low, parts.high];
  }) as [Field, Field];
  return { low, high };
}

export function arithmetic(context: CircuitContext, hints: Hints): FieldArithmetic {
  return FieldArithmetic.of(context, hints);
}

/** A point as checked variables; x may be anything below 2^256. */
export function pointOf(field: FieldArithmetic, value: () => AffinePoint): Point {
  const [low] = exists(1, () => [value().x & LOW_MASK]) as [Field];
  const x = field.element(
    limbs(() => value().x),
    low,
  );
  return { x, y: pair(() => ({ low: value().y & LOW_MASK, high: value().y >> LOW })) };
}

/** A line through the curve with a slope of one's choice where two points share x. */
export function chordWithSlope(slope: bigint) {
  return (a: AffinePoint, b: AffinePoint): ChordHints => {
    if (a.x !== b.x) return honestHints.chord(a, b);
    const x = mod(slope * slope - a.x - b.x, P);
    return { slope, x, y: mod(slope * (a.x - x) - a.y, P) };
  };
}

/** 2P + T with a first slope of one's choice where the points share x: all equations hold for P = T. */
export function stepWithSlope(slope1: bigint) {
  return (p: AffinePoint, t: AffinePoint): StepHints => {
    if (p.x !== t.x) return honestHints.step(p, t);
    const sumX = mod(slope1 * slope1 - p.x - t.x, P);
    const half = mod((p.x - sumX) * inverse(2n, P), P);
    const slope2 = mod(p.y * inverse(half, P) - slope1, P);
    const x = mod(slope2 * slope2 - p.x - sumX, P);
    return { slope1, half, slope2, x, y: mod(slope2 * (p.x - x) - p.y, P) };
  };
}

/**
 * Hints for a b = r + k N: a false statement that satisfies every equation of the gate. The carry
 * between the limbs hides k N, and p10 becomes k N / 2^88.
 */
export function forgeByP10(k: bigint, order: bigint): (operands: ProductOperands) => ProductHints {
  return ({ a, b, low, high, modulus }) => {
    const r = low + (high << LOW);
    const q = toLimbs((fromLimbs(a) * fromLimbs(b) - k * order - r) / modulus.value);
    const [p0, p1, p2] = lowProducts(a, b, q, modulus.negated);
    const carry0 = 1n;
    const p11 = (p0 + (p1 << 88n) - low - k * order) / (1n << LOW) - carry0;
    return {
      q,
      p10: p1 - (p11 << 88n),
      p110: p11 & ((1n << 88n) - 1n),
      p111: p11 >> 88n,
      carry0,
      carry1: (p2 + p11 + carry0 - high) >> 88n,
    };
  };
}

/** a b - k N mod m: what `forgeByP10` passes off as a b. */
export function forgedRemainder(a: bigint, b: bigint, k: bigint, order: bigint): bigint {
  return mod(a * b - k * order, P);
}

/**
 * Everything from a quotient: exact when a b - q m - r = -2^88 excess mod 2^264, where p1 + excess is
 * written in place of p1, its part above 88 bits in p110 as far as p111 = 0..3 does not take it.
 */
export function hintsForQuotient(
  { a, b, low, high, modulus }: ProductOperands,
  quotient: bigint,
  excess = 0n,
): ProductHints {
  const q = toLimbs(quotient);
  const [p0, p1, p2] = lowProducts(a, b, q, modulus.negated);
  const p10 = (p1 + excess) & ((1n << 88n) - 1n);
  const p11 = (p1 + excess) >> 88n;
  const carry0 = (p0 + (p10 << 88n) - low) >> LOW;
  const p111 = p11 >> 88n < 3n ? p11 >> 88n : 3n;
  const carry1 = (p2 + p11 + carry0 - high) >> 88n;
  return { q, p10, p110: p11 - (p111 << 88n), p111, carry0, carry1 };
}

/** A source of numbers below 2^bits that is the same in every run. */
export function numbers(seed: string): (bits: number) => bigint {
  let counter = 0;
  return (bits) => {
    const bytes = sha256(new TextEncoder().encode(`${seed} ${counter++}`));
    const wide = BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
    return wide & ((1n << BigInt(bits)) - 1n);
  };
}
