/** What the holder refuses, and that the peer cannot tell one refusal from another. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Field } from 'o1js';
import { ZkcxError } from '../../src/errors.ts';
import { planAnswer, REFUSAL, refuseAlike } from '../../src/session/answer.ts';
import { checkRequest, type HolderPolicy } from '../../src/session/holder.ts';
import { CLIENT_OFFER } from '../../src/session/offers.ts';
import { scopeOf } from '../../src/session/scope.ts';
import type {
  ChallengeInput,
  CurrentRoots,
  SessionVerifier,
} from '../../src/session/session-verifier.ts';
import { leafOf } from '../../src/witness/presentation.ts';
import { RegistryTree } from '../../src/witness/registry-tree.ts';
import { TrustSet } from '../../src/witness/trust.ts';
import { POINTS } from '../support/crl/index.ts';
import {
  ANCHOR,
  ANCHORS,
  CI,
  credentialOf,
  DP_AUTH,
  EUICC,
  EUM,
  MAP,
  mapWith,
  NOW,
  PEER,
  POLICY,
  rootsOf,
  sign,
  SOURCES,
  verifiers,
} from './world.ts';

const made = verifiers();
afterAll(() => made.close());

const credential = credentialOf();
let roots: CurrentRoots = rootsOf(MAP);
let verifier: SessionVerifier;
let server: SessionVerifier;
let published: SessionVerifier;
beforeAll(async () => {
  verifier = await made.make({ roots: () => roots });
  server = await made.make({ role: 'dp-auth-v2' });
  published = await made.make({ mode: 'registryPresentation', roots: () => roots });
});

/** 63 others and this one. */
const registry = new RegistryTree([
  ...Array.from({ length: 63 }, (_, i) => Field(i + 1)),
  leafOf(credential.opening),
]);

interface Situation {
  readonly roots?: Partial<CurrentRoots>;
  readonly ask?: Partial<ChallengeInput>;
  readonly policy?: Partial<HolderPolicy>;
  readonly by?: () => SessionVerifier;
  readonly change?: (request: Record<string, unknown>) => unknown;
}

/** What a holder makes of a request in a situation. */
async function answer({ roots: given, ask, policy, by = () => verifier, change }: Situation) {
  roots = { ...rootsOf(MAP), ...given };
  const { serverOffer } = by().challenge({ clientOffer: CLIENT_OFFER, ...ask });
  const sent = change === undefined ? serverOffer : rewrite(serverOffer, change);
  const request = { peer: PEER, clientOffer: CLIENT_OFFER, serverOffer: sent, credential };
  return checkRequest(request, { ...POLICY, ...policy });
}

function rewrite(offer: Uint8Array, change: (request: Record<string, unknown>) => unknown) {
  const request = JSON.parse(new TextDecoder().decode(offer)) as Record<string, unknown>;
  return new TextEncoder().encode(JSON.stringify(change(request)));
}

const revoked = (map: typeof MAP) => ({ roots: { revocationRoot: map.root.toBigInt() } });
const trustOf = (...anchors: (typeof ANCHOR)[]) => ({
  trustRoot: new TrustSet(anchors).root.toBigInt(),
});
const registryRoot = registry.root.toBigInt();

