/** Challenges: fresh, bound, bounded, used once. What an accepted proof leads to is in the proof test. */
import { afterAll, describe, expect, test } from '@jest/globals';
import { Field } from 'o1js';
import { publishedOpening } from '../../src/prover/credential.ts';
import { CLIENT_OFFER, parseServerRequest } from '../../src/session/offers.ts';
import { scopeOf } from '../../src/session/scope.ts';
import { leafOf } from '../../src/witness/presentation.ts';
import { RegistryTree } from '../../src/witness/registry-tree.ts';
import { answerTo } from './bundles.ts';
import {
  asIfValid,
  countingBytes,
  credentialOf,
  MAP,
  mapWith,
  NOW,
  rootsOf,
  SERVER_OID,
  verifiers,
} from './world.ts';

const made = verifiers();
afterAll(() => made.close());

const garbage = { format: 'zkcx-presentation', version: 3 };
const accept = { clientOffer: CLIENT_OFFER };

describe('a challenge', () => {
  test('is fresh each time, its time rounded to the minute', async () => {
    const verifier = await made.make({ now: () => NOW + 42n });
    const challenges = Array.from({ length: 3 }, () => verifier.challenge(accept));
    expect(new Set(challenges.map(({ transactionId }) => transactionId)).size).toBe(3);
    const requests = challenges.map(({ serverOffer }) => parseServerRequest(serverOffer));
    expect(new Set(requests.map(({ nonce }) => nonce)).size).toBe(3);
    expect(requests.map(({ time }) => time)).toEqual(Array(3).fill(Number(NOW)));
    // the scope is computed on both sides, never sent
    expect(Object.keys(requests[0]!)).not.toContain('scope');
  });

  test('is used up by its first answer, even a wrong one', async () => {
    const verifier = await made.make();
    const { transactionId } = verifier.challenge(accept);
    await expect(verifier.accept(transactionId, garbage)).rejects.toMatchObject({
      code: 'ERR_PROOF_FORMAT',
    });
    await expect(verifier.accept(transactionId, garbage)).rejects.toMatchObject({
      code: 'ERR_SESSION_UNKNOWN',
    });
  });

  test('takes one of two answers at once', async () => {
    const verifier = await made.make();
    const { transactionId } = verifier.challenge(accept);
    const answers = [0, 1].map(() => verifier.accept(transactionId, garbage));
    const codes = (await Promise.allSettled(answers)).map(
      (result) => result.status === 'rejected' && (result.reason as { code: string }).code,
    );
    expect(codes).toEqual(['ERR_PROOF_FORMAT', 'ERR_SESSION_UNKNOWN']);
  });

  test('expires', async () => {
    let now = NOW;
    const verifier = await made.make({ now: () => now, lifetime: 60n });
    const { transactionId } = verifier.challenge(accept);
    now += 60n;
    await expect(verifier.accept(transactionId, garbage)).rejects.toMatchObject({
      code: 'ERR_SESSION_EXPIRED',
    });
  });

  test('offers what counts when it is made, and is answered under what counts then', async () => {
    const [before, after] = [mapWith({ ca: [5n] }), MAP];
    let roots = rootsOf(before);
    const verifier = await made.make({ roots: () => roots, assertProof: asIfValid });
    const answered = async (then: typeof roots) => {
      roots = rootsOf(before);
      const { transactionId, serverOffer } = verifier.challenge(accept);
      const { revocationRoots } = parseServerRequest(serverOffer);
      expect(revocationRoots).toEqual([before.root.toString()]);
      const { bundle } = await answerTo(serverOffer, { policy: { maps: [before] } });
      roots = then;
      return verifier.accept(transactionId, bundle);
    };
    const root = before.root.toBigInt();
    await expect(answered(rootsOf(before))).resolves.toMatchObject({ revocationRoot: root });
    // superseded meanwhile: it counts as long as the verifier says so
    await expect(answered(rootsOf(after, before))).resolves.toMatchObject({ revocationRoot: root });
    await expect(answered(rootsOf(after))).rejects.toMatchObject({
      code: 'ERR_PROOF_REVOCATION_ROOT',
    });
    await expect(answered({ ...rootsOf(before), trustSets: [] })).rejects.toMatchObject({
      code: 'ERR_PROOF_TRUST_ROOT',
    });
    const wrong = { ...rootsOf(before), maps: 'all' as never };
    await expect(answered(wrong)).rejects.toMatchObject({ code: 'ERR_ARGUMENT' });
  });

  test('accepts a registry root that is one of the recent past, while it is', async () => {
    const published = { ...credentialOf(), published: Field(4711) };
    const registry = new RegistryTree([leafOf(publishedOpening(published)!)]);
    const registryRoot = registry.root.toBigInt();
    let registryRoots = [7n, registryRoot];
    const verifier = await made.make({
      mode: 'registryPresentation',
      roots: () => ({ ...rootsOf(MAP), registryRoots }),
      assertProof: asIfValid,
    });
    const answered = async (then: bigint[]) => {
      registryRoots = [7n, registryRoot];
      const { transactionId, serverOffer } = verifier.challenge(accept);
      const policy = { registry, minimumPublished: 1 };
      const { bundle } = await answerTo(serverOffer, { policy, of: published });
      registryRoots = then;
      return verifier.accept(transactionId, bundle);
    };
    await expect(answered([8n, registryRoot])).resolves.toMatchObject({ registryRoot });
    await expect(answered([8n, 7n])).rejects.toMatchObject({ code: 'ERR_PROOF_REGISTRY_ROOT' });
  });

  test('accepts a pseudonym once where it is for one device, and else as often as it comes', async () => {
    const verifier = await made.make({ assertProof: asIfValid });
    const answered = async (ask: object) => {
      const challenge = verifier.challenge({ ...accept, purpose: 'gift', ...ask });
      const { bundle } = await answerTo(challenge.serverOffer);
      return verifier.accept(challenge.transactionId, bundle);
    };
    await expect(answered({})).resolves.toBeDefined();
    await expect(answered({ oncePerDevice: true })).resolves.toBeDefined();
    await expect(answered({ oncePerDevice: true })).rejects.toMatchObject({
      code: 'ERR_SESSION_PSEUDONYM',
    });
    await expect(answered({ oncePerDevice: true, purpose: 'other' })).resolves.toBeDefined();
    await expect(answered({})).resolves.toBeDefined();
  });

  test('does not use up a device whose proof is not valid', async () => {
    let fails = true;
    const assertProof = async () => {
      if (fails) throw Error('not valid');
    };
    const verifier = await made.make({ assertProof });
    const answered = async () => {
      const ask = { ...accept, purpose: 'gift', oncePerDevice: true };
      const { transactionId, serverOffer } = verifier.challenge(ask);
      return verifier.accept(transactionId, (await answerTo(serverOffer)).bundle);
    };
    await expect(answered()).rejects.toThrow('not valid');
    fails = false;
    await expect(answered()).resolves.toBeDefined();
  });

  test('of another verifier, or after a restart, is unknown', async () => {
    const [one, two] = [await made.make(), await made.make()];
    const { transactionId } = one.challenge(accept);
    await expect(two.accept(transactionId, garbage)).rejects.toMatchObject({
      code: 'ERR_SESSION_UNKNOWN',
    });
  });

  test('is refused when too many are open, until some have expired', async () => {
    let now = NOW;
    const verifier = await made.make({ now: () => now, limit: 3, lifetime: 60n });
    for (let i = 0; i < 3; i++) verifier.challenge(accept);
    expect(() => verifier.challenge(accept)).toThrow(
      expect.objectContaining({ code: 'ERR_SESSION_FULL' }),
    );
    now += 61n;
    verifier.challenge(accept);
    expect(verifier.pending).toBe(1);
  });

  test.each([
    ['an offer that is no JSON', { clientOffer: new Uint8Array(3) }],
    [
      'an offer without a mode of this server',
      { clientOffer: offer({ modes: ['registryPresentation'] }) },
    ],
    ['an offer of an earlier version', { clientOffer: offer({ version: 1 }) }],
    ['an offer of a later version', { clientOffer: offer({ version: 3 }) }],
    ['an offer with more in it', { clientOffer: offer({ device: 'x' }) }],
    ['an offer of 9,000 bytes', { clientOffer: new Uint8Array(9000) }],
    ['a purpose with a space', { purpose: 'down load' }],
    ['a purpose of identifiers with a space', { identifierPurpose: 'down load' }],
    ['once per device without a purpose', { oncePerDevice: true }],
    [
      'once per device by identifiers',
      { oncePerDevice: true, purpose: 'gift', identifierPurpose: 'gift' },
    ],
  ])('is not made for %s', async (_, change) => {
    const verifier = await made.make();
    expect(() => verifier.challenge({ ...accept, ...change })).toThrow(
      expect.objectContaining({ code: 'ERR_SESSION_VALUE' }),
    );
  });

  test('from the registry is not made without its root', async () => {
    const verifier = await made.make({ mode: 'registryPresentation' });
    expect(() => verifier.challenge(accept)).toThrow(
      expect.objectContaining({ code: 'ERR_SESSION_VALUE' }),
    );
  });

  test('binds the offers as they were sent', async () => {
    const random = () => countingBytes(9);
    const [one, two] = [
      await made.make({ random: random() }),
      await made.make({ random: random() }),
    ];
    const [a, b] = [one.challenge(accept), two.challenge({ clientOffer: offer({}) })];
    expect(a.serverOffer).toEqual(b.serverOffer);
    // the same request after another client offer is another session: see transcript.circuit.test.ts
    expect(offer({})).toEqual(CLIENT_OFFER);
  });
});

