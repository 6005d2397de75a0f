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
  certify: { publicInput: 5, publicOutput: 9, maxProofsVerified: 1 },
  aggregatePair: { publicInput: 1, publicOutput: 5, maxProofsVerified: 2 },
  aggregateMerge: { publicInput: 1, publicOutput: 5, maxProofsVerified: 2 },
  aggregate: { publicInput: 1, publicOutput: 5, maxProofsVerified: 1 },
} as const satisfies Readonly<Record<string, ProofShape>>;

export type ProgramName = keyof typeof PROOF_SHAPES;

export const PROGRAM_NAMES = Object.keys(PROOF_SHAPES) as ProgramName[];

/** Public inputs of the programs whose proofs are plain ones of kimchi. */
export const PLAIN_INPUTS = { registryPresentation: 9, sessionPossession: 2 } as const;

/** SHA-256 of their verifier indexes, in hexadecimal; `npm run pins` rewrites them. */
export const PLAIN_HASHES: Readonly<Record<PlainName, string>> = {
  registryPresentation: 'ff3dbdef2f7cbe6b34f08ebd4c22ea1b79777450e00b783b56de98ba2cb186c2',
  sessionPossession: 'a1945c2a9ffb41eb06632dfa23b8c51365deeeccaa56baf7035b7213a478e6ee',
};

export type PlainName = keyof typeof PLAIN_INPUTS;

export const PLAIN_NAMES = Object.keys(PLAIN_INPUTS) as PlainName[];

export const isPlain = (name: string): name is PlainName => Object.hasOwn(PLAIN_INPUTS, name);
