/** Circuit -> verifier index, and witness -> proof, by kimchi alone. */
import { Field } from 'o1js';
import { type CircuitContext, withContextAtOnce } from '../context.ts';
import { GATE } from '../gates.ts';
import type { Srs } from '../points.ts';
import { withThreadPool } from '../bindings.ts';
import { type GateVector, loadPlainBackend, type Rust } from './backend.ts';
import type { Ml } from './codec.ts';
import { type Keypair, loadSnarky } from './snarky.ts';
import { describe, IndexError, type VerifierIndex, writeVerifierIndex } from './verifier-index.ts';

/** A circuit that waits for nothing. It takes what is private from its closure, as witnesses. */
export type PlainCircuit = (context: CircuitContext, publicInput: Field[]) => void;

export interface CompiledCircuit {
  readonly keypair: Keypair;
  readonly index: VerifierIndex;
  /** The index as `readVerifierIndex` takes it. */
  readonly text: string;
}

/** Throws IndexError for a circuit whose proofs this package would not take. */
export async function compileCircuit(
  circuit: PlainCircuit,
  publicInputs: number,
  srs: Srs,
): Promise<CompiledCircuit> {
  const { rust } = await loadPlainBackend();
  const { circuit: snarky } = await loadSnarky();
  const main = await mainOf(circuit);
  const create = rust.caml_pasta_fp_plonk_index_create;
  const keypair = await withThreadPool(async () => {
    // o1js gives every index its own SRS
    rust.caml_pasta_fp_plonk_index_create = (gates, inputs, fixed, runtime, previous, _, lazy) => {
      assertMasked(rust, gates);
      return create(gates, inputs, fixed, runtime, previous, srs, lazy);
    };
    try {
      return unwrapped(() => snarky.compile(main, publicInputs, false));
    } finally {
      rust.caml_pasta_fp_plonk_index_create = create;
    }
  });
  const ml = snarky.keypair.getVerificationKey(keypair);
  return { keypair, index: describe(ml), text: await writeVerifierIndex(ml) };
}

/** Prove. Kimchi makes a proof of everything; one of false inputs does not verify. */
export async function proveCircuit(
  { keypair, index }: CompiledCircuit,
  circuit: PlainCircuit,
  publicInput: readonly bigint[],
): Promise<Uint8Array> {
  const { circuit: snarky } = await loadSnarky();
  const main = await mainOf(circuit);
  const input = [0, ...publicInput.map((x) => [0, x] as const)] as const;
  const proof = await withThreadPool(async () =>
    unwrapped(() => snarky.prove(main, publicInput.length, input, keypair)),
  );
  return index.proofs.write(snarky.proofToBackendProofEvals(input, proof));
}

/** Without a Poseidon or a lookup gate some of the columns of a proof would be zero, and not hidden. */
function assertMasked(rust: Rust, gates: GateVector): void {
  const count = rust.caml_pasta_fp_plonk_gate_vector_len(gates);
  for (let row = 0; row < count; row++) {
    const { typ } = rust.caml_pasta_fp_plonk_gate_vector_get(gates, row);
    if (typ === GATE.poseidon || typ === GATE.lookup) return;
  }
  throw new IndexError('a plain circuit needs a Poseidon gate or a lookup');
}

/** What a circuit throws, OCaml hands on as a block with the Error somewhere in it. */
function unwrapped<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw Array.isArray(error) ? (error.find((part) => part instanceof Error) ?? error) : error;
  }
}

/** The circuit as o1js runs it. */
async function mainOf(circuit: PlainCircuit): Promise<(publicInput: Ml) => void> {
  const { snarkContext } = await loadSnarky();
  return ([, ...variables]) => {
    const id = snarkContext.enter({ inCheckedComputation: true });
    try {
      const fields = variables.map((variable) => new Field(variable as never));
      withContextAtOnce((context) => circuit(context, fields));
    } finally {
      snarkContext.leave(id);
    }
  };
}
