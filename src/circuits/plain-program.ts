/**
 * Circuits whose proofs nothing verifies inside of a circuit, and no chain: kimchi proves and verifies them without
 * Pickles around it, which takes half the time to prove and a fifth to verify.
 */
import { type Field, Provable, type ProvablePure } from 'o1js';
import type { CircuitContext } from './kimchi/context.ts';
import { type CompiledCircuit, compileCircuit, proveCircuit } from './kimchi/plain/circuit.ts';
import type { PlainProof } from './kimchi/plain/verify.ts';
import type { Srs } from './kimchi/points.ts';

interface Definition<Input, Witness extends readonly unknown[]> {
  readonly name: string;
  /** Field elements alone. */
  readonly publicInput: ProvablePure<Input>;
  readonly privateInputs: { readonly [I in keyof Witness]: Provable<Witness[I]> };
  /** The circuit; waits for nothing. */
  method(context: CircuitContext, input: Input, ...witness: Witness): void;
}

export type PlainProgram<
  Input = unknown,
  Witness extends readonly unknown[] = readonly unknown[],
> = ReturnType<typeof plainProgram<Input, Witness>>;

export function plainProgram<Input, Witness extends readonly unknown[]>({
  name,
  publicInput: type,
  privateInputs: types,
  method,
}: Definition<Input, Witness>) {
  let compiled: CompiledCircuit | undefined;

  /** The values of the witness are asked for in a run of the prover only. */
  const circuitOf = (witness?: Witness) => (context: CircuitContext, fields: Field[]) => {
    const values = types.map((one, i) => Provable.witness(one, () => witness![i])) as unknown;
    return method(context, type.fromFields(fields), ...(values as Witness));
  };

  const made = (): CompiledCircuit => {
    if (compiled === undefined) throw Error(`${name} is not compiled`);
    return compiled;
  };

  return {
    name,
    method,
    publicInputType: type,
    /** Of the one method, as o1js's programs have them of each. */
    privateInputTypes: { prove: types },

    /** Text of the verifier index, see `readVerifierIndex`. Throws IndexError for a circuit that must not be plain. */
    async compile(srs: Srs): Promise<string> {
      compiled = await compileCircuit(circuitOf(), type.sizeInFields(), srs);
      return compiled.text;
    },

    /** What the last `compile` made. */
    index: () => made().text,

    /**
     * A proof, of false inputs too: whether it is valid, the verifier says. Throws what the circuit throws.
     */
    async prove(input: Input, ...witness: Witness): Promise<PlainProof> {
      const publicInput = type.toFields(input).map((field) => field.toBigInt());
      const proof = await proveCircuit(made(), circuitOf(witness), publicInput);
      return {
        publicInput: publicInput.map(String),
        proof: Buffer.from(proof).toString('base64'),
      };
    },
  };
}
