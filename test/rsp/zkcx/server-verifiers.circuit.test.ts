/** Processes that verify: what waits, who goes first, and what slow, false and fatal proofs do to others. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { ZkcxError } from '../../../src/errors.ts';
import type { ProofEnvelope } from '../../../src/prover/envelope.ts';
import { pinnedKey } from '../../../src/prover/keys.ts';
import { ProofVerifiers, type VerifiersOptions } from '../../../src/rsp/zkcx/server/verifiers.ts';
import { provenCredential } from '../../support/credentials.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();
const batches = join(folder, 'batches');

const WORKER = new URL('../../support/rsp/verify.worker.ts', import.meta.url);
const start = `import(${JSON.stringify(WORKER.href)})`;

/** A process that does this before, or in place of, its start. */
function starting(code: string): URL {
  const file = join(folder, 'start.ts');
  writeFileSync(file, code);
  return pathToFileURL(file);
}

const made: ProofVerifiers[] = [];
beforeEach(() => rmSync(batches, { force: true }));
afterEach(() => {
  for (const verifiers of made.splice(0)) verifiers.close();
});

/** What the processes were asked for since then, each batch as the texts of its proofs. */
const batchesOf = () =>
  readFileSync(batches, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.split(' '));

function make(options: VerifiersOptions = {}): ProofVerifiers {
  const verifiers = new ProofVerifiers({ worker: WORKER, processes: 1, ...options });
  made.push(verifiers);
  return verifiers;
}

const key = { hash: '1', data: batches };
const envelope = (proof: string): ProofEnvelope => ({
  format: 'zkcx-proof',
  version: 1,
  program: 'possession',
  verificationKeyHash: '1',
  proof: { publicInput: [], publicOutput: [], maxProofsVerified: 0, proof },
});

/** "valid", or the code. */
async function verdict(verifiers: ProofVerifiers, proof: string) {
  try {
    const place = verifiers.reserve();
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
  test('is valid or not', async () => {
    const verifiers = make();
    expect(await verdict(verifiers, 'true')).toBe('valid');
    expect(await verdict(verifiers, 'false')).toBe('ERR_PROOF_INVALID');
    expect(await verdict(verifiers, 'true')).toBe('valid');
  });

  test('whose process ends is tried once more, and is not valid if that ends too', async () => {
    const verifiers = make();
    expect(await verdict(verifiers, join(folder, 'once'))).toBe('valid');
    expect(await verdict(verifiers, 'crash')).toBe('ERR_PROOF_INVALID');
    expect(batchesOf()).toEqual([
      [join(folder, 'once')],
      [join(folder, 'once')],
      ['crash'],
      ['crash'],
    ]);
    expect(await verdict(verifiers, 'true')).toBe('valid');
  });

  test.each([
    ['takes too long', 'hang', /too long/],
    ['finds a process that is not able to verify', 'broken', /no pinned proof/],
  ])('that %s is a trouble of the server', async (_, proof, problem) => {
    const verifiers = make({ timeout: 500 });
    const place = verifiers.reserve();
    await expect(place.assertProof(envelope(proof), key)).rejects.toMatchObject({
      code: 'ERR_RSP_VERIFIER',
      message: expect.stringMatching(problem),
    });
    // it is not tried again
    expect(batchesOf()).toEqual([[proof]]);
    expect(await verdict(verifiers, 'true')).toBe('valid');
  });

  test('has all its time when the process has started', async () => {
    const worker = starting(`setTimeout(() => ${start}, 1_500);`);
    expect(await verdict(make({ worker, timeout: 1_000 }), 'true')).toBe('valid');
  });

  test.each([
    ['ends', 'process.exit(1)', /can be started/],
    ['cannot verify', `process.send({ type: 'broken', problem: 'no pin' })`, /no pin/],
  ])('does not wait for a process that %s as it starts', async (_, code, problem) => {
    const verifiers = make({ worker: starting(code), processes: 2 });
    verifiers.start();
    const place = verifiers.reserve();
    const asked = [1, 2, 3].map(() => place.assertProof(envelope('true'), key));
    for (const { reason } of (await Promise.allSettled(asked)) as PromiseRejectedResult[]) {
      expect(reason).toMatchObject({
        code: 'ERR_RSP_VERIFIER',
        message: expect.stringMatching(problem),
      });
    }
    // and the next one tries again
    starting(start);
    expect(await verdict(verifiers, 'true')).toBe('valid');
  });

  test('that hangs keeps no other one waiting where there is a second process', async () => {
    const verifiers = make({ processes: 2, timeout: 3_000 });
    verifiers.start();
    // a process that has yet to start may take longer than a proof may hang
    while (verifiers.status().processes.idle < 2) await setTimeout(20);
    let hangs = true;
    const hanging = verdict(verifiers, 'hang').then(() => (hangs = false));
    expect(await verdict(verifiers, 'true')).toBe('valid');
    expect(hangs).toBe(true);
    await hanging;
  });

  test('is not taken without a place, nor after the end', async () => {
    const verifiers = make();
    const place = verifiers.reserve();
    place.release();
    await expect(place.assertProof(envelope('true'), key)).rejects.toThrow(RangeError);
    await verdict(verifiers, 'true');
    // under way, and waiting
    const left = [verdict(verifiers, 'hang'), verdict(verifiers, 'true')];
    verifiers.close();
    expect(await Promise.all(left)).toEqual(['ERR_RSP_VERIFIER', 'ERR_RSP_VERIFIER']);
    expect(await verdict(verifiers, 'true')).toBe('ERR_RSP_VERIFIER');
  });
});

