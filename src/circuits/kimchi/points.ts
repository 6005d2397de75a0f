/**
 * Points of the setup, as the package keeps them and as the two backends of o1js take them. In the
 * package a point is its coordinates x and y, 32 bytes each, little-endian.
 */
import { getBackendPreference } from 'o1js';
import { bigintToBytes, bytesToBigint } from '../../bytes.ts';
import { loadBindings } from './bindings.ts';

/** o1js names curves by their scalar field: fp is the one of step proofs, fq of wrap proofs. */
export type Curve = 'fp' | 'fq';

/** Opaque values of the backend. */
export type Srs = object;
type RustPoints = object;
/** Commitments of one point each. */
type RustCommitments = object;

type PerCurve<Name extends string, Call> = { [C in Curve as `caml_${C}_srs_${Name}`]: Call };

/** What is used of the backend. */
export type Rust = PerCurve<'create_parallel', (size: number) => Srs> &
  PerCurve<'get', (srs: Srs) => RustPoints> &
  PerCurve<'set', (points: RustPoints) => Srs> &
  PerCurve<'get_lagrange_basis', (srs: Srs, domain: number) => RustCommitments> &
  PerCurve<'set_lagrange_basis', (srs: Srs, domain: number, commitments: RustCommitments) => void> &
  PerCurve<'b_poly_commitment', (srs: Srs, challenges: Uint8Array) => object> &
  PerCurve<'commit_evaluations', (srs: Srs, domain: number, values: Uint8Array) => object> & {
    readonly WasmFpPolyComm: Commitment;
    readonly WasmFqPolyComm: Commitment;
    /** Of the wasm backend only: some point, to be filled with other coordinates. */
    caml_vesta_affine_one(): WasmPoint;
    caml_pallas_affine_one(): WasmPoint;
  };

type Commitment = new (points: NativePoint[] | Uint32Array, shifted: undefined) => object;

interface NativePoint {
  readonly x: Uint8Array;
  readonly y: Uint8Array;
  readonly infinity: boolean;
}

const TO_ADDRESS = '__destroy_into_raw';

/** An object in the memory of the wasm backend; whoever gets its address owns it. */
interface WasmObject {
  [TO_ADDRESS](): number;
}

interface WasmPoint extends WasmObject {
  x: Uint8Array;
  y: Uint8Array;
}

/** OCaml's values as o1js has them in JavaScript: a tag, then the fields. */
export type MlPoint = [0, [0, [0, bigint], [0, bigint]]];
export type MlCommitment = [0, [0, MlPoint]];

interface Conversion {
  pointsFromRust(points: RustPoints): [0, ...MlPoint[]];
  polyCommFromRust(commitment: object): MlCommitment;
  polyCommsFromRust(commitments: RustCommitments): [0, ...MlCommitment[]];
}

const COORDINATE_BYTES = 32;
export const POINT_BYTES = 2 * COORDINATE_BYTES;

export type Backend = Awaited<ReturnType<typeof load>>;

let loaded: Promise<Backend> | undefined;

/** The running backend, and how points get into it; `conversion` gets them out again. */
export function loadBackend(): Promise<Backend> {
  return (loaded ??= load());
}

async function load() {
  const { rust, conversion } = await loadBindings<Rust, Record<Curve, Conversion>>();
  const toRust = getBackendPreference() === 'native' ? nativeForm(rust) : wasmForm(rust);
  // kept apart, because `presetSetup` puts other functions in their place
  const create = { fp: rust.caml_fp_srs_create_parallel, fq: rust.caml_fq_srs_create_parallel };
  return { rust, create, toRust, conversion };
}

// without o1js's conversion to numbers and back, which takes four seconds for a whole setup, and this a half

function nativeForm(rust: Rust) {
  const points = (bytes: Uint8Array): NativePoint[] =>
    split(bytes, (x, y) => ({ x, y, infinity: false }));
  return {
    points: (_: Curve, bytes: Uint8Array): RustPoints => points(bytes),
    commitments(curve: Curve, bytes: Uint8Array): RustCommitments {
      const Commitment = commitmentOf(rust, curve);
      return points(bytes).map((point) => new Commitment([point], undefined));
    },
  };
}

/** Arrays of addresses. */
function wasmForm(rust: Rust) {
  const addresses = (curve: Curve, bytes: Uint8Array): number[] => {
    const makePoint = curve === 'fp' ? rust.caml_vesta_affine_one : rust.caml_pallas_affine_one;
    return split(bytes, (x, y) => Object.assign(makePoint.call(rust), { x, y })[TO_ADDRESS]());
  };
  return {
    points: (curve: Curve, bytes: Uint8Array): RustPoints =>
      Uint32Array.from(addresses(curve, bytes)),
    commitments(curve: Curve, bytes: Uint8Array): RustCommitments {
      const Commitment = commitmentOf(rust, curve);
      const made = addresses(curve, bytes).map((address) =>
        (new Commitment(Uint32Array.of(address), undefined) as WasmObject)[TO_ADDRESS](),
      );
      return Uint32Array.from(made);
    },
  };
}

const commitmentOf = (rust: Rust, curve: Curve) =>
  curve === 'fp' ? rust.WasmFpPolyComm : rust.WasmFqPolyComm;

function split<T>(bytes: Uint8Array, make: (x: Uint8Array, y: Uint8Array) => T): T[] {
  const at = (from: number) => bytes.subarray(from, from + COORDINATE_BYTES);
  return Array.from({ length: bytes.length / POINT_BYTES }, (_, i) =>
    make(at(POINT_BYTES * i), at(POINT_BYTES * i + COORDINATE_BYTES)),
  );
}

/** A field element, little-endian. */
export function fieldBytes(x: bigint): Uint8Array {
  return bigintToBytes(x, COORDINATE_BYTES).reverse();
}

export function toBigint(bytes: Uint8Array): bigint {
  return bytesToBigint(bytes.toReversed());
}
