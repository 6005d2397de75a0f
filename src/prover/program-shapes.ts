/** What a verifier knows of programs without loading a circuit: their names, and the shapes of their proofs. */

/** Numbers of field elements in a program's public values, and of proofs that it can verify. */
interface ProofShape {
  readonly publicInput: number;
  readonly publicOutput: number;
  readonly maxProofsVerified: 0 | 1 | 2;
}

export const PROOF_SHAPES = {
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
} as const satisfies Readonly<Record<string, ProofShape>>;

export type ProgramName = keyof typeof PROOF_SHAPES;

export const PROGRAM_NAMES = Object.keys(PROOF_SHAPES) as ProgramName[];
