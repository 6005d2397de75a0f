/**
 * Whole proofs of fixtures/ compared, value by value: what two of them have in common tells whoever has both that they
 * belong together. Proofs that leave a device share what is public in them, and nothing else.
 */
import { describe, expect, test } from '@jest/globals';
import type { AnyEnvelope, ProofEnvelope } from '../../src/prover/envelope.ts';
import { provenCredential, provenRefresh } from '../support/credentials.ts';
import { linkingProof, plainLinkingProof } from '../support/linking/proofs.ts';
import { linkedBy, PUBLIC } from '../support/linking/public.ts';
import { sharedValues, valuesOf, written } from '../support/linking/values.ts';

const chain = async (of: 'eum' | 'euicc-1' | 'euicc-2') => (await provenCredential(of)).proof;

/** How many values that are not public they have in common, each written as it is. */
const links = (a: AnyEnvelope, b: AnyEnvelope) => written(linkedBy(a, b));

describe('two proofs that leave a device have nothing in common that is not public', () => {
  test.each<[string, () => Promise<[AnyEnvelope, AnyEnvelope]>]>([
    [
      'two presentations of one credential',
      async () => [linkingProof('presentation-1'), linkingProof('presentation-2')],
    ],
    [
      'a presentation and its chain proof',
      async () => [linkingProof('presentation-1'), await chain('euicc-1')],
    ],
    [
      "a presentation and the proof of its EUM's link",
      async () => [linkingProof('presentation-1'), await chain('eum')],
    ],
    [
      'two proofs of one credential that were given away',
      async () => [provenRefresh('euicc-1'), provenRefresh('euicc-1-again')],
    ],
    [
      'a proof that was given away and its chain proof',
      async () => [provenRefresh('euicc-1'), await chain('euicc-1')],
    ],
    [
      'a proof that was given away and a presentation of the same credential',
      async () => [provenRefresh('euicc-1'), linkingProof('presentation-1')],
    ],
    [
      'proofs of two chains below one EUM that were given away',
      async () => [provenRefresh('euicc-1'), provenRefresh('euicc-2')],
    ],
    [
      'two possessions of one key',
      async () => [plainLinkingProof('possession-1'), plainLinkingProof('possession-2')],
    ],
    [
      'two presentations of one credential from the registry',
      async () => [
        plainLinkingProof('registry-presentation-1'),
        plainLinkingProof('registry-presentation-2'),
      ],
    ],
    [
      'a presentation from the registry and the chain proof',
      async () => [plainLinkingProof('registry-presentation-1'), await chain('euicc-1')],
    ],
    [
      'a presentation from the registry and a possession of another session',
      async () => [plainLinkingProof('registry-presentation-1'), plainLinkingProof('possession-2')],
    ],
    [
      'a possession and the presentation of another session',
      async () => [plainLinkingProof('possession-1'), linkingProof('presentation-2')],
    ],
  ])('%s', async (_, pair) => {
    const [a, b] = await pair();
    expect(linkedBy(a, b)).toEqual(new Map());
    expect(linkedBy(b, a)).toEqual(new Map());
  });
});

describe('the same comparison finds', () => {
  test('two presentations over one refresh', () => {
    const [a, b] = [linkingProof('presentation-1'), linkingProof('presentation-1-again')];
    expect(links(a, b)).toBeGreaterThanOrEqual(64);
    expect(links(b, a)).toBeGreaterThanOrEqual(64);
  });

  test('two chain proofs below one EUM', async () => {
    expect(links(await chain('euicc-1'), await chain('euicc-2'))).toBeGreaterThanOrEqual(64);
  });

  test('one hop: a refresh and its chain proof, a presentation and its refresh', async () => {
    const refresh = linkingProof('refresh-1');
    expect(links(refresh, await chain('euicc-1'))).toBeGreaterThanOrEqual(34);
    expect(links(linkingProof('presentation-1'), refresh)).toBeGreaterThanOrEqual(34);
    // of the refresh of another presentation it has nothing
    expect(links(linkingProof('presentation-2'), refresh)).toBe(0);
  });
});

describe('what is compared', () => {
  const proof = linkingProof('presentation-1');

  test('is every number in a proof, and what is not one is known', () => {
    const places = [...valuesOf(proof).values()];
    // commitments, evaluations, challenges, the folded proofs of both sides
    for (const part of [
      'w_comm',
      't_comm',
      'lr',
      'delta',
      'prev_evals/evals/evals/w',
      'deferred_values/plonk/alpha',
      'messages_for_next_wrap_proof/old_bulletproof_challenges',
      'messages_for_next_step_proof/challenge_polynomial_commitments',
      'sponge_digest_before_evaluations',
    ]) {
      expect(places.filter((place) => place.includes(part))).not.toEqual([]);
    }
    expect(places.length).toBeGreaterThan(400);
    expect(() => valuesOf(withText(proof, (text) => `${text}(beyond 0x12)`))).toThrow(/unknown/);
  });

  test('finds a number of another proof in whatever encoding', () => {
    const other = linkingProof('presentation-2');
    const [value] = [...valuesOf(proof)].find(([, place]) => place.includes('z_1'))!;
    const hex = value.toString(16).padStart(64, '0');
    const reversed = Buffer.from(hex, 'hex').reverse();
    expect([...sharedValues(proof, other).keys()]).not.toContain(value);
    for (const planted of [
      `0x${hex.toUpperCase()}`,
      value.toString(),
      hex,
      reversed.toString('hex'),
      Buffer.from(hex, 'hex').toString('base64'),
      Buffer.concat([Buffer.from('a'), reversed]).toString('base64'),
    ]) {
      const changed = { ...other, program: `${other.program} ${planted}` };
      expect([...sharedValues(proof, changed).keys()]).toContain(value);
    }
  });

  test('leaves out what the request says, and that alone', () => {
    const shared = sharedValues(linkingProof('presentation-1'), linkingProof('presentation-2'));
    expect([...shared.values()]).toEqual(['public value 1', 'public value 2']);
    const ofRegistry = sharedValues(
      plainLinkingProof('registry-presentation-1'),
      plainLinkingProof('registry-presentation-2'),
    );
    expect([...ofRegistry.values()]).toEqual([
      'public value 1',
      'public value 2',
      'public value 3',
    ]);
    expect(new Set([...shared.keys(), ...ofRegistry.keys()])).toEqual(new Set(PUBLIC.keys()));
  });
});

const withText = (envelope: ProofEnvelope, change: (text: string) => string): ProofEnvelope => {
  const text = Buffer.from(envelope.proof.proof, 'base64').toString('latin1');
  const proof = Buffer.from(change(text), 'latin1').toString('base64');
  return { ...envelope, proof: { ...envelope.proof, proof } };
};
