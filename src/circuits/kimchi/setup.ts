/**
 * What every verification needs besides proof and key, and what is the same for ever: the two SRS
 * (points hashed from nothing), and the Lagrange bases of the wrap domains, by which a verifier
 * commits to a proof's public input. Kimchi computes them at the first verification of a process, for
 * ten seconds and more; o1js keeps them in the key cache, which a verifier does not have.
 */
import { getBackendPreference } from 'o1js';
import { o1jsInternal } from './gates.ts';

/** log2 of the wrap domains of programs whose methods verify no proof, and at most one. */
const WRAP_LOG2 = { 'lagrange-basis-13': 13, 'lagrange-basis-14': 14 } as const;
const BASES = ['lagrange-basis-13', 'lagrange-basis-14'] as const;
/** log2 of the sizes of the SRS: fp for step proofs, fq for wrap proofs. */
const SRS_LOG2 = { fp: 16, fq: 15 } as const;
const COORDINATE_BYTES = 32;

export const SETUP_PARTS = ['srs-fp', 'srs-fq', ...BASES] as const;

/** Points as x and y: of the SRS little-endian with the blinding base first, of a basis big-endian. */
export type Setup = Readonly<Record<(typeof SETUP_PARTS)[number], Uint8Array>>;

type Basis = (typeof BASES)[number];
type Curve = keyof typeof SRS_LOG2;
type Srs = object;
/** A point as the native backend has it. */
interface NativePoint {
  readonly x: Uint8Array;
  readonly y: Uint8Array;
  readonly infinity: boolean;
}
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
  caml_fp_srs_create_parallel(size: number): Srs;
  caml_fq_srs_create_parallel(size: number): Srs;
  caml_fp_srs_get(srs: Srs): NativePoint[];
  caml_fq_srs_get(srs: Srs): NativePoint[];
  caml_fp_srs_set(points: NativePoint[]): Srs;
  caml_fq_srs_set(points: NativePoint[]): Srs;
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

/** Compute all parts from nothing, on the native backend. */
export async function computeSetup(): Promise<Setup> {
  const { rust, conversion } = await load();
  const fp = rust.caml_fp_srs_create_parallel(2 ** SRS_LOG2.fp);
  const fq = rust.caml_fq_srs_create_parallel(2 ** SRS_LOG2.fq);
  const basisBytes = (part: Basis) => {
    const basis = rust.caml_fq_srs_get_lagrange_basis(fq, 2 ** WRAP_LOG2[part]);
    const [, ...commitments] = conversion.fq.polyCommsFromRust(basis);
    const hex = commitments.map(([, [, point]]) => {
      const [, [, [, x], [, y]]] = point;
      return hex32(x) + hex32(y);
    });
    return Buffer.from(hex.join(''), 'hex');
  };
  return {
    'srs-fp': pointBytes(rust.caml_fp_srs_get(fp)),
    'srs-fq': pointBytes(rust.caml_fq_srs_get(fq)),
    'lagrange-basis-13': basisBytes('lagrange-basis-13'),
    'lagrange-basis-14': basisBytes('lagrange-basis-14'),
  };
}

let given = false;

/**
 * Give this process a computed setup before it verifies. The setup decides what is accepted: only
 * one that the package pins may be passed. The wasm backend has other types and computes its own.
 */
export async function presetSetup(setup: Setup): Promise<void> {
  if (given || getBackendPreference() !== 'native') return;
  given = true;
  const { rust, conversion } = await load();
  offer(rust, 'fp', rust.caml_fp_srs_set(points(setup['srs-fp'])));
  const srs = rust.caml_fq_srs_set(points(setup['srs-fq']));
  for (const part of BASES) {
    const basis = conversion.fq.polyCommsToRust(commitmentsOf(setup[part]));
    rust.caml_fq_srs_set_lagrange_basis(srs, 2 ** WRAP_LOG2[part], basis);
  }
  offer(rust, 'fq', srs);
}

/** o1js keeps one SRS a size: when it first asks for this one to be made, it gets the one that is there. */
function offer(rust: Rust, curve: Curve, srs: Srs): void {
  const name = `caml_${curve}_srs_create_parallel` as const;
  const original = rust[name];
  rust[name] = (size) => {
    if (size !== 2 ** SRS_LOG2[curve]) return original(size);
    rust[name] = original;
    return srs;
  };
}

function pointBytes(all: NativePoint[]): Uint8Array {
  return Buffer.concat(all.flatMap(({ x, y }) => [x, y]));
}

function points(bytes: Uint8Array): NativePoint[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const coordinate = (i: number) =>
    buffer.subarray(COORDINATE_BYTES * i, COORDINATE_BYTES * (i + 1));
  return Array.from({ length: bytes.length / (2 * COORDINATE_BYTES) }, (_, i) => ({
    x: coordinate(2 * i),
    y: coordinate(2 * i + 1),
    infinity: false,
  }));
}

function commitmentsOf(bytes: Uint8Array): MlCommitments {
  const hex = Buffer.from(bytes).toString('hex');
  const coordinate = (i: number): MlBigint => {
    const from = 2 * COORDINATE_BYTES * i;
    return [0, BigInt(`0x${hex.slice(from, from + 2 * COORDINATE_BYTES)}`)];
  };
  const length = bytes.length / (2 * COORDINATE_BYTES);
  const commitments = Array.from({ length }, (_, i): [0, [0, MlPoint]] => [
    0,
    [0, [0, [0, coordinate(2 * i), coordinate(2 * i + 1)]]],
  ]);
  return [0, ...commitments];
}

function hex32(x: bigint): string {
  return x.toString(16).padStart(2 * COORDINATE_BYTES, '0');
}
