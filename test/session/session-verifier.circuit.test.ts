/** Challenges: fresh, bound, bounded, used once. What an accepted proof leads to is in the proof test. */
import { afterAll, describe, expect, test } from '@jest/globals';
import { CLIENT_OFFER, parseServerRequest } from '../../src/session/offers.ts';
import type { CurrentRoots } from '../../src/session/session-verifier.ts';
import { scopeOf } from '../../src/session/scope.ts';
import { countingBytes, MAP, mapWith, NOW, rootsOf, SERVER_OID, verifiers } from './world.ts';

const made = verifiers();
afterAll(() => made.close());

const garbage = { format: 'zkcx-presentation', version: 1 };
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

  test('counts while its registry root is accepted, also as one of the recent past', async () => {
    let roots: CurrentRoots = { ...rootsOf(MAP), registryRoot: 5n };
    const mode = 'registryPresentation';
    const verifier = await made.make({ roots: () => roots, mode });
    const code = async (change: Partial<typeof roots>) => {
      roots = { ...rootsOf(MAP), registryRoot: 5n };
      const { transactionId } = verifier.challenge(accept);
      roots = { ...roots, ...change };
      return verifier.accept(transactionId, garbage).catch((error: unknown) => error);
    };
    const [known, over] = [{ code: 'ERR_PROOF_FORMAT' }, { code: 'ERR_SESSION_ROOTS' }];
    expect(await code({})).toMatchObject(known);
    expect(await code({ registryRoot: 6n })).toMatchObject(over);
    expect(await code({ registryRoot: 7n, recentRegistryRoots: [6n, 5n] })).toMatchObject(known);
    expect(await code({ registryRoot: 7n, recentRegistryRoots: [6n] })).toMatchObject(over);
    const wrong = { registryRoot: 7n, recentRegistryRoots: '56' as never };
    expect(await code(wrong)).toMatchObject({ code: 'ERR_ARGUMENT' });
  });

  test('is void once a list or a set changes', async () => {
    let roots = rootsOf(MAP);
    const verifier = await made.make({ roots: () => roots });
    const changes = [{ revocationRoot: mapWith({ ca: [5n] }).root.toBigInt() }, { trustRoot: 5n }];
    for (const change of changes) {
      roots = rootsOf(MAP);
      const { transactionId } = verifier.challenge(accept);
      roots = { ...roots, ...change };
      await expect(verifier.accept(transactionId, garbage)).rejects.toMatchObject({
        code: 'ERR_SESSION_ROOTS',
      });
    }
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
    ['an offer of a later version', { clientOffer: offer({ version: 2 }) }],
    ['an offer with more in it', { clientOffer: offer({ device: 'x' }) }],
    ['an offer of 9,000 bytes', { clientOffer: new Uint8Array(9000) }],
    ['a purpose with a space', { purpose: 'down load' }],
    ['once per device without a purpose', { oncePerDevice: true }],
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
