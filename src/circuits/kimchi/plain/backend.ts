/** What plain proofs use of o1js's compiled half, on either backend. */
import { loadBindings } from '../bindings.ts';
import { o1jsInternal } from '../gates.ts';
import type { Srs } from '../points.ts';
import type { Ml } from './codec.ts';

/** Opaque values. */
export type GateVector = object;
export type Keypair = object;
type Input = readonly [0, ...(readonly [0, bigint])[]];
type Main = (publicInput: Ml) => void;

export interface Rust {
  caml_pasta_fp_plonk_index_create: (
    gates: GateVector,
    publicInputs: number,
    fixedTables: unknown,
    runtimeTables: unknown,
    previousChallenges: number,
    srs: Srs,
    lazy: boolean,
  ) => object;
  caml_pasta_fp_plonk_gate_vector_len(gates: GateVector): number;
  caml_pasta_fp_plonk_gate_vector_get(gates: GateVector, row: number): { readonly typ: number };
  caml_pasta_fp_plonk_verifier_index_serialize(index: object): string;
  caml_pasta_fp_plonk_verifier_index_deserialize(srs: Srs, text: string): object;
  caml_pasta_fp_plonk_proof_batch_verify(indexes: object, proofs: object): boolean;
}

interface Conversion {
  readonly fp: {
    verifierIndexToRust(index: Ml): object;
    verifierIndexFromRust(index: object): Ml;
    proofToRust(proof: Ml): object;
  };
  mapMlArrayToRustVector(array: readonly [0, ...Ml[]], map: (value: Ml) => object): object;
}

/** o1js's entry to kimchi without Pickles. */
interface SnarkyCircuit {
  compile(main: Main, publicInputs: number, lazy: boolean): Keypair;
  prove(main: Main, publicInputs: number, input: Input, keypair: Keypair): object;
  proofToBackendProofEvals(input: Input, proof: object): Ml;
  readonly keypair: { getVerificationKey(keypair: Keypair): Ml };
}

let loaded: ReturnType<typeof load> | undefined;

export function loadPlainBackend(): ReturnType<typeof load> {
  return (loaded ??= load());
}

async function load() {
  const bindings = await loadBindings<Rust, Conversion>();
  const { Snarky } = (await import(o1jsInternal('./bindings.js'))) as {
    Snarky: { circuit: SnarkyCircuit };
  };
  const { snarkContext } = (await import(
    o1jsInternal('./lib/provable/core/provable-context.js')
  )) as {
    snarkContext: {
      enter(context: { inCheckedComputation: boolean }): number;
      leave(id: number): void;
    };
  };
  return { ...bindings, circuit: Snarky.circuit, snarkContext };
}
