/**
 * Everything that refuses a chain proof or a refresh before or in its verification; accepting one needs a real one, see
 * fixture-credentials.circuit.test.ts.
 */
import { describe, expect, test } from '@jest/globals';
import { MODE } from '../../src/params.ts';
import type { ProofEnvelope } from '../../src/prover/envelope.ts';
import { verifyChain, verifyRefresh } from '../../src/prover/verify.ts';
import { unprovenChain, unprovenRefresh } from '../support/envelope.ts';

const TRUST_ROOT = 7n;
const FROM = 1_700_000_000n;
const UNTIL = 1_730_000_000n;

const CLAIM = [TRUST_ROOT, FROM, UNTIL, 1];
const BYTES = 'KCgoc3RhdGU=';
const asked = { trustRoot: TRUST_ROOT, at: FROM };

describe.each([
  { name: 'chain proof', verify: verifyChain, unproven: unprovenChain, mode: '1' },
  { name: 'refresh', verify: verifyRefresh, unproven: unprovenRefresh, mode: '13' },
])('a $name is refused', ({ verify, unproven, mode }) => {
  const envelope = unproven(CLAIM, BYTES);
  const withProof = (change: Partial<ProofEnvelope['proof']>): ProofEnvelope => ({
    ...envelope,
    proof: { ...envelope.proof, ...change },
  });
  const other = verify === verifyChain ? unprovenRefresh : unprovenChain;

  test.each([
    ['that is no envelope', { hello: 1 }, 'ERR_PROOF_FORMAT'],
    ['that is nothing', undefined, 'ERR_PROOF_FORMAT'],
    ['of a later version', { ...envelope, version: 2 }, 'ERR_PROOF_VERSION'],
    ['of another program', { ...envelope, program: 'crl' }, 'ERR_PROOF_PROGRAM'],
    ['of the other of the two', other(CLAIM, BYTES), 'ERR_PROOF_PROGRAM'],
    [
      'of the other of the two under its name',
      { ...other(CLAIM, BYTES), program: envelope.program },
      'ERR_PROOF_KEY',
    ],
    [
      'with the mode of the other',
      withProof({ publicInput: other(CLAIM).proof.publicInput }),
      'ERR_PROOF_MODE',
    ],
    ['for other circuits', { ...envelope, verificationKeyHash: '1' }, 'ERR_PROOF_KEY'],
    ['with another mode', withProof({ publicInput: [String(MODE.crl)] }), 'ERR_PROOF_MODE'],
    ['with a second public input', withProof({ publicInput: [mode, '0'] }), 'ERR_PROOF_FORMAT'],
    ['without a mode', withProof({ publicInput: [] }), 'ERR_PROOF_FORMAT'],
    ['with a value too few', withProof({ publicOutput: ['7', '0', '9'] }), 'ERR_PROOF_FORMAT'],
    [
      'with a value too many',
      withProof({ publicOutput: ['7', '0', '9', '1', '0'] }),
      'ERR_PROOF_FORMAT',
    ],
    ['of another shape', withProof({ maxProofsVerified: 0 }), 'ERR_PROOF_FORMAT'],
    ['of bytes that are no proof', envelope, 'ERR_PROOF_INVALID'],
    ['of other bytes that are no proof', withProof({ proof: 'AAAA' }), 'ERR_PROOF_INVALID'],
  ] as const)('%s', async (_, proof, code) => {
    await expect(verify(proof, asked)).rejects.toMatchObject({ code });
  });

  test.each([
    ['under another trust root', { trustRoot: 8n, at: FROM }, 'ERR_PROOF_TRUST_ROOT'],
    ['under no trust root', { trustRoot: [], at: FROM }, 'ERR_ARGUMENT'],
    ['a second before its window', { trustRoot: TRUST_ROOT, at: FROM - 1n }, 'ERR_PROOF_WINDOW'],
    ['a second after its window', { trustRoot: TRUST_ROOT, at: UNTIL + 1n }, 'ERR_PROOF_WINDOW'],
    // both ends count, so here only the proof itself is wrong
    ['at the first second', { trustRoot: TRUST_ROOT, at: FROM }, 'ERR_PROOF_INVALID'],
    ['at the last second', { trustRoot: [1n, TRUST_ROOT], at: UNTIL }, 'ERR_PROOF_INVALID'],
    ['now', { trustRoot: TRUST_ROOT }, 'ERR_PROOF_WINDOW'],
  ] as const)('%s', async (_, options, code) => {
    await expect(verify(envelope, options)).rejects.toMatchObject({ code });
  });
});

test('a chain proof in place of a refresh is told what to make', async () => {
  await expect(verifyRefresh(unprovenChain(CLAIM, BYTES), asked)).rejects.toThrow(
    /zkcx credential share/,
  );
});
