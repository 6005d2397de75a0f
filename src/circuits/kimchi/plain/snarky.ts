/** What making plain proofs uses of o1js below its public API, beside kimchi itself. */
import { o1jsInternal } from '../internal.ts';
import type { Ml } from './codec.ts';

/** Opaque. */
export type Keypair = object;
type Input = readonly [0, ...(readonly [0, bigint])[]];
type Main = (publicInput: Ml) => void;

/** o1js's entry to kimchi without Pickles. */
interface SnarkyCircuit {
  compile(main: Main, publicInputs: number, lazy: boolean): Keypair;
  prove(main: Main, publicInputs: number, input: Input, keypair: Keypair): object;
  proofToBackendProofEvals(input: Input, proof: object): Ml;
  readonly keypair: { getVerificationKey(keypair: Keypair): Ml };
}

let loaded: ReturnType<typeof load> | undefined;

export function loadSnarky(): ReturnType<typeof load> {
  return (loaded ??= load());
}

async function load() {
  const bindings = (await import(o1jsInternal('./bindings.js'))) as {
    initializeBindings(): Promise<void>;
    Snarky: { circuit: SnarkyCircuit };
  };
  await bindings.initializeBindings();
  const { snarkContext } = (await import(
    o1jsInternal('./lib/provable/core/provable-context.js')
  )) as {
    snarkContext: {
      enter(context: { inCheckedComputation: boolean }): number;
      leave(id: number): void;
    };
  };
  return { circuit: bindings.Snarky.circuit, snarkContext };
}
