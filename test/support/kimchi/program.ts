import { Cache } from 'o1js';
import { native, withHooks } from './bindings.ts';

/** The circuit that Pickles proves for one method: the method's rows and the recursion's. */
export interface StepCircuit {
  readonly rows: number;
  /** Entries of its runtime tables. */
  readonly tableEntries: number;
  /** Digest of the gate vector, coefficients and wires included. */
  readonly digest: string;
}

interface Compilable {
  analyzeMethods(): Promise<Record<string, unknown>>;
  compile(options: {
    cache: Cache;
    forceRecompile: boolean;
    withRuntimeTables: boolean;
  }): Promise<unknown>;
}

class Measured extends Error {}

/**
 * The step circuits of a program's methods, by method. Compiling is stopped as soon as the last of
 * them is known, before any key is built.
 */
export async function stepCircuits(
  program: Compilable,
  { withRuntimeTables }: { withRuntimeTables: boolean },
): Promise<Record<string, StepCircuit>> {
  // o1js compiles the methods in the order of their names
  const methods = Object.keys(await program.analyzeMethods()).sort();
  const steps: StepCircuit[] = [];
  const cache = { ...Cache.FileSystemDefault, canWrite: false };
  const compiling = withHooks(
    {
      caml_pasta_fp_plonk_index_create: (gates, publicInputs, _fixed, runtimeTables) => {
        const digest = native.caml_pasta_fp_plonk_gate_vector_digest(publicInputs, gates);
        steps.push({
          rows: native.caml_pasta_fp_plonk_gate_vector_len(gates),
          tableEntries: runtimeTables.reduce((sum, t) => sum + t.firstColumn.length / 32, 0),
          digest: Buffer.from(digest).toString('hex'),
        });
        if (steps.length === methods.length) throw new Measured();
        return {};
      },
      caml_pasta_fp_plonk_verifier_index_create: () =>
        native.caml_pasta_fp_plonk_verifier_index_dummy(),
    },
    () => program.compile({ cache, forceRecompile: true, withRuntimeTables }),
  );
  try {
    await compiling;
  } catch (error) {
    if (!(error instanceof Measured)) throw error;
  }
  if (steps.length !== methods.length) throw Error('stepCircuits: a method was not compiled');
  return Object.fromEntries(methods.map((method, i) => [method, steps[i] as StepCircuit]));
}
