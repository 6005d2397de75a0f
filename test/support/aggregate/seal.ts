/**
 * A proof system for tests of what is around one: proofs are made in milliseconds, in a process of their
 * own, and only by who knows the key. `tree` has leaves and joins two trees, order and all.
 */
import { createHmac } from 'node:crypto';
import type { JsonProof } from '../../../src/prover/envelope.ts';
import type { VerificationKey } from '../../../src/prover/keys.ts';

const SECRET = 'known to the tests only';

export const TREE_KEY: VerificationKey = { hash: '770', data: 'AAAA' };

export const TREE_MODE = '77';

export function sealed(publicInput: string, publicOutput: string): JsonProof {
  const proof = createHmac('sha256', SECRET)
    .update(`${publicInput} ${publicOutput}`)
    .digest('base64');
  return { publicInput: [publicInput], publicOutput: [publicOutput], maxProofsVerified: 2, proof };
}

export function isSealed({ publicInput, publicOutput, proof }: JsonProof): boolean {
  return sealed(publicInput.join(), publicOutput.join()).proof === proof;
}

/** What `leaf` claims of a value, `grow` of a proof and a value, `join` of two proofs. */
export const CLAIMS = {
  leaf: (value: bigint) => 10n * value + 1n,
  grow: (earlier: bigint, value: bigint) => (31n * earlier + value) % 1_000_003n,
  join: (left: bigint, right: bigint) => (101n * left + 7n * right + 3n) % 1_000_003n,
};
