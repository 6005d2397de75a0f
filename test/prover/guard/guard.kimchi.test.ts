/** Verifications in this process, watched where they end: at kimchi's own functions. */
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  type Accumulator,
  GuardError,
  NativeCalls,
  type WrapProof,
} from '../../../src/circuits/kimchi/native-calls.ts';
import { presetSetup, VERIFIER_PARTS } from '../../../src/circuits/verification.ts';
import type { JsonProof } from '../../../src/prover/envelope.ts';
import { guardVerification, isValid, verdictsOf } from '../../../src/prover/guard.ts';
import { pinnedKey, pinnedPart } from '../../../src/prover/keys.ts';
import { pinnedProof } from '../../../src/prover/pinned-proof.ts';
import { verifyChain } from '../../../src/prover/verify.ts';
import { PROVEN_AT, PROVEN_TRUST, provenCredential } from '../../support/credentials.ts';
import { verifyBare } from '../../support/guard/bare.ts';
import { type Call, kimchi, watchVerifier } from '../../support/guard/watch.ts';

const key = pinnedKey('chain');
const front = pinnedProof();
const calls: Call[] = watchVerifier();
const below = { ...kimchi };
let chains: JsonProof[];
/** Names of the pinned proof and of the chain proofs in `calls`, see there. */
let frontName: string;
let names: string[];

/** What kimchi was called with by a piece of work. */
async function callsOf(work: () => Promise<unknown>): Promise<(readonly string[])[]> {
  const before = calls.length;
  await work();
  return calls.slice(before).map(({ proofs }) => proofs);
}

const withClaim = (proof: JsonProof): JsonProof => ({
  ...proof,
  publicOutput: [...proof.publicOutput.slice(0, 3), '5'],
});

beforeAll(async () => {
  await presetSetup(VERIFIER_PARTS, pinnedPart);
  const envelopes = await Promise.all(
    (['eum', 'euicc-1', 'euicc-2'] as const).map(async (of) => (await provenCredential(of)).proof),
  );
  chains = envelopes.map(({ proof }) => proof);
  // o1js alone: one proof a call, so the watch sees what there is
  const bare = await callsOf(async () => {
    expect(await verifyBare(front.proof, front.key)).toBe(true);
    for (const chain of chains) expect(await verifyBare(chain, key)).toBe(true);
  });
  expect(bare.map((proofs) => proofs.length)).toEqual([1, 1, 1, 1]);
  [frontName, ...names] = bare.flat() as [string, ...string[]];
  expect(new Set([frontName, ...names]).size).toBe(4);
}, 120_000);

