/**
 * ECDSA over P-256 (FIPS 186-5, SEC 1) in about 10,200 rows.
 *
 * In: a digest in checked limbs; a signature and a key of which nothing is known. Out: nothing; a witness exists only if the signature verifies. How and why: docs/gadgets/p256.md.
 */
import type { Field } from 'o1js';
import { type DigestLimbs, type Limbs, limbsOf } from '../limbs.ts';
import type { CircuitContext } from '../../kimchi/context.ts';
import { exists } from '../../kimchi/gates.ts';
import { toLimbs } from './constants.ts';
import { N, P } from './curve.ts';
import { Factor, FieldArithmetic, valueOf } from './field.ts';
import type { Element } from './field.ts';
import { honestHints } from './hints.ts';
import type { Hints, ScalarHints } from './hints.ts';
import { assertCombinationIsZero } from './loop.ts';
import { assertAtMost, assertOnCurve, packedElement } from './point.ts';
import { assertReducesTo, assertScalarRelations, scalarsOf } from './scalars.ts';
import { PointTable } from './table.ts';

export interface EcdsaInput {
  /** The SHA-256 of the message as a big-endian number; it need not be below n. */
  readonly digest: DigestLimbs;
  /** In three limbs each, unchecked. Both (r, s) and (r, n - s) pass, as in X.509. */
  readonly signature: { readonly r: readonly Field[]; readonly s: readonly Field[] };
  readonly key: KeyLimbs;
}

/** In three limbs each, unchecked: any point of the curve with coordinates below p passes. */
export interface KeyLimbs {
  readonly x: readonly Field[];
  readonly y: readonly Field[];
}

const verified = new WeakSet<CircuitContext>();

/**
 * Assert that the signature verifies: r, s in [1, n - 1], key a point of the curve with coordinates
 * below p, and (z/s G + r/s key).x = r mod n. Once in a circuit, because its tables have fixed ids.
 *
 * In the prover, throws when the signature is invalid. `hints` is for tests.
 */
export function verifyEcdsa(
  context: CircuitContext,
  input: EcdsaInput,
  hints: Hints = honestHints,
): void {
  if (verified.has(context)) throw Error('verifyEcdsa: only one verification in a circuit');
  verified.add(context);
  const field = FieldArithmetic.of(context, hints);
  const z = new Factor(sealed(context, input.digest));
  const r = scalar(field, sealed(context, input.signature.r));
  const s = scalar(field, sealed(context, input.signature.s));
  const key = keyPoint(field, input.key);

  let known: ScalarHints | undefined;
  const [x0, x1, x2, y0, y1, y2, wraps, carry, sign] = exists(9, () => {
    known = hints.scalars({
      digest: valueOf(z),
      r: valueOf(r),
      s: valueOf(s),
      key: { x: valueOf(key.x), y: valueOf(key.y) },
    });
    const { point } = known;
    return [...toLimbs(point.x), ...toLimbs(point.y), known.wraps, known.carry, known.sign];
  }) as [Field, Field, Field, Field, Field, Field, Field, Field, Field];

  // R: on the curve, x below p and r mod n
  const x = packedElement(field, [x0, x1, x2]);
  const y = packedElement(field, [y0, y1, y2]);
  assertAtMost(field, x, P - 1n);
  assertOnCurve(field, x, y);
  assertReducesTo(field, x, r, { wraps, carry });

  // k G + w (sign key) - v R = O
  context.assertQuadratic(sign, sign, { mul: 1n, constant: -1n });
  const signedKey = {
    x: key.x,
    y: { low: context.product(sign, key.y.low), high: context.product(sign, key.y.high) },
  };
  const table = new PointTable(field, signedKey, { x, y: field.linear([[-1n, y]]) });
  const sums = assertCombinationIsZero(field, table, () => known!);
  assertScalarRelations(field, scalarsOf(field, sums), sign, { z, r, s });
}

/** Assert coordinates to be those of a point of the curve, below p: one encoding a point. 51 rows. */
export function assertPoint(
  context: CircuitContext,
  key: KeyLimbs,
  hints: Hints = honestHints,
): void {
  keyPoint(FieldArithmetic.of(context, hints), key);
}

function keyPoint(field: FieldArithmetic, key: KeyLimbs): { x: Element; y: Element } {
  const x = packedElement(field, sealed(field.context, key.x));
  const y = packedElement(field, sealed(field.context, key.y));
  assertAtMost(field, x, P - 1n);
  assertAtMost(field, y, P - 1n);
  assertOnCurve(field, x, y);
  return { x, y };
}

/** A number in [1, n - 1]. 11 rows. */
function scalar(field: FieldArithmetic, limbs: Limbs): Element {
  const x = packedElement(field, limbs);
  assertAtMost(field, x, N - 1n);
  // both parts are non-negative and far below N
  field.context.assertNonZero(field.context.add(x.low, x.high));
  return x;
}

/** Variables in place of sums and constants, which would emit gates of their own where they are used. */
function sealed(context: CircuitContext, limbs: readonly Field[]): Limbs {
  const variables = limbs.map((limb) => {
    const variable = limb.seal();
    return variable.isConstant() ? context.constant(variable.toBigInt()) : variable;
  });
  return limbsOf(variables);
}
