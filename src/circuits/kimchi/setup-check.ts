/** Whether a setup is the one that kimchi computes, in seconds: the bases are checked, not computed. */
import { Field, Scalar } from 'o1js';
import { withThreadPool } from './bindings.ts';
import { type Backend, fieldBytes, loadBackend, POINT_BYTES, type Srs } from './points.ts';
import { BASES, type Basis, type Setup, SETUP_PARTS, type SetupPart } from './setup.ts';
import { commitmentBytes, createSrs, srsBytes } from './setup-compute.ts';

/** The parts that are wrong: none, of a setup that may be used. */
export async function wrongParts(setup: Setup): Promise<SetupPart[]> {
  const backend = await loadBackend();
  return withThreadPool(async () => {
    const srs = { fp: createSrs(backend, 'fp'), fq: createSrs(backend, 'fq') };
    const isRight = (part: SetupPart): boolean => {
      if (part === 'srs-fp') return equal(setup[part], srsBytes(backend, 'fp', srs.fp));
      if (part === 'srs-fq') return equal(setup[part], srsBytes(backend, 'fq', srs.fq));
      return isBasis(backend, srs[BASES[part].curve], part, setup[part]);
    };
    return SETUP_PARTS.filter((part) => !isRight(part));
  });
}

/**
 * A basis L commits to values s(i) on the domain by the sum of s(i) L(i); the SRS does by the coefficients of
 * the polynomial that has them. They are asked about s(i) = the product of the c(j) for all bits j of i,
 * with random c(j). Had L one wrong point, the sums would agree with probability below log2 / 2^254.
 */
function isBasis(backend: Backend, srs: Srs, part: Basis, bytes: Uint8Array): boolean {
  const { curve, log2 } = BASES[part];
  if (bytes.length !== POINT_BYTES * 2 ** log2) return false;
  const { rust, toRust } = backend;
  const factors = Array.from({ length: log2 }, () =>
    curve === 'fp' ? Field.random().toBigInt() : Scalar.random().toBigInt(),
  );
  const values = products(factors, curve === 'fp' ? Field.ORDER : Scalar.ORDER);
  // kimchi sums up s(i) L(i) of an SRS that is made of L; its base of blinding does not matter
  const basis = Buffer.concat([bytes.subarray(0, POINT_BYTES), bytes]);
  const made = rust[`caml_${curve}_srs_set`](toRust.points(curve, basis));
  const sum = rust[`caml_${curve}_srs_b_poly_commitment`](made, flat(factors.toReversed()));
  const expected = rust[`caml_${curve}_srs_commit_evaluations`](srs, 2 ** log2, flat(values));
  return equal(commitmentBytes(backend, curve, sum), commitmentBytes(backend, curve, expected));
}

/** For each i below 2^length, the product of the factors j for which bit j of i is set. */
function products(factors: readonly bigint[], order: bigint): bigint[] {
  return factors.reduce(
    (lower, factor) => [...lower, ...lower.map((value) => (value * factor) % order)],
    [1n],
  );
}

const flat = (fields: readonly bigint[]) => Buffer.concat(fields.map(fieldBytes));

const equal = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;
