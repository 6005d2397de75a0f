/** Everything that refuses the proof of an aggregate; accepting one needs a real one. */
import { describe, expect, test } from '@jest/globals';
import { MODE } from '../../src/params.ts';
import type { ProofEnvelope } from '../../src/prover/envelope.ts';
import { pinnedKey } from '../../src/prover/keys.ts';
import { verifyAggregate } from '../../src/prover/verify-aggregate.ts';
import { unproven } from '../support/envelope.ts';

const TRUST_ROOT = 7n;
const UNTIL = 1_730_000_000n;

// trustRoot, root, height, count, validUntil
const claim = [TRUST_ROOT, 5, 1, 2, UNTIL];
const envelope = unproven('aggregate', [MODE.aggregate], claim, 'KCgoc3RhdGU=');
const withProof = (change: Partial<ProofEnvelope['proof']>): ProofEnvelope => ({
  ...envelope,
  proof: { ...envelope.proof, ...change },
});

describe('the proof of an aggregate is refused', () => {
  test.each([
    ['that is no envelope', { hello: 1 }, 'ERR_PROOF_FORMAT'],
    ['of a later version', { ...envelope, version: 2 }, 'ERR_PROOF_VERSION'],
    ['of another program', { ...envelope, program: 'chain' }, 'ERR_PROOF_PROGRAM'],
    ['for other circuits', { ...envelope, verificationKeyHash: '1' }, 'ERR_PROOF_KEY'],
    [
      'for the circuits of chain',
      { ...envelope, verificationKeyHash: pinnedKey('chain').hash },
      'ERR_PROOF_KEY',
    ],
    [
      'with the mode of a step of a fold',
      withProof({ publicInput: [String(MODE.aggregateMerge)] }),
      'ERR_PROOF_MODE',
    ],
    ['with the mode of chain', withProof({ publicInput: [String(MODE.chain)] }), 'ERR_PROOF_MODE'],
    ['with a value too few', withProof({ publicOutput: ['7', '5', '1', '2'] }), 'ERR_PROOF_FORMAT'],
    ['of another shape', withProof({ maxProofsVerified: 2 }), 'ERR_PROOF_FORMAT'],
    ['of bytes that are no proof', envelope, 'ERR_PROOF_INVALID'],
  ] as const)(
    '%s',
    async (_, proof, code) => {
      const asked = { trustRoot: TRUST_ROOT, at: UNTIL };
      await expect(verifyAggregate(proof, asked)).rejects.toMatchObject({ code });
    },
    60_000,
  );

  test.each([
    ['under another trust root', { trustRoot: 8n, at: UNTIL }, 'ERR_PROOF_TRUST_ROOT'],
    ['under no trust root', { trustRoot: [], at: UNTIL }, 'ERR_ARGUMENT'],
    ['when a member is over', { trustRoot: TRUST_ROOT, at: UNTIL + 1n }, 'ERR_PROOF_WINDOW'],
    ['now', { trustRoot: TRUST_ROOT }, 'ERR_PROOF_WINDOW'],
    // the last second counts, so here only the proof itself is wrong
    ['under one of several', { trustRoot: [1n, TRUST_ROOT], at: UNTIL }, 'ERR_PROOF_INVALID'],
  ] as const)(
    '%s',
    async (_, options, code) => {
      await expect(verifyAggregate(envelope, options)).rejects.toMatchObject({ code });
    },
    60_000,
  );
});