describe('native calls', () => {
  let native: NativeCalls;
  let pinned: WrapProof;
  let foreign: WrapProof;
  const wrapOf = async (proof: JsonProof, { data }: { data: string } = key) =>
    (await native.collect(() => verifyBare(proof, { data })))!.wrap;

  beforeEach(async () => {
    Object.assign(kimchi, below);
    native = await NativeCalls.replace();
    pinned = await wrapOf(front.proof, front.key);
    foreign = await wrapOf(chains[0]!);
  });

  test('put the pinned proof in front', async () => {
    native.pin(pinned);
    const seen = await callsOf(async () => {
      expect(native.verifyWraps(native.behindPinned([foreign]))).toBe(true);
    });
    expect(seen).toEqual([[frontName, names[0]]]);
  });

  test('put it in front of what others verify by o1js in the same process', async () => {
    native.pin(pinned);
    const seen = await callsOf(async () => {
      expect(await verifyBare(chains[0]!, key)).toBe(true);
      expect(await verifyBare(withClaim(chains[0]!), key)).toBe(false);
    });
    expect(seen).toEqual([
      [frontName, names[0]],
      [frontName, names[0]],
    ]);
  });

  test('fail without a pinned proof, and kimchi is not asked', async () => {
    const seen = await callsOf(async () => {
      expect(() => native.behindPinned([foreign])).toThrow(GuardError);
      expect(() => native.verifyWraps([pinned, foreign])).toThrow(GuardError);
      await expect(verifyBare(chains[0]!, key)).rejects.toThrow(GuardError);
    });
    expect(seen).toEqual([]);
  });

  test('fail with the pinned proof anywhere else, and kimchi is not asked', async () => {
    native.pin(pinned);
    const copy = { ...pinned };
    const seen = await callsOf(async () => {
      const batches = [[], [pinned], [foreign], [foreign, pinned], [copy, foreign]];
      for (const batch of batches) expect(() => native.verifyWraps(batch)).toThrow(GuardError);
    });
    expect(seen).toEqual([]);
  });

  test.each<[string, () => Promise<WrapProof>]>([
    [
      'that does not prove its claim',
      () => wrapOf({ ...front.proof, publicInput: ['5'] }, front.key),
    ],
    ['with the index of another program', async () => ({ ...pinned, index: foreign.index })],
    ['of another program', async () => ({ ...pinned, proof: foreign.proof })],
  ])('say no to everything with a pinned proof %s', async (_, wrong) => {
    native.pin(await wrong());
    expect(native.verifyWraps(native.behindPinned([foreign]))).toBe(false);
    expect(await verifyBare(chains[0]!, key)).toBe(false);
  });

  test('say no to everything with a false proof anywhere in the batch', async () => {
    native.pin(pinned);
    const wrong = await wrapOf(withClaim(chains[1]!));
    const right = await wrapOf(chains[2]!);
    for (const batch of [
      [wrong, foreign, right],
      [foreign, wrong, right],
      [foreign, right, wrong],
    ]) {
      expect(native.verifyWraps(native.behindPinned(batch))).toBe(false);
    }
    expect(native.verifyWraps(native.behindPinned([foreign, right]))).toBe(true);
  });

  test('say no to accumulators with a false one anywhere among them', async () => {
    const honest: Accumulator[] = [];
    for (const chain of chains) {
      honest.push((await native.collect(() => verifyBare(chain, key)))!.accumulator);
    }
    expect(native.checkAccumulators(honest)).toBe(true);
    const changed = ({ challenges, ...rest }: (typeof honest)[number]) => ({
      ...rest,
      challenges: challenges.with(0, challenges[0]! ^ 1),
    });
    for (const place of honest.keys()) {
      const accumulators = honest.map((one, i) => (i === place ? changed(one) : one));
      expect(native.checkAccumulators(accumulators)).toBe(false);
    }
    const short = { ...honest[1]!, challenges: honest[1]!.challenges.subarray(32) };
    expect(() => native.checkAccumulators([honest[0]!, short])).toThrow(GuardError);
    expect(() => native.checkAccumulators([])).toThrow(GuardError);
  });

  test.each([
    'caml_pasta_fq_plonk_proof_batch_verify',
    'caml_fp_srs_batch_accumulator_check',
  ] as const)('fail when o1js has another way to %s', async (name) => {
    Object.assign(kimchi, below);
    Object.defineProperty(kimchi, name, {
      get: () => below[name],
      set() {},
      configurable: true,
    });
    try {
      const blind = await NativeCalls.replace();
      const collected = blind.collect(() => verifyBare(chains[0]!, key));
      await expect(collected).rejects.toThrow(GuardError);
    } finally {
      Object.defineProperty(kimchi, name, { value: below[name], writable: true, enumerable: true });
    }
  });

  test('fail when a verification asks for less or more than one proof takes', async () => {
    native.pin(pinned);
    await expect(native.collect(async () => true)).rejects.toThrow(GuardError);
    const twice = native.collect(
      async () => (await verifyBare(chains[0]!, key)) && verifyBare(chains[1]!, key),
    );
    await expect(twice).rejects.toThrow(GuardError);
  });

  test('that come when their verification is over fail', async () => {
    native.pin(pinned);
    let late: Promise<boolean> | undefined;
    const collected = await native.collect(async () => {
      late = new Promise((resolve) => setTimeout(resolve, 500)).then(() =>
        verifyBare(chains[0]!, key),
      );
      return verifyBare(chains[0]!, key);
    });
    expect(collected).toBeDefined();
    await expect(late).rejects.toThrow(GuardError);
  });

  test('say nothing about a proof while it is collected to anybody else', async () => {
    native.pin(pinned);
    const forged = withClaim(chains[0]!);
    const [collected, ...others] = await Promise.all([
      native.collect(() => verifyBare(forged, key)),
      verifyBare(forged, key),
      verifyBare(chains[0]!, key),
    ]);
    expect(others).toEqual([false, true]);
    expect(native.verifyWraps(native.behindPinned([collected!.wrap]))).toBe(false);
  });
});