function offer(change: object): Uint8Array {
  const own = JSON.parse(new TextDecoder().decode(CLIENT_OFFER)) as object;
  return new TextEncoder().encode(JSON.stringify({ ...own, ...change }));
}

test('a challenge is not made where the roots are of another form, or there are none', async () => {
  const challenge = async (change: object) => {
    const verifier = await made.make({ roots: () => ({ ...rootsOf(MAP), ...change }) });
    return verifier.challenge(accept);
  };
  const [facts] = rootsOf(MAP).maps;
  for (const change of [{ maps: [] }, { trustSets: [] }, { maps: [facts, facts] }]) {
    await expect(challenge(change)).rejects.toMatchObject({ code: 'ERR_SESSION_VALUE' });
  }
});

test.each([[{ maxAge: 28_799n }], [{ maxAge: 604_801n }]])(
  'a challenge is not made with %o',
  async (options) => {
    const verifier = await made.make(options);
    expect(() => verifier.challenge(accept)).toThrow(
      expect.objectContaining({ code: 'ERR_SESSION_VALUE' }),
    );
  },
);

test.each([[{ serverAddress: 'DP.example.com' }], [{ serverOid: 'somebody' }]])(
  'a verifier is not made with %o',
  async (options) => {
    await expect(made.make(options)).rejects.toMatchObject({ code: 'ERR_SESSION_VALUE' });
  },
);

describe('a scope', () => {
  test('is one for each server and purpose', () => {
    const scopes = [
      scopeOf(SERVER_OID, 'download'),
      scopeOf(SERVER_OID, 'downloads'),
      scopeOf('2.999.1', 'download'),
      scopeOf('2.999', 'download'),
    ];
    expect(new Set(scopes).size).toBe(4);
    expect(scopes).not.toContain(0n);
  });

  test.each([
    ['', 'download'],
    ['3.1', 'download'],
    ['2.01', 'download'],
    ['1.99.1', 'download'],
    [`2${'.12345678'.repeat(10)}`, 'download'],
    ['2.999', ''],
    ['2.999', 'Download'],
    ['2.999', 'a'.repeat(32)],
  ])('is not made for the server "%s" and the purpose "%s"', (oid, purpose) => {
    expect(() => scopeOf(oid, purpose)).toThrow(
      expect.objectContaining({ code: 'ERR_SESSION_VALUE' }),
    );
  });
});
