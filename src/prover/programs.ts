/** Every provable program by name, loaded when it is needed: circuits are slow to load. */

import type { Cache } from 'o1js';

/** What the prover needs of a `ZkProgram`; the values of its types cross as JSON. */
export interface ProvableProgram {
  compile(options: {
    cache: Cache;
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
  refresh: async () => (await import('../circuits/refresh.program.ts')).refreshProgram,
  crl: async () => (await import('../circuits/crl.program.ts')).crlProgram,
  possession: async () => (await import('../circuits/possession.program.ts')).possessionProgram,
  presentation: async () =>
    (await import('../circuits/presentation.program.ts')).presentationProgram,
  registryPresentation: async () =>
    (await import('../circuits/registry-presentation.program.ts')).registryPresentationProgram,
  certify: async () => (await import('../circuits/certify.program.ts')).certifyProgram,
  aggregatePair: async () =>
    (await import('../circuits/aggregate-pair.program.ts')).aggregatePairProgram,
  aggregateMerge: async () =>
    (await import('../circuits/aggregate-merge.program.ts')).aggregateMergeProgram,
  aggregate: async () => (await import('../circuits/aggregate.program.ts')).aggregateProgram,
} as const satisfies ProgramTable;

export type ProgramName = keyof typeof PROGRAMS;

/**
 * Programs whose proofs a program verifies inside, with those that these verify: they must be compiled
 * before it, in this order.
 */
export const VERIFIED_INSIDE: ReadonlyMap<string, readonly ProgramName[]> = new Map<
  string,
  readonly ProgramName[]
>([
  ['crl', ['chain']],
  ['refresh', ['chain']],
  ['presentation', ['chain', 'refresh']],
  ['certify', ['chain']],
  ['aggregatePair', ['chain', 'refresh']],
  ['aggregateMerge', ['chain', 'refresh', 'aggregatePair']],
  ['aggregate', ['chain', 'refresh', 'aggregatePair', 'aggregateMerge']],
]);

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
  refresh: { publicInput: 1, publicOutput: 4, maxProofsVerified: 1 },
  crl: { publicInput: 1, publicOutput: 4, maxProofsVerified: 1 },
  possession: { publicInput: 2, publicOutput: 0, maxProofsVerified: 0 },
  presentation: { publicInput: 6, publicOutput: 3, maxProofsVerified: 1 },
  registryPresentation: { publicInput: 6, publicOutput: 3, maxProofsVerified: 0 },
  certify: { publicInput: 5, publicOutput: 9, maxProofsVerified: 1 },
  aggregatePair: { publicInput: 1, publicOutput: 5, maxProofsVerified: 2 },
  aggregateMerge: { publicInput: 1, publicOutput: 5, maxProofsVerified: 2 },
  aggregate: { publicInput: 1, publicOutput: 5, maxProofsVerified: 1 },
};