describe('the library', () => {
  const trustRoot = PROVEN_TRUST.root.toBigInt();
  const answers = (proofs: readonly JsonProof[]) =>
    Promise.all(proofs.map((proof) => isValid(proof, proof === front.proof ? front.key : key)));

  beforeAll(async () => {
    Object.assign(kimchi, below);
    await guardVerification();
  });

  test('verifies a proof behind the pinned one', async () => {
    const envelope = (await provenCredential('eum')).proof;
    const seen = await callsOf(() => verifyChain(envelope, { trustRoot, at: PROVEN_AT }));
    expect(seen).toEqual([[frontName, names[0]]]);
  });

  test('verifies proofs that wait together as one batch, of several programs too', async () => {
    const seen = await callsOf(async () => {
      expect(await answers([...chains, front.proof])).toEqual([true, true, true, true]);
    });
    expect(seen).toEqual([[frontName, ...names, frontName]]);
  });

  test.each([0, 1, 2])('finds a false proof at place %i, and only that', async (place) => {
    const proofs = chains.map((proof, i) => (i === place ? withClaim(proof) : proof));
    const seen = await callsOf(async () => {
      expect(await answers(proofs)).toEqual([0, 1, 2].map((i) => i !== place));
    });
    // all together, then each behind the pinned proof
    expect(seen).toEqual([[frontName, ...names], ...names.map((name) => [frontName, name])]);
  });

  test('tells bytes that are no proof from the others', async () => {
    const unreadable = { ...chains[0]!, proof: 'AAAA' };
    const seen = await callsOf(async () => {
      expect(await answers([chains[0]!, unreadable, chains[1]!])).toEqual([true, false, true]);
    });
    expect(seen).toEqual([[frontName, names[0], names[1]]]);
  });

  describe('says of what is to be one batch', () => {
    const verdicts = async (proofs: readonly JsonProof[]) => {
      let found: readonly string[] = [];
      const seen = await callsOf(async () => {
        found = await verdictsOf(proofs.map((proof) => ({ proof, key })));
      });
      return { found, seen };
    };

    test('that all are valid, in one call', async () => {
      const found = ['valid', 'valid', 'valid'];
      expect(await verdicts(chains)).toEqual({ found, seen: [[frontName, ...names]] });
    });

    test.each([0, 1, 2])('that it knows nothing of any with a false one at %i', async (place) => {
      const proofs = chains.map((proof, i) => (i === place ? withClaim(proof) : proof));
      const found = ['unknown', 'unknown', 'unknown'];
      expect(await verdicts(proofs)).toEqual({ found, seen: [[frontName, ...names]] });
    });

    test('that one alone is valid or not', async () => {
      expect((await verdicts([chains[0]!])).found).toEqual(['valid']);
      const seen = [[frontName, names[0]]];
      expect(await verdicts([withClaim(chains[0]!)])).toEqual({ found: ['invalid'], seen });
    });

    test('that bytes which are no proof are invalid, and of the others what it knows', async () => {
      const none = { ...chains[0]!, proof: 'AAAA' };
      const [right, other] = [chains[1]!, chains[2]!];
      expect((await verdicts([none, right, other])).found).toEqual(['invalid', 'valid', 'valid']);
      expect((await verdicts([right, none, withClaim(other)])).found).toEqual([
        'unknown',
        'invalid',
        'unknown',
      ]);
      // and then it is alone
      expect((await verdicts([none, withClaim(right)])).found).toEqual(['invalid', 'invalid']);
      expect(await verdicts([none])).toEqual({ found: ['invalid'], seen: [] });
      expect(await verdicts([])).toEqual({ found: [], seen: [] });
    });
  });

  test('verifies one batch after the other', async () => {
    const seen = await callsOf(async () => {
      const early = answers([chains[0]!]);
      await new Promise((resolve) => setImmediate(resolve));
      expect(await answers([chains[1]!, chains[2]!])).toEqual([true, true]);
      expect(await early).toEqual([true]);
    });
    expect(seen).toEqual([
      [frontName, names[0]],
      [frontName, names[1], names[2]],
    ]);
  });
});