describe('proofs that wait together', () => {
  /** One process, which is busy with something else while others come. */
  async function occupied(options: VerifiersOptions = {}): Promise<ProofVerifiers> {
    const verifiers = make(options);
    await verdict(verifiers, 'true');
    rmSync(batches);
    void verdict(verifiers, 'slow');
    return verifiers;
  }
  const batchesAfter = () => batchesOf().slice(1);

  async function together(proofs: readonly string[], options: VerifiersOptions = {}) {
    const verifiers = await occupied(options);
    const codes = await Promise.all(proofs.map((proof) => verdict(verifiers, proof)));
    return { codes, batches: batchesAfter() };
  }
  const three = ['true', 'true', 'true'];
  const alone = (proofs: readonly string[]) => proofs.map((proof) => [proof]);

  test('are one batch, of at most so many', async () => {
    expect(await together(three)).toEqual({ codes: Array(3).fill('valid'), batches: [three] });
    const { batches } = await together(three, { batch: 2 });
    expect(batches).toEqual([['true', 'true'], ['true']]);
  });

  test.each([0, 1, 2])('are verified alone when that at place %i is false', async (place) => {
    const proofs = three.with(place, 'false');
    const codes = Array(3).fill('valid').with(place, 'ERR_PROOF_INVALID');
    expect(await together(proofs)).toEqual({ codes, batches: [proofs, ...alone(proofs)] });
  });

  test.each([0, 1, 2])(
    'have their answers when that at place %i ends every process',
    async (place) => {
      const proofs = three.with(place, 'crash');
      const { codes, batches } = await together(proofs);
      expect(codes).toEqual(Array(3).fill('valid').with(place, 'ERR_PROOF_INVALID'));
      const tries = proofs.flatMap((proof) => (proof === 'crash' ? [[proof], [proof]] : [[proof]]));
      expect(batches).toEqual([proofs, ...tries]);
    },
  );

  test.each([
    ['ends once for another reason', () => join(folder, 'batch'), 'valid'],
    ['is late because of one of them', () => 'hang', 'ERR_RSP_VERIFIER'],
    ['is broken', () => 'broken', 'ERR_RSP_VERIFIER'],
  ])('when their process %s', async (_, last, code) => {
    const { codes } = await together(['true', last()], { timeout: 500 });
    const first = last() === 'broken' ? 'ERR_RSP_VERIFIER' : 'valid';
    expect(codes).toEqual([first, code]);
  });
});

describe('real proofs', () => {
  const pinned = pinnedKey('chain');
  const withOther = (given: ProofEnvelope): ProofEnvelope => {
    const [first, ...rest] = given.proof.publicOutput;
    const publicOutput = [String(BigInt(first!) + 1n), ...rest];
    return { ...given, proof: { ...given.proof, publicOutput } };
  };
  let proofs: readonly ProofEnvelope[];
  let verifiers: ProofVerifiers;
  beforeAll(async () => {
    const names = ['eum', 'euicc-1', 'euicc-2'] as const;
    proofs = await Promise.all(names.map(async (of) => (await provenCredential(of)).proof));
    verifiers = new ProofVerifiers({ processes: 1 });
  });
  afterAll(() => verifiers.close());

  /** The first of them occupies the process, and the others are a batch. */
  async function verdicts(given: readonly ProofEnvelope[]): Promise<string[]> {
    const place = verifiers.reserve();
    try {
      const asked = [proofs[0]!, ...given].map((one) => place.assertProof(one, pinned));
      const results = await Promise.allSettled(asked);
      return results
        .slice(1)
        .map((one) => (one.status === 'fulfilled' ? 'valid' : (one.reason as ZkcxError).code));
    } finally {
      place.release();
    }
  }
  const wrong = (place: number) => proofs.map((one, i) => (i === place ? withOther(one) : one));

  test('are valid as a batch', async () => {
    expect(await verdicts(proofs)).toEqual(['valid', 'valid', 'valid']);
  }, 120_000);

  test.each([0, 1, 2])(
    'with another claim at place %i: that one is not',
    async (place) => {
      const expected = Array(3).fill('valid').with(place, 'ERR_PROOF_INVALID');
      expect(await verdicts(wrong(place))).toEqual(expected);
    },
    120_000,
  );

  test('are told from bytes that are none', async () => {
    const none = { ...proofs[1]!, proof: { ...proofs[1]!.proof, proof: 'AAAA' } };
    expect(await verdicts([proofs[1]!, none])).toEqual(['valid', 'ERR_PROOF_INVALID']);
  }, 120_000);
});

describe('a flood of false proofs', () => {
  test('is bounded', async () => {
    const verifiers = make({ places: 8 });
    await verdict(verifiers, 'true');
    const flood = Array.from({ length: 50 }, () => verdict(verifiers, 'slow'));
    expect(await verdict(verifiers, 'true')).toBe('ERR_RSP_BUSY');
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
