/**
 * Lagrange basis of the SRS over a wrap domain: commitments to the domain's Lagrange polynomials, by
 * which a verifier commits to a proof's public input. Kimchi computes all of them at the first
 * verification of a process, ten seconds and more, though they are the same for ever; o1js keeps them
 * in the key cache, which a verifier does not have.
 */
import { o1jsInternal } from './gates.ts';

/** log2 of the size of the SRS that wrap proofs are made with. */
const SRS_LOG2 = 15;
const COORDINATE_BYTES = 32;

type Srs = object;
/** OCaml's values as o1js has them in JavaScript: a tag, then the fields. */
type MlBigint = [0, bigint];
type MlPoint = [0, [0, MlBigint, MlBigint]];
type MlCommitments = [0, ...[0, [0, MlPoint]][]];

interface RustConversion {
  readonly fq: {
    polyCommsToRust(commitments: MlCommitments): object;
    polyCommsFromRust(commitments: object): MlCommitments;
  };
}

interface Rust {
  caml_fq_srs_create_parallel(size: number): Srs;
  caml_fq_srs_get_lagrange_basis(srs: Srs, domain: number): object;
  caml_fq_srs_set_lagrange_basis(srs: Srs, domain: number, basis: object): void;
}

async function load() {
  const bindings = (await import(o1jsInternal('./bindings.js'))) as {
    initializeBindings(): Promise<void>;
    wasm: Rust;
  };
  await bindings.initializeBindings();
  const crypto = (await import(o1jsInternal('./bindings/crypto/bindings.js'))) as {
    getRustConversion(rust: Rust): RustConversion;
  };
  const rust = bindings.wasm;
  return { rust, conversion: crypto.getRustConversion(rust) };
}

/** Compute the basis of the domain of 2^log2: x and y of each point, 32 bytes big-endian each. */
export async function computeLagrangeBasis(log2: number): Promise<Uint8Array> {
  const { rust, conversion } = await load();
  // an SRS of its own, so that nothing set before is taken for computed
  const srs = rust.caml_fq_srs_create_parallel(2 ** SRS_LOG2);
  const basis = rust.caml_fq_srs_get_lagrange_basis(srs, 2 ** log2);
  const [, ...commitments] = conversion.fq.polyCommsFromRust(basis);
  const hex = commitments.map(([, [, point]]) => {
    const [, [, [, x], [, y]]] = point;
    return hex32(x) + hex32(y);
  });
  return Buffer.from(hex.join(''), 'hex');
}

const given = new Set<number>();

/**
 * Give this process a computed basis before it verifies. The basis decides what is accepted: only
 * one that the package pins may be passed.
 */
export async function presetLagrangeBasis(log2: number, points: Uint8Array): Promise<void> {
  if (given.has(log2)) return;
  if (points.length !== 2 ** log2 * 2 * COORDINATE_BYTES) {
    throw Error(`a Lagrange basis of ${points.length} bytes, not one of 2^${log2} points`);
  }
  const { rust, conversion } = await load();
  const { __snarkyTsBindings: bindings } = globalThis as unknown as {
    __snarkyTsBindings: { srs(rust: Rust): { fq: { create(size: number): Srs } } };
  };
  // o1js keeps one SRS a size, and this is the one that verification uses
  const srs = bindings.srs(rust).fq.create(2 ** SRS_LOG2);
  const hex = Buffer.from(points).toString('hex');
  const coordinate = (i: number): MlBigint => {
    const from = 2 * COORDINATE_BYTES * i;
    return [0, BigInt(`0x${hex.slice(from, from + 2 * COORDINATE_BYTES)}`)];
  };
  const commitments = Array.from({ length: 2 ** log2 }, (_, i): [0, [0, MlPoint]] => [
    0,
    [0, [0, [0, coordinate(2 * i), coordinate(2 * i + 1)]]],
  ]);
  const basis = conversion.fq.polyCommsToRust([0, ...commitments]);
  rust.caml_fq_srs_set_lagrange_basis(srs, 2 ** log2, basis);
  given.add(log2);
}

function hex32(x: bigint): string {
  return x.toString(16).padStart(2 * COORDINATE_BYTES, '0');
}
