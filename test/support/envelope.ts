/** Proof envelopes in form only: right up to the proof. */
import { MODE } from '../../src/params.ts';
import type { PlainEnvelope, ProofEnvelope } from '../../src/prover/envelope.ts';
import { pinnedKey } from '../../src/prover/keys.ts';
import { type PlainName, PROOF_SHAPES, type ProgramName } from '../../src/prover/program-shapes.ts';

/** Field elements or integers. */
type Values = readonly { toString(): string }[];

/** An envelope with these public values around bytes that are no proof. */
export function unproven(
  program: ProgramName,
  input: Values,
  output: Values,
  proof = 'AAAA',
): ProofEnvelope {
  return {
    format: 'zkcx-proof',
    version: 1,
    program,
    verificationKeyHash: pinnedKey(program).hash,
    proof: {
      publicInput: input.map(String),
      publicOutput: output.map(String),
      maxProofsVerified: PROOF_SHAPES[program].maxProofsVerified,
      proof,
    },
  };
}

/** The same of a plain program. */
export function unprovenPlain(program: PlainName, input: Values, proof = 'AAAA'): PlainEnvelope {
  return {
    format: 'zkcx-proof',
    version: 2,
    program,
    verificationKeyHash: pinnedKey(program).hash,
    proof: { publicInput: input.map(String), proof },
  };
}

/** Values of trustRoot, validFrom, validUntil and commitment. */
export const unprovenChain = (claim: Values, proof?: string): ProofEnvelope =>
  unproven('chain', [MODE.chain], claim, proof);

/** The same, given away to be published. */
export const unprovenRefresh = (claim: Values, proof?: string): ProofEnvelope =>
  unproven('refresh', [MODE.refresh], claim, proof);
