/** Proofs that were verified before: which count as the same, and which do not. */
import { describe, expect, jest, test } from '@jest/globals';
import { pinnedKey } from '../../src/prover/keys.ts';
import type { AssertProof } from '../../src/prover/verify.ts';
import { rememberedProofs } from '../../src/session/remembered-proofs.ts';
import { provenCredential } from '../support/credentials.ts';

const { proof: envelope } = await provenCredential('euicc-1');
const key = pinnedKey('chain');
const changed = (values: Partial<typeof envelope.proof>) => ({
  ...envelope,
  proof: { ...envelope.proof, ...values },
});

describe('a memory of proofs', () => {
  test('verifies a proof once, really, and refuses what is changed in any way', async () => {
    const assert = rememberedProofs();
    await assert(envelope, key);
    const start = performance.now();
    await assert(envelope, key);
    expect(performance.now() - start).toBeLessThan(50);

    const { publicOutput, proof } = envelope.proof;
    const output = publicOutput.with(3, String(BigInt(publicOutput[3]!) + 1n));
    for (const other of [
      changed({ publicOutput: output }),
      changed({ publicInput: ['2'] }),
      changed({ proof: `${proof.slice(0, -8)}AAAAAAA=` }),
    ]) {
      await expect(assert(other, key)).rejects.toMatchObject({ code: 'ERR_PROOF_INVALID' });
    }
    await expect(assert(envelope, pinnedKey('certify'))).rejects.toMatchObject({
      code: 'ERR_PROOF_INVALID',
    });
  });

  test('does not remember what was refused', async () => {
    const inner = jest.fn<AssertProof>().mockRejectedValueOnce(Error('no'));
    const assert = rememberedProofs(inner);
    await expect(assert(envelope, key)).rejects.toThrow('no');
    await assert(envelope, key);
    await assert(envelope, key);
    expect(inner).toHaveBeenCalledTimes(2);
  });

  test('forgets the oldest', async () => {
    const inner = jest.fn<AssertProof>().mockResolvedValue(undefined);
    const assert = rememberedProofs(inner, 2);
    for (const one of '012120') await assert(changed({ publicInput: [one] }), key);
    expect(inner.mock.calls.map(([{ proof }]) => proof.publicInput[0]).join('')).toBe('0120');
  });
});
