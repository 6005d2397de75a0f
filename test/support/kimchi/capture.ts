import { withContext } from '../../../src/circuits/kimchi/context.ts';
import { o1jsInternal } from '../../../src/circuits/kimchi/internal.ts';
import { native, snarky, type GateVector } from './bindings.ts';
import { WIRED_COLUMNS, decodeFields } from './field.ts';
import { hashValues } from './hashing.ts';
import { Assembly, runtimeTables, type ConstraintSystem } from './assembly.ts';
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
  readonly assembly: Assembly;
  /** The gates as the real prover takes them, see `judge`. */
  readonly gateVector: GateVector;
}

/**
 * The gates, tables and honest witness of a circuit. No proof is made and no index built, so this
 * takes about as long as running the circuit twice. The circuit takes its inputs from its closure,
 * as witnesses; it must be synchronous. Throws when the circuit itself refuses its inputs.
 */
export async function capture(circuit: Circuit): Promise<Captured> {
  const system = await constraintsOf(circuit);
  const [, , gateVector] = system[4];
  const assembly = new Assembly(system);
  return {
    gates: readGates(gateVector),
    tables: runtimeTables(system),
    witness: await proverRun(circuit, assembly),
    assembly,
    gateVector,
  };
}

/** The constraints of a circuit, without a witness. */
export async function constraintsOf(circuit: Circuit): Promise<ConstraintSystem> {
  const finish = snarky.run.enterConstraintSystem();
  const system = await leave(enter(circuit), finish);
  snarky.constraintSystem.digest(system); // which also emits what o1js holds back
  return system;
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
  if (!unchecked) return proverRun(circuit, captured.assembly);
  snarky.run.setEvalConstraints(0);
  try {
    return await proverRun(circuit, captured.assembly);
  } finally {
    snarky.run.setEvalConstraints(1);
  }
}

/** Run the circuit as the prover does, as far as the values of its variables. */
async function proverRun(circuit: Circuit, assembly: Assembly): Promise<Witness> {
  const { update } = snarky.poseidon;
  const finish = snarky.run.enterGenerateWitness();
  snarky.poseidon.update = hashValues;
  let finished: Promise<void>;
  try {
    // it runs to its end before it returns
    finished = enter(circuit);
  } finally {
    snarky.poseidon.update = update;
  }
  const [, , variables] = await leave(finished, finish);
  return assembly.witness(variables);
}

/** End a run, whatever happened in it. The circuit's own error says more than what follows from it. */
async function leave<T>(finished: Promise<void>, finish: () => T): Promise<T> {
  let result: T;
  try {
    result = finish();
  } catch (error) {
    await finished;
    throw error;
  }
  await finished;
  return result;
}

/** The circuit in a context of its own, synchronous up to its end; what it throws rejects. */
export function enter(circuit: Circuit): Promise<void> {
  const id = snarkContext.enter({ inCheckedComputation: true });
  const finished = withContext((context) => {
    const result: unknown = circuit(context);
    if (result instanceof Promise) throw Error('capture: the circuit must be synchronous');
  });
  snarkContext.leave(id);
  return finished;
}

/** The gates of kimchi's own vector. */
export function readGates(vector: GateVector): Gate[] {
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
