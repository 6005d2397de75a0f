/** Verifications of plain proofs in this process, watched where they end: at kimchi's own function. */
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { GuardError } from '../../../src/circuits/kimchi/native-calls.ts';
import { IndexError, describe as read } from '../../../src/circuits/kimchi/plain/verifier-index.ts';
import { loadPlainBackend } from '../../../src/circuits/kimchi/plain/backend.ts';
import type { CircuitContext } from '../../../src/circuits/kimchi/context.ts';
import { PlainVerifier } from '../../../src/circuits/verification.ts';
import { plainProgram } from '../../../src/circuits/plain-program.ts';
import type { PlainEnvelope } from '../../../src/prover/envelope.ts';
import { isValid, verdictsOf } from '../../../src/prover/guard.ts';
import { pinnedKey, pinnedPart } from '../../../src/prover/keys.ts';
import { loadBackend, POINT_BYTES } from '../../../src/circuits/kimchi/points.ts';
import { PLAIN_LOG2 } from '../../../src/circuits/kimchi/plain/srs.ts';
import { pinnedPlainProof } from '../../../src/prover/pinned-proof.ts';
import { pinnedSrs } from '../../../src/prover/plain-pins.ts';
import type { PlainName } from '../../../src/prover/program-shapes.ts';
import { provenCredential } from '../../support/credentials.ts';
import { nameOf } from '../../support/guard/watch.ts';
import { native } from '../../support/kimchi/bindings.ts';
import { plainLinkingProof } from '../../support/linking/proofs.ts';
import { bytesOf, withBytes, withNumber, numberAt } from '../../support/plain.ts';
import { Field, Poseidon } from 'o1js';

type Verify = (
  indexes: readonly object[],
  proofs: readonly Parameters<typeof nameOf>[0][],
) => boolean;
const kimchi = native as unknown as { caml_pasta_fp_plonk_proof_batch_verify: Verify };

const one = plainLinkingProof('possession-1');
const two = plainLinkingProof('possession-2');
const three = plainLinkingProof('registry-presentation-1');
const honest = [one, two, three];
const ofPackage = ({ program, proof }: PlainEnvelope) => ({
  proof,
  key: pinnedKey(program as PlainName),
});
const withInput = (envelope: PlainEnvelope): PlainEnvelope => ({
  ...envelope,
  proof: { ...envelope.proof, publicInput: ['5', ...envelope.proof.publicInput.slice(1)] },
});

/** Names of the proofs of each call, in their order. */
let calls: string[][] = [];
let frontName: string;
let names: string[];

beforeAll(async () => {
  const original = kimchi.caml_pasta_fp_plonk_proof_batch_verify;
  kimchi.caml_pasta_fp_plonk_proof_batch_verify = (indexes, proofs) => {
    calls.push(proofs.map(nameOf));
    return original(indexes, proofs);
  };
  for (const envelope of honest) {
    const { proof, key } = ofPackage(envelope);
    expect(await isValid(proof, key)).toBe(true);
  }
  frontName = calls[0]![0]!;
  names = calls.map(([, name]) => name!);
  expect(new Set([frontName, ...names]).size).toBe(4);
}, 60_000);

beforeEach(() => {
  calls = [];
});

describe('the pinned proof', () => {
  test('is in front of each proof alone, and of batches of several programs', async () => {
    expect(await verdictsOf(honest.map(ofPackage))).toEqual(['valid', 'valid', 'valid']);
    for (const { proof, key } of honest.map(ofPackage)) await isValid(proof, key);
    expect(calls).toEqual([[frontName, ...names], ...names.map((name) => [frontName, name])]);
  });

  test('is in front of each that is checked again alone', async () => {
    const batch = [one, withInput(two), three].map(ofPackage);
    const verdicts = await Promise.all(batch.map(({ proof, key }) => isValid(proof, key)));
    expect(verdicts).toEqual([true, false, true]);
    expect(calls).toEqual([[frontName, ...names], ...names.map((name) => [frontName, name])]);
  });

  test('that does not hold makes everything false, and one that cannot be read is an error', async () => {
    const srs = await pinnedSrs();
    const front = pinnedPlainProof();
    const bytes = Buffer.from(front.proof.proof, 'base64');
    const at = bytes.length / 32 - 1;
    const changed = withNumber(bytes, at, numberAt(bytes, at) + 1n).toString('base64');
    for (const wrong of [
      { ...front, proof: { ...front.proof, publicInput: ['5'] } },
      { ...front, proof: { ...front.proof, proof: changed } },
    ]) {
      const verifier = await PlainVerifier.behind(wrong, srs);
      expect(await verifier.verifyProofs(honest.map(ofPackage))).toEqual([false, false, false]);
    }
    for (const proof of ['', bytes.subarray(1).toString('base64')]) {
      const wrong = { ...front, proof: { ...front.proof, proof } };
      await expect(PlainVerifier.behind(wrong, srs)).rejects.toThrow(GuardError);
    }
    const right = await PlainVerifier.behind(front, srs);
    expect(await right.verifyProofs(honest.map(ofPackage))).toEqual([true, true, true]);
  });
});

