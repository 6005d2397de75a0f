/**
 * Points of the setup, as the package keeps them and as the two backends of o1js take them. In the
 * package a point is its coordinates x and y, 32 bytes each, little-endian.
 */
import { getBackendPreference } from 'o1js';
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
    readonly WasmFpPolyComm: NativeCommitment;
    readonly WasmFqPolyComm: NativeCommitment;
  };

type NativeCommitment = new (points: NativePoint[], shifted: undefined) => object;

interface NativePoint {
  readonly x: Uint8Array;
  readonly y: Uint8Array;
  readonly infinity: boolean;
}

/** OCaml's values as o1js has them in JavaScript: a tag, then the fields. */
type MlPoint = [0, [0, [0, bigint], [0, bigint]]];
type MlCommitment = [0, [0, MlPoint]];

interface Conversion {
  pointsToRust(points: [0, ...MlPoint[]]): RustPoints;
  pointsFromRust(points: RustPoints): [0, ...MlPoint[]];
  polyCommFromRust(commitment: object): MlCommitment;
  polyCommsToRust(commitments: [0, ...MlCommitment[]]): RustCommitments;
  polyCommsFromRust(commitments: RustCommitments): [0, ...MlCommitment[]];
}

const COORDINATE_BYTES = 32;
export const POINT_BYTES = 2 * COORDINATE_BYTES;

export type Backend = Awaited<ReturnType<typeof load>>;

let loaded: Promise<Backend> | undefined;

/** The running backend, and how points get into it and out again. */
export function loadBackend(): Promise<Backend> {
  return (loaded ??= load());
}

async function load() {
  const { rust, withThreadPool, conversion } = await loadBindings<
    Rust,
    Record<Curve, Conversion>
  >();
  const toRust = getBackendPreference() === 'native' ? nativeForm(rust) : wasmForm(conversion);
  // kept apart, because `presetSetup` puts other functions in their place
  const create = { fp: rust.caml_fp_srs_create_parallel, fq: rust.caml_fq_srs_create_parallel };
  return { rust, create, withThreadPool, toRust, fromRust: bytesOf(conversion) };
}

/** Without o1js's conversion, which takes four seconds for a whole setup, and this a half. */
function nativeForm(rust: Rust) {
  const points = (bytes: Uint8Array): NativePoint[] =>
    split(bytes, (x, y) => ({ x, y, infinity: false }));
  return {
    points: (_: Curve, bytes: Uint8Array): RustPoints => points(bytes),
    commitments(curve: Curve, bytes: Uint8Array): RustCommitments {
      const Commitment = curve === 'fp' ? rust.WasmFpPolyComm : rust.WasmFqPolyComm;
      return points(bytes).map((point) => new Commitment([point], undefined));
    },
  };
}

function wasmForm(conversions: Record<Curve, Conversion>) {
  const points = (bytes: Uint8Array): MlPoint[] =>
    split(bytes, (x, y) => [0, [0, [0, toBigint(x)], [0, toBigint(y)]]]);
  return {
    points: (curve: Curve, bytes: Uint8Array) =>
      conversions[curve].pointsToRust([0, ...points(bytes)]),
    commitments: (curve: Curve, bytes: Uint8Array) =>
      conversions[curve].polyCommsToRust([
        0,
        ...points(bytes).map((point): MlCommitment => [0, [0, point]]),
      ]),
  };
}

function bytesOf(conversions: Record<Curve, Conversion>) {
  const join = (points: MlPoint[]) =>
    Buffer.concat(points.flatMap(([, [, [, x], [, y]]]) => [fieldBytes(x), fieldBytes(y)]));
  const pointOf = ([, [, point]]: MlCommitment) => point;
  return {
    points: (curve: Curve, points: RustPoints): Uint8Array =>
      join(conversions[curve].pointsFromRust(points).slice(1) as MlPoint[]),
    commitments: (curve: Curve, commitments: RustCommitments): Uint8Array =>
      join(
        (conversions[curve].polyCommsFromRust(commitments).slice(1) as MlCommitment[]).map(pointOf),
      ),
    commitment: (curve: Curve, commitment: object): Uint8Array =>
      join([pointOf(conversions[curve].polyCommFromRust(commitment))]),
  };
}

function split<T>(bytes: Uint8Array, make: (x: Uint8Array, y: Uint8Array) => T): T[] {
  const at = (from: number) => bytes.subarray(from, from + COORDINATE_BYTES);
  return Array.from({ length: bytes.length / POINT_BYTES }, (_, i) =>
    make(at(POINT_BYTES * i), at(POINT_BYTES * i + COORDINATE_BYTES)),
  );
}

/** A field element, little-endian. */
export function fieldBytes(x: bigint): Uint8Array {
  return Buffer.from(x.toString(16).padStart(2 * COORDINATE_BYTES, '0'), 'hex').reverse();
}

export function toBigint(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
}
