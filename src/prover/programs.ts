/** Every provable program by name, loaded when it is needed: circuits are slow to load. */

import type { Cache } from 'o1js';

/** What the prover needs of a `ZkProgram`; the values of its types cross as JSON. */
export interface ProvableProgram {
  compile(options: {
    cache?: Cache;
    forceRecompile?: boolean;
    withRuntimeTables?: boolean;
  }): Promise<{ verificationKey: { data: string; hash: { toString(): string } } }>;
  readonly publicInputType: unknown;
  readonly privateInputTypes: Readonly<Record<string, readonly unknown[]>>;
}

/** Programs that a worker can prove, by name. */
export type ProgramTable = Readonly<Record<string, () => Promise<ProvableProgram>>>;

export const PROGRAMS = {
  chain: async () => (await import('../circuits/chain.program.ts')).chainProgram,
} as const satisfies ProgramTable;

export type ProgramName = keyof typeof PROGRAMS;

/** Programs whose proofs a program verifies inside: they must be compiled before it. */
export const VERIFIED_INSIDE: Readonly<Partial<Record<string, readonly ProgramName[]>>> = {};

export const PROGRAM_NAMES = Object.keys(PROGRAMS) as ProgramName[];

/** Numbers of field elements in a program's public values, and of proofs that it can verify. */
interface ProofShape {
  readonly publicInput: number;
  readonly publicOutput: number;
  readonly maxProofsVerified: 0 | 1 | 2;
}

/** Known without loading a circuit, for verifiers. */
export const PROOF_SHAPES: Readonly<Record<ProgramName, ProofShape>> = {
  chain: { publicInput: 1, publicOutput: 4, maxProofsVerified: 1 },
};