describe('a batch', () => {
  test('is false with a false proof at any place, and the others are found to be valid', async () => {
    for (const place of honest.keys()) {
      const batch = honest.map((envelope, i) => (i === place ? withInput(envelope) : envelope));
      expect(await verdictsOf(batch.map(ofPackage))).toEqual(['unknown', 'unknown', 'unknown']);
      const alone = batch.map(ofPackage).map(({ proof, key }) => isValid(proof, key));
      expect(await Promise.all(alone)).toEqual(honest.map((_, i) => i !== place));
    }
  });

  test('leaves out what cannot be read: it is invalid, and kimchi never sees it', async () => {
    const cut = withBytes(two, bytesOf(two).subarray(32));
    expect(await verdictsOf([one, cut, three].map(ofPackage))).toEqual([
      'valid',
      'invalid',
      'valid',
    ]);
    expect(calls).toEqual([[frontName, names[0], names[2]]]);
  });

  test('with proofs of o1js among them gives each its own answer', async () => {
    const { proof } = (await provenCredential('eum')).proof;
    const chain = { proof, key: pinnedKey('chain') };
    const wrong = { ...chain, proof: { ...proof, publicOutput: proof.publicOutput.with(3, '5') } };
    const mixed = [chain, ofPackage(one), wrong, ofPackage(withInput(two))];
    const verdicts = await Promise.all(mixed.map((each) => isValid(each.proof, each.key)));
    expect(verdicts).toEqual([true, true, false, false]);
  }, 60_000);
});

describe('a proof over another SRS', () => {
  test('of the same length is refused', async () => {
    const { pinnedPlainProgram: program } = await import('../../../src/circuits/pinned.plain.ts');
    const { rust, toRust } = await loadBackend();
    const points = pinnedPart('srs-fp').subarray(0, POINT_BYTES * (1 + 2 ** PLAIN_LOG2));
    // the last point in the place of the first
    const turned = Buffer.from(points);
    turned.set(points.subarray(-POINT_BYTES), POINT_BYTES);
    await program.compile(rust.caml_fp_srs_set(toRust.points('fp', turned)));
    const proof = await program.prove(Field(0));
    const { key, proof: pinned } = pinnedPlainProof();
    expect(Buffer.from(proof.proof, 'base64')).toHaveLength(
      Buffer.from(pinned.proof, 'base64').length,
    );
    expect(await isValid(proof, key)).toBe(false);
    expect(await isValid(pinned, key)).toBe(true);
  }, 60_000);
});

describe('an index', () => {
  const indexOf = async (name: PlainName) => {
    const { rust, conversion } = await loadPlainBackend();
    const text = Buffer.from(pinnedKey(name).data, 'base64').toString('utf8');
    return conversion.fp.verifierIndexFromRust(
      rust.caml_pasta_fp_plonk_verifier_index_deserialize(await pinnedSrs(), text),
    );
  };

  test.each(['sessionPossession', 'registryPresentation'] as const)(
    'of %s says what its proofs consist of',
    async (name) => {
      const index = read(await indexOf(name));
      const proof = name === 'sessionPossession' ? one : three;
      expect(index.publicInputs).toBe(proof.proof.publicInput.length);
      expect(index.domainLog2).toBe(name === 'sessionPossession' ? 14 : 13);
      expect(index.proofs.length).toBe(bytesOf(proof).length);
    },
  );

  const LOOKUP = 8;
  const inLookup = (change: (lookup: unknown[]) => void) => (ml: unknown[]) => {
    const [, lookup] = ml[LOOKUP] as [0, unknown[]];
    const changed = [...lookup];
    change(changed);
    ml[LOOKUP] = [0, changed];
  };
  test.each<[string, (ml: unknown[]) => void]>([
    ['hides two rows', (ml) => (ml[9] = 2)],
    ['hides four rows', (ml) => (ml[9] = 4)],
    ['is of a larger SRS', (ml) => (ml[2] = 2 ** 16)],
    ['is of a smaller SRS', (ml) => (ml[2] = 2 ** 13)],
    ['has a domain larger than the SRS', (ml) => (ml[1] = [0, 15, [0, 1n]])],
    ['takes challenges of other proofs', (ml) => (ml[4] = 1)],
    ['has lookups that are not joint', inLookup((lookup) => (lookup[1] = 0))],
    ['does not tell its tables apart', inLookup((lookup) => (lookup[4] = 0))],
    ['has no selector of its runtime tables', inLookup((lookup) => (lookup[6] = 0))],
  ])('that %s is none', async (_, change) => {
    const ml = [...(await indexOf('sessionPossession'))];
    change(ml);
    expect(() => read(ml)).toThrow(IndexError);
  });
});

describe('a plain program', () => {
  test('without a lookup and a Poseidon gate is refused when it is made', async () => {
    const definition = { publicInput: Field, privateInputs: [] as const };
    const bare = plainProgram({
      ...definition,
      name: 'bare',
      method: (_, x: Field) => x.mul(x).assertEquals(x),
    });
    await expect(bare.compile(await pinnedSrs())).rejects.toThrow(IndexError);
    const hashing = plainProgram({
      ...definition,
      name: 'hashing',
      method: (context, x: Field) => {
        Poseidon.hash([x]);
        context.range12(x);
      },
    });
    await expect(hashing.compile(await pinnedSrs())).resolves.toContain('domain');
  }, 60_000);

  test('that waits for something is refused', async () => {
    const waiting = plainProgram({
      name: 'waiting',
      publicInput: Field,
      privateInputs: [],
      method: (async (context: CircuitContext, x: Field) =>
        context.range12(x)) as unknown as () => void,
    });
    await expect(waiting.compile(await pinnedSrs())).rejects.toThrow('must not wait');
  });

  test('makes no proof of false inputs, and proves true ones after it', async () => {
    const { pinnedPlainProgram: program } = await import('../../../src/circuits/pinned.plain.ts');
    await program.compile(await pinnedSrs());
    const { key } = pinnedPlainProof();
    await expect(program.prove(Field(1))).rejects.toThrow('unsatisfied');
    expect(await isValid(await program.prove(Field(0)), key)).toBe(true);
  }, 60_000);
});