describe('a holder answers', () => {
  test('a request under roots that it knows', async () => {
    const accepted = await answer({});
    expect(accepted.scope.toBigInt()).toBe(0n);
    expect(accepted.trust.root.toBigInt()).toBe(rootsOf(MAP).trustRoot);
  });

  test('with the scope of the server that it authenticated', async () => {
    const accepted = await answer({ ask: { purpose: 'download' } });
    expect(accepted.scope.toBigInt()).toBe(scopeOf(PEER.serverOid, 'download'));
    expect(accepted.scope.toBigInt()).not.toBe(scopeOf('2.999.1', 'download'));
    expect(accepted.scope.toBigInt()).not.toBe(scopeOf(PEER.serverOid, 'download2'));
  });

  test('with openings, once the user agreed to these at this peer', async () => {
    const asked: unknown[] = [];
    await answer({
      ask: { disclosures: ['identity'] },
      policy: { consent: (question) => asked.push(question) > 0 },
    });
    expect(asked).toEqual([{ peer: PEER, disclosures: ['identity'] }]);
  });

  test('under the newest registry that it knows', async () => {
    const accepted = await answer({
      by: () => published,
      roots: { registryRoot },
      policy: { registry },
    });
    const plan = await planAnswer({ accepted, credential, anchors: ANCHORS, sign });
    expect(plan.presentation.program).toBe('registryPresentation');
    expect(plan.presentation.plan.request.registryRoot.toBigInt()).toBe(registryRoot);
  });

  test('under a root of the last day, if its credential stands under all of them', async () => {
    const grown = new RegistryTree(registry.published.map((one) => (one as { leaf: Field }).leaf));
    grown.append(Field(9));
    grown.acceptRecent([{ publications: registry.published.length, root: registry.root }]);
    const situation = { by: () => published, roots: { registryRoot }, policy: { registry: grown } };
    const accepted = await answer(situation);
    expect(accepted.registry!.root.toBigInt()).toBe(registryRoot);
    // published since: an answer under one root and silence under another would tell when
    const late = new RegistryTree([
      ...Array.from({ length: 64 }, (_, i) => Field(i + 1)),
      leafOf(credential.opening),
    ]);
    const before = new RegistryTree(Array.from({ length: 64 }, (_, i) => Field(i + 1)));
    late.acceptRecent([{ publications: 64, root: before.root }]);
    const asked = { registryRoot: late.root.toBigInt() };
    const refused = answer({ ...situation, roots: asked, policy: { registry: late } });
    await expect(refused).rejects.toMatchObject({ code: 'ERR_HOLDER_REGISTRY' });
    await expect(refused).rejects.toThrow('not under all roots');
  });
});

const refusals: [string, string, Situation][] = [
  ['a trust root of one CI', 'ERR_HOLDER_TRUST_SET', { roots: trustOf(ANCHOR) }],
  [
    'a known set of one CI',
    'ERR_HOLDER_TRUST_SET',
    { roots: trustOf(ANCHOR), policy: { trustSets: [[ANCHOR], ANCHORS] } },
  ],
  ['an unknown trust root', 'ERR_HOLDER_TRUST_SET', { roots: { trustRoot: 5n } }],
  ['no set known at all', 'ERR_HOLDER_TRUST_SET', { policy: { trustSets: [[]] } }],
  ['a map without an issuer', 'ERR_HOLDER_MAP', revoked(mapWith({}, SOURCES.slice(0, 2)))],
  [
    'a map with an issuer more',
    'ERR_HOLDER_MAP',
    revoked(mapWith({}, [...SOURCES, { issuer: EUM, kind: 'ca', point: 'none' }])),
  ],
  [
    'a map with a `none` entry of its own',
    'ERR_HOLDER_MAP',
    revoked(mapWith({}, [SOURCES[0]!, { issuer: CI, kind: 'user', point: 'none' }, SOURCES[2]!])),
  ],
  [
    'a map with another source',
    'ERR_HOLDER_MAP',
    revoked(mapWith({}, [SOURCES[0]!, { issuer: CI, kind: 'user', point: POINTS.B }, SOURCES[2]!])),
  ],
  ['a map with half of all serials', 'ERR_HOLDER_MAP', revoked(mapWith({ user: [1n, 2n] }))],
  ['a small map', 'ERR_HOLDER_MAP', { policy: { minimumEntries: 4 } }],
  [
    'an old registry root',
    'ERR_HOLDER_REGISTRY',
    {
      by: () => published,
      roots: { registryRoot: new RegistryTree([leafOf(credential.opening)]).root.toBigInt() },
      policy: { registry },
    },
  ],
  [
    'a small registry',
    'ERR_HOLDER_REGISTRY',
    { by: () => published, roots: { registryRoot }, policy: { registry, minimumPublished: 65 } },
  ],
  ['an unknown registry', 'ERR_HOLDER_REGISTRY', { by: () => published, roots: { registryRoot } }],
  ['a clock 6 minutes ahead', 'ERR_HOLDER_CLOCK', { policy: { now: () => NOW - 360n } }],
  ['a clock 6 minutes behind', 'ERR_HOLDER_CLOCK', { policy: { now: () => NOW + 360n } }],
  ['a clock that tells no time', 'ERR_ARGUMENT', { policy: { now: () => NaN as never } }],
  ['another role', 'ERR_HOLDER_ROLE', { by: () => server }],
  ['openings without consent', 'ERR_HOLDER_CONSENT', { ask: { disclosures: ['key'] } }],
  [
    'openings that the user declines',
    'ERR_HOLDER_CONSENT',
    { ask: { disclosures: ['message'] }, policy: { consent: () => false } },
  ],
  [
    'openings with an answer that is no boolean',
    'ERR_HOLDER_CONSENT',
    { ask: { disclosures: ['message'] }, policy: { consent: () => 'no' as never } },
  ],
  ['a scope from the wire', 'ERR_HOLDER_REQUEST', { change: (sent) => ({ ...sent, scope: '7' }) }],
  ['a later version', 'ERR_HOLDER_REQUEST', { change: (sent) => ({ ...sent, version: 2 }) }],
  ['a time that is no minute', 'ERR_HOLDER_REQUEST', { change: (sent) => ({ ...sent, time: 61 }) }],
  [
    'a registry root that is not asked for',
    'ERR_HOLDER_REQUEST',
    { change: (sent) => ({ ...sent, registryRoot: '7' }) },
  ],
  [
    'an opening named twice',
    'ERR_HOLDER_REQUEST',
    { change: (sent) => ({ ...sent, disclosures: ['key', 'key'] }) },
  ],
  ['a list in place of a request', 'ERR_HOLDER_REQUEST', { change: () => [] }],
];

