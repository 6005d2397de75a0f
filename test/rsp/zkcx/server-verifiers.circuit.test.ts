/** Processes that verify: what waits, who goes first, and what slow, false and fatal proofs do to others. */
import { setTimeout } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { ProofEnvelope } from '../../../src/prover/envelope.ts';
import { pinnedKey } from '../../../src/prover/keys.ts';
import {
  ProofVerifiers,
  type Standing,
  type VerifiersOptions,
} from '../../../src/rsp/zkcx/server/verifiers.ts';
import { provenCredential } from '../../support/credentials.ts';

const made: ProofVerifiers[] = [];
afterEach(() => {
  for (const verifiers of made.splice(0)) verifiers.close();
});

function make(options: VerifiersOptions = {}): ProofVerifiers {
  const worker = new URL('../../support/rsp/verify.worker.ts', import.meta.url);
  const verifiers = new ProofVerifiers({ worker, processes: 1, ...options });
  made.push(verifiers);
  return verifiers;
}

const key = { hash: '1', data: '' };
const envelope = (proof: string): ProofEnvelope => ({
  format: 'zkcx-proof',
  version: 1,
  program: 'possession',
  verificationKeyHash: '1',
  proof: { publicInput: [], publicOutput: [], maxProofsVerified: 0, proof },
});

/** "valid", or the code. */
async function verdict(verifiers: ProofVerifiers, proof: string, standing: Standing = 'newcomer') {
  try {
    const place = verifiers.reserve(standing);
    try {
      await place.assertProof(envelope(proof), key);
      return 'valid';
    } finally {
      place.release();
    }
  } catch (error) {
    return (error as { code: string }).code;
  }
}

function stopper() {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}

describe('a proof', () => {
  test('is valid or not, and a process that dies or hangs says that it is not', async () => {
    const verifiers = make({ timeout: 2_000 });
    expect(await verdict(verifiers, 'true')).toBe('valid');
    expect(await verdict(verifiers, 'false')).toBe('ERR_PROOF_INVALID');
    expect(await verdict(verifiers, 'crash')).toBe('ERR_PROOF_INVALID');
    expect(await verdict(verifiers, 'true')).toBe('valid');
    expect(await verdict(verifiers, 'hang')).toBe('ERR_PROOF_INVALID');
    expect(await verdict(verifiers, 'true')).toBe('valid');
  });

  test('that hangs keeps no other one waiting where there is a second process', async () => {
    const verifiers = make({ processes: 2, timeout: 3_000 });
    await verdict(verifiers, 'true');
    let hangs = true;
    const hanging = verdict(verifiers, 'hang').then(() => (hangs = false));
    expect(await verdict(verifiers, 'true')).toBe('valid');
    expect(hangs).toBe(true);
    await hanging;
  });

  test('is not taken without a place, nor after the end', async () => {
    const verifiers = make();
    const place = verifiers.reserve('known');
    place.release();
    await expect(place.assertProof(envelope('true'), key)).rejects.toThrow(RangeError);
    const waiting = [verdict(verifiers, 'slow'), verdict(verifiers, 'true')];
    verifiers.close();
    expect(await Promise.all(waiting)).toEqual(['ERR_PROOF_INVALID', 'ERR_PROOF_INVALID']);
    expect(await verdict(verifiers, 'true')).toBe('ERR_PROOF_INVALID');
  });
});

test('a real proof is valid, and with another claim it is not', async () => {
  const verifiers = new ProofVerifiers();
  made.push(verifiers);
  const { proof } = await provenCredential('eum');
  const place = verifiers.reserve('known');
  const pinned = pinnedKey('chain');
  await place.assertProof(proof, pinned);
  const [first, ...rest] = proof.proof.publicOutput;
  const publicOutput = [String(BigInt(first!) + 1n), ...rest];
  const changed = { ...proof, proof: { ...proof.proof, publicOutput } };
  await expect(place.assertProof(changed, pinned)).rejects.toMatchObject({
    code: 'ERR_PROOF_INVALID',
  });
});

describe('a flood of false proofs', () => {
  test('is bounded, and a device that is known passes it by', async () => {
    const verifiers = make({ places: 8 });
    await verdict(verifiers, 'true');
    const done: string[] = [];
    const flood = Array.from({ length: 50 }, async () => {
      const code = await verdict(verifiers, 'slow');
      done.push(code);
      return code;
    });
    expect(await verdict(verifiers, 'true')).toBe('ERR_RSP_BUSY');
    // all but the one under way are behind it
    expect(await verdict(verifiers, 'true', 'known')).toBe('valid');
    expect(done.filter((code) => code === 'ERR_PROOF_INVALID').length).toBeLessThanOrEqual(2);
    const codes = await Promise.all(flood);
    expect(codes.filter((code) => code === 'ERR_RSP_BUSY')).toHaveLength(42);
    expect(codes.filter((code) => code === 'ERR_PROOF_INVALID')).toHaveLength(8);
    // and when it is over there is room again
    expect(await verdict(verifiers, 'true')).toBe('valid');
  });

  test('with a newcomer that tries again: it gets in while the flood goes on', async () => {
    const verifiers = make({ places: 4 });
    await verdict(verifiers, 'true');
    const { signal, abort } = stopper();
    const flood = Array.from({ length: 4 }, async () => {
      while (!signal.aborted) {
        await verdict(verifiers, 'slow');
        // the next request of the flood is on its way
        await setTimeout(5);
      }
    });
    let outcome: string;
    do {
      await setTimeout(1);
      outcome = await verdict(verifiers, 'true');
    } while (outcome === 'ERR_RSP_BUSY');
    abort();
    expect(outcome).toBe('valid');
    await Promise.all(flood);
  });
});
