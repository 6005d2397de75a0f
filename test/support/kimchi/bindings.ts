/**
 * The native functions of kimchi, as o1js calls them. They are plain properties of one object, so
 * a function can be replaced for the length of a call: that is how gates and witnesses are taken
 * out of o1js without Pickles in between. Importing this selects the native backend.
 */
import { setBackend } from 'o1js';
import type { ConstraintSystem, FieldConst } from './assembly.ts';
import { encodeFields } from './field.ts';
import type { Hash } from './hashing.ts';
import type { RuntimeTable } from './types.ts';
import { o1jsInternal } from '../../../src/circuits/kimchi/internal.ts';

/** Handles of native objects; nothing but identity is known of them here. */
export type GateVector = object;
export type ProverIndex = object;
export type VerifierIndex = object;
export type Proof = object;

export interface NativeGate {
  typ: number;
  wires: Record<`w${number}`, { row: number; col: number }>;
  /** Field elements, little-endian, 32 bytes each, in one array. */
  coeffs: ArrayLike<number>;
}

export interface NativeMatrix {
  get(column: number): Uint8Array;
  push(column: Uint8Array): void;
}

export type IndexArguments = [
  gates: GateVector,
  publicInputs: number,
  fixedTables: unknown[],
  runtimeTables: { id: number; firstColumn: Uint8Array }[],
  previousChallenges: number,
  srs: unknown,
  lazy: boolean,
];

export type ProofArguments = [
  index: ProverIndex,
  witness: NativeMatrix,
  runtimeTables: { id: number; data: Uint8Array }[],
  previousChallenges: unknown,
  previousCommitments: unknown,
];

export interface Native {
  WasmVecVecFp: new (columns: number) => NativeMatrix;
  caml_pasta_fp_plonk_gate_vector_len(gates: GateVector): number;
  caml_pasta_fp_plonk_gate_vector_get(gates: GateVector, row: number): NativeGate;
  caml_pasta_fp_plonk_gate_vector_digest(publicInputs: number, gates: GateVector): Uint8Array;
  caml_pasta_fp_plonk_index_create(...args: IndexArguments): ProverIndex;
  caml_pasta_fp_plonk_index_domain_d1_size(index: ProverIndex): number;
  caml_pasta_fp_plonk_index_encode(index: ProverIndex): Uint8Array;
  caml_pasta_fq_plonk_index_encode(index: ProverIndex): Uint8Array;
  caml_pasta_fp_plonk_verifier_index_create(index: ProverIndex): VerifierIndex;
  caml_pasta_fp_plonk_verifier_index_dummy(): VerifierIndex;
  caml_pasta_fp_plonk_proof_create(...args: ProofArguments): Proof;
  caml_pasta_fp_plonk_proof_dummy(): Proof;
  caml_pasta_fp_plonk_proof_verify(index: VerifierIndex, proof: Proof): boolean;
}

/** o1js's entry to kimchi without Pickles; values are OCaml's and opaque. */
interface SnarkyCircuit {
  compile(main: () => void, publicInputs: number, lazy: boolean): object;
  prove(main: () => void, publicInputs: number, input: [0], keypair: object): object;
}

interface Bindings {
  areBindingsInitialized: boolean;
  initializeBindings(): Promise<void>;
  wasm: Native;
  Snarky: {
    circuit: SnarkyCircuit;
    constraintSystem: { digest(system: ConstraintSystem): string };
    poseidon: { update: Hash };
    run: {
      /** Whether a run has values, as that of a prover does. */
      inProver(): boolean;
      setEvalConstraints(flag: 0 | 1): void;
      /** Begins a run that collects constraints; the result ends it. */
      enterConstraintSystem(): () => ConstraintSystem;
      /** Begins a run of the prover; the result ends it and gives the values of all variables. */
      enterGenerateWitness(): () => [0, publicInputs: unknown, variables: [0, ...FieldConst[]]];
    };
  };
}

const bindings = (await import(o1jsInternal('./bindings.js'))) as Bindings;
if (!bindings.areBindingsInitialized) setBackend('native');
await bindings.initializeBindings();

export const native: Native = bindings.wasm;
export const snarky = bindings.Snarky;

/** Runtime tables as kimchi takes them. */
export function tableColumns(tables: readonly RuntimeTable[]): IndexArguments[3] {
  return tables.map(({ id, indices }) => ({ id, firstColumn: encodeFields(indices) }));
}

type Hooks = { [K in keyof Native]?: Native[K] };

/** Run `body` with some native functions replaced; they are restored whatever happens. */
export function withHooks<T>(hooks: Hooks, body: () => T): T {
  const originals = Object.fromEntries(
    Object.keys(hooks).map((name) => [name, native[name as keyof Native]]),
  );
  const restore = () => void Object.assign(native, originals);
  Object.assign(native, hooks);
  let result: T;
  try {
    result = body();
  } catch (error) {
    restore();
    throw error;
  }
  if (result instanceof Promise) return result.finally(restore) as T;
  restore();
  return result;
}
