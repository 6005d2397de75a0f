/** What plain proofs use of o1js's compiled half, on either backend. */
import { loadBindings } from '../bindings.ts';
import type { Srs } from '../points.ts';
import type { Ml } from './codec.ts';

/** Opaque values. */
export type GateVector = object;

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

let loaded: ReturnType<typeof loadBindings<Rust, Conversion>> | undefined;

export function loadPlainBackend(): ReturnType<typeof loadBindings<Rust, Conversion>> {
  return (loaded ??= loadBindings<Rust, Conversion>());
}