describe('a holder refuses', () => {
  test.each(refusals)('%s: %s', async (_, code, situation) => {
    await expect(answer(situation)).rejects.toMatchObject({ name: 'ZkcxError', code });
  });

  test('alike on the wire, whatever the reason', async () => {
    const wires = new Set<string>();
    for (const [, code, situation] of refusals) {
      const refused = await refuseAlike(async () => ({
        wire: 'yes',
        value: await answer(situation),
      }));
      expect(refused.reason?.code).toBe(code);
      wires.add(refused.wire);
    }
    expect([...wires]).toEqual([REFUSAL]);
    expect(JSON.parse(REFUSAL)).toMatchObject({ code: 'ERR_HOLDER_REFUSED' });
  });

  test('alike for a mistake of its own', async () => {
    const refused = await refuseAlike(() => Promise.reject(Error('blind 12345')));
    expect(refused.wire).toBe(REFUSAL);
    expect(refused.reason).toMatchObject({ code: 'ERR_HOLDER_REFUSED' });
    expect(refused.reason?.message).not.toContain('12345');
  });
});

describe('planning an answer refuses', () => {
  const plan = async (
    change: Partial<Parameters<typeof planAnswer>[0]>,
    situation: Situation = {},
  ) =>
    planAnswer({
      accepted: await answer(situation),
      credential,
      anchors: ANCHORS,
      sign,
      ...change,
    });

  test('a signature by another key', async () => {
    const secret = new Uint8Array(32).fill(3);
    await expect(plan({ sign: (message) => sign(message, secret) })).rejects.toMatchObject({
      code: 'ERR_PRESENTATION_SIGNATURE',
    });
  });

  test('a signature over another session', async () => {
    const { serverOffer } = verifier.challenge({ clientOffer: CLIENT_OFFER });
    const theirs: Uint8Array[] = [serverOffer];
    await expect(plan({ sign: () => sign(theirs[0]!) })).rejects.toMatchObject({
      code: 'ERR_PRESENTATION_SIGNATURE',
    });
  });

  test.each([
    ['eUICC', { user: [EUICC.serialNumber], ca: [] }, true],
    ['EUM', { ca: [EUM.serialNumber] }, false],
  ])('a revoked %s, where its issuer publishes', async (_, serials, passes) => {
    // the eUICC's issuer is the EUM: the CI's list does not speak of it
    const map = mapWith(serials);
    const planned = plan({}, { ...revoked(map), policy: { maps: [map] } });
    if (passes) await expect(planned).resolves.toBeDefined();
    else await expect(planned).rejects.toMatchObject({ code: 'ERR_REVOCATION_REVOKED' });
  });

  test('a CI that is not in the set any more', async () => {
    const others = [ANCHORS[1]!];
    const situation = {
      roots: trustOf(...others),
      policy: { trustSets: [others], minimumCis: 1 },
    };
    await expect(plan({}, situation)).rejects.toMatchObject({ code: 'ERR_TRUST_UNKNOWN' });
  });

  test('certificates of another credential', async () => {
    const mixed = { ...credential, certificates: [DP_AUTH] };
    await expect(plan({ credential: mixed })).rejects.toMatchObject({
      code: 'ERR_PRESENTATION_CREDENTIAL',
    });
  });

  test('with errors only, that say nothing of the credential', async () => {
    const error: unknown = await plan({ anchors: [] }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ZkcxError);
    expect(String(error)).not.toContain(credential.opening.blind.toString());
  });
});
