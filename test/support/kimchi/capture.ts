import { withContext } from '../../../src/circuits/kimchi/context.ts';
import { o1jsInternal } from '../../../src/circuits/kimchi/gates.ts';
import {
  native,
  snarky,
  withHooks,
  type GateVector,
  type IndexArguments,
  type NativeMatrix,
} from './bindings.ts';
import { COLUMNS, WIRED_COLUMNS, decodeFields } from './field.ts';
import type { Circuit, Gate, RuntimeTable, Witness } from './types.ts';

const { snarkContext } = (await import(
  o1jsInternal('./lib/provable/core/provable-context.js')
)) as {
  snarkContext: {
    enter(context: { inCheckedComputation: boolean }): number;
    leave(id: number): void;
  };
};

/** A circuit as kimchi sees it, and the witness of one honest run. */
export interface Captured {
  readonly gates: readonly Gate[];
  readonly tables: readonly RuntimeTable[];
  readonly witness: Witness;
  /** What the real prover needs, see `judge`. */
  readonly indexArguments: IndexArguments;
  readonly keypair: object;
}

/**
 * The gates, tables and honest witness of a circuit. No proof is made and no index built, so this
 * takes about as long as running the circuit twice. The circuit takes its inputs from its closure,
 * as witnesses; it must be synchronous. Throws when the circuit itself refuses its inputs.
 */
export async function capture(circuit: Circuit): Promise<Captured> {
  const { indexArguments, keypair } = await compile(circuit);
  const [gateVector, , , runtimeTables] = indexArguments;
  return {
    gates: readGates(gateVector),
    tables: runtimeTables.map(({ id, firstColumn }) => ({
      id,
      indices: decodeFields(firstColumn),
    })),
    witness: await proverRun(circuit, keypair),
    indexArguments,
    keypair,
  };
}

/** The circuit without a witness, and without the index that kimchi would make of it. */
export async function compile(
  circuit: Circuit,
): Promise<{ indexArguments: IndexArguments; keypair: object }> {
  let taken: IndexArguments | undefined;
  const keypair = await drive(circuit, (main) =>
    withHooks(
      {
        caml_pasta_fp_plonk_index_create: (...args) => {
          taken = args;
          return {};
        },
        caml_pasta_fp_plonk_verifier_index_create: () =>
          native.caml_pasta_fp_plonk_verifier_index_dummy(),
      },
      () => snarky.circuit.compile(main, 0, false),
    ),
  );
  if (taken === undefined) throw Error('compile: o1js did not create an index');
  return { indexArguments: taken, keypair };
}

/**
 * The witness of another run of the same circuit, with other inputs in its closure. With
 * `unchecked` o1js does not compare the generic equations while it runs, so that a witness of false
 * inputs comes out and can be evaluated or judged.
 */
export async function witnessOf(
  captured: Captured,
  circuit: Circuit,
  { unchecked = false }: { unchecked?: boolean } = {},
): Promise<Witness> {
  if (!unchecked) return proverRun(circuit, captured.keypair);
  snarky.run.setEvalConstraints(0);
  try {
    return await proverRun(circuit, captured.keypair);
  } finally {
    snarky.run.setEvalConstraints(1);
  }
}

async function proverRun(circuit: Circuit, keypair: object): Promise<Witness> {
  let columns: bigint[][] | undefined;
  await drive(circuit, (main) =>
    withHooks(
      {
        caml_pasta_fp_plonk_proof_create: (_index, matrix) => {
          columns = readColumns(matrix);
          return native.caml_pasta_fp_plonk_proof_dummy();
        },
      },
      () => snarky.circuit.prove(main, 0, [0], keypair),
    ),
  );
  if (columns === undefined) throw Error('capture: o1js did not reach the prover');
  const [first, ...others] = columns as [bigint[], ...bigint[][]];
  return first.map((value, row) => [value, ...others.map((column) => column[row] as bigint)]);
}

/** Hand the circuit to `run` as a synchronous main; what it throws comes out here. */
async function drive<T>(circuit: Circuit, run: (main: () => void) => T): Promise<T> {
  let finished: Promise<void> = Promise.resolve();
  const main = () => {
    const id = snarkContext.enter({ inCheckedComputation: true });
    // synchronous up to its end, because the circuit is
    finished = withContext((context) => {
      const result: unknown = circuit(context);
      if (result instanceof Promise) throw Error('capture: the circuit must be synchronous');
    });
    snarkContext.leave(id);
  };
  let result: T;
  try {
    result = run(main);
  } catch (error) {
    await finished; // the circuit's own error says more than what follows from it
    throw error;
  }
  await finished;
  return result;
}

function readGates(vector: GateVector): Gate[] {
  const count = native.caml_pasta_fp_plonk_gate_vector_len(vector);
  return Array.from({ length: count }, (_, row) => {
    const { typ, wires, coeffs } = native.caml_pasta_fp_plonk_gate_vector_get(vector, row);
    return {
      kind: typ,
      wires: Array.from({ length: WIRED_COLUMNS }, (_unused, col) => {
        const wire = wires[`w${col}`];
        if (wire === undefined) throw Error('capture: gate without wires');
        return { row: wire.row, col: wire.col };
      }),
      coeffs: decodeFields(Uint8Array.from(coeffs)),
    };
  });
}

function readColumns(matrix: NativeMatrix): bigint[][] {
  return Array.from({ length: COLUMNS }, (_, col) => decodeFields(matrix.get(col)));
}
