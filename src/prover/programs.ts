/** Every provable program by name, loaded when it is needed: circuits are slow to load. */

import type { Cache } from 'o1js';
import type { PlainProof } from './envelope.ts';
import type { PlainName, ProgramName } from './program-shapes.ts';

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
export type PlainTable = Readonly<Record<string, () => Promise<AnyPlainProgram>>>;

/** What the prover needs of a plain program. */
export interface AnyPlainProgram {
  readonly publicInputType: unknown;
  readonly privateInputTypes: { readonly prove: readonly unknown[] };
  compile(srs: object): Promise<string>;
  index(): string;
  prove(...values: never[]): Promise<PlainProof>;
}

export const PROGRAMS = {
  chain: async () => (await import('../circuits/chain.program.ts')).chainProgram,
  refresh: async () => (await import('../circuits/refresh.program.ts')).refreshProgram,
  crl: async () => (await import('../circuits/crl.program.ts')).crlProgram,
  possession: async () => (await import('../circuits/possession.program.ts')).possessionProgram,
  presentation: async () =>
    (await import('../circuits/presentation.program.ts')).presentationProgram,
  certify: async () => (await import('../circuits/certify.program.ts')).certifyProgram,
  aggregatePair: async () =>
    (await import('../circuits/aggregate-pair.program.ts')).aggregatePairProgram,
  aggregateMerge: async () =>
    (await import('../circuits/aggregate-merge.program.ts')).aggregateMergeProgram,
  aggregate: async () => (await import('../circuits/aggregate.program.ts')).aggregateProgram,
} as const satisfies Readonly<Record<ProgramName, () => Promise<ProvableProgram>>>;

export const PLAIN_PROGRAMS = {
  registryPresentation: async () =>
    (await import('../circuits/registry-presentation.plain.ts')).registryPresentationProgram,
  sessionPossession: async () =>
    (await import('../circuits/session-possession.plain.ts')).sessionPossessionProgram,
} as const satisfies Readonly<Record<PlainName, () => Promise<AnyPlainProgram>>>;

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
