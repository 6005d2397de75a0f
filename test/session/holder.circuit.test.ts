/** What the holder refuses, and that the peer cannot tell one refusal from another. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Field } from 'o1js';
import { ENTRY_STATE } from '../../src/circuits/revocation.ts';
import { trustFacts } from '../../src/session/accepted-roots.ts';
import { mapFacts } from '../../src/session/map-facts.ts';
import { checkRequest, type HolderPolicy, termsAhead } from '../../src/session/holder.ts';
import { CLIENT_OFFER } from '../../src/session/offers.ts';
import { REFUSAL, refuseAlike } from '../../src/session/refusal.ts';
import { identifierScopeOf, scopeOf } from '../../src/session/scope.ts';
import type {
  ChallengeInput,
  SessionVerifier,
  SessionVerifierOptions,
} from '../../src/session/session-verifier.ts';
import { leafOf } from '../../src/witness/presentation.ts';
import { RegistryTree } from '../../src/witness/registry-tree.ts';
import { awaitedEntry } from '../../src/witness/revocation-map.ts';
import { TrustSet } from '../../src/witness/trust.ts';
import { POINTS } from '../support/crl/index.ts';
import {
  ANCHOR,
  ANCHORS,
  CI,
  credentialOf,
  EUM,
  MAP,
  mapWith,
  NOW,
  PEER,
  POLICY,
  rootsOf,
  SOURCES,
  verifiers,
} from './world.ts';

type Roots = ReturnType<SessionVerifierOptions['roots']>;

const made = verifiers();
afterAll(() => made.close());

const blind = Field(4711);
const credential = { ...credentialOf(), published: blind };
let roots: Roots = rootsOf(MAP);
let verifier: SessionVerifier;
let server: SessionVerifier;
let published: SessionVerifier;
beforeAll(async () => {
  verifier = await made.make({ roots: () => roots });
  server = await made.make({ role: 'dp-auth-v2' });
  published = await made.make({ mode: 'registryPresentation', roots: () => roots });
});

const LEAF = leafOf({ ...credential.opening, blind });
const others = Array.from({ length: 63 }, (_, i) => Field(i + 1));
/** 63 others and this one. */
const registry = new RegistryTree([...others, LEAF]);
const registryRoots = [registry.root.toBigInt()];

interface Situation {
  readonly roots?: Partial<Roots>;
  readonly ask?: Partial<ChallengeInput>;
  readonly policy?: Partial<HolderPolicy>;
  readonly by?: () => SessionVerifier;
  readonly of?: typeof credential | Omit<typeof credential, 'published'>;
  readonly change?: (request: Record<string, unknown>) => unknown;
}

/** What a holder makes of a request in a situation. */
async function answer(situation: Situation) {
  const { ask, policy, by = () => verifier, change, of = credential } = situation;
  roots = { ...rootsOf(MAP), ...situation.roots };
  const { serverOffer } = by().challenge({ clientOffer: CLIENT_OFFER, ...ask });
  const sent = change === undefined ? serverOffer : rewrite(serverOffer, change);
  const request = { peer: PEER, clientOffer: CLIENT_OFFER, serverOffer: sent, credential: of };
  return checkRequest(request, { ...POLICY, ...policy });
}

function rewrite(offer: Uint8Array, change: (request: Record<string, unknown>) => unknown) {
  const request = JSON.parse(new TextDecoder().decode(offer)) as Record<string, unknown>;
  return new TextEncoder().encode(JSON.stringify(change(request)));
}

const maps = (...of: (typeof MAP)[]) => ({ roots: { maps: of.map(mapFacts) } });
const sets = (...of: (typeof ANCHORS)[]) => ({ roots: { trustSets: of.map(trustFacts) } });
const unknownSet = { root: 5n, ciEnds: [] };
const unknownMap = { root: 6n, beginnings: [], ends: [] };
const rootOf = ({ root }: { readonly root: Field }) => root.toBigInt();

describe('a holder answers', () => {
  test('a request under roots that it knows, for the latest event', async () => {
    const accepted = await answer({});
    expect(accepted).toMatchObject({ mode: 'presentation', role: 'euicc-v2' });
    expect([accepted.scope, accepted.identifierScope]).toEqual([undefined, undefined]);
    expect(rootOf(accepted.trust)).toBe(rootsOf().trustSets[0]!.root);
    expect(rootOf(accepted.map)).toBe(rootOf(MAP));
    expect(accepted.time).toBe(NOW);
  });

  test('for an event of its own clock, whatever minute the server names', async () => {
    for (const ahead of [0n, 61n, 299n]) {
      const accepted = await answer({ policy: { now: () => NOW + ahead } });
      expect(accepted.time).toBe(NOW);
    }
    // an event lies between the two clocks: the holder's decides
    const accepted = await answer({ policy: { now: () => NOW - 1n } });
    expect(accepted.time).toBeLessThan(NOW);
  });

  test('with the scopes of the server that it authenticated', async () => {
    const accepted = await answer({
      ask: { purpose: 'download', identifierPurpose: 'download' },
    });
    expect(accepted.scope).toBe(scopeOf(PEER.serverOid, 'download'));
    expect(accepted.identifierScope).toBe(identifierScopeOf(PEER.serverOid, 'download'));
    expect(accepted.scope).not.toBe(accepted.identifierScope);
    expect(accepted.scope).not.toBe(scopeOf('2.999.1', 'download'));
    expect(accepted.serverOid).toBe(PEER.serverOid);
  });

  test('with openings, once the user agreed to these at this peer', async () => {
    const asked: unknown[] = [];
    await answer({
      ask: { disclosures: ['identity'] },
      policy: { consent: (question) => asked.push(question) > 0 },
    });
    expect(asked).toEqual([{ peer: PEER, disclosures: ['identity'] }]);
  });

  test('under the newest map that is offered and known, wherever it stands', async () => {
    const [older, newer] = [mapWith({ user: [1n] }), mapWith({ user: [1n, 2n] })];
    const policy = { maps: [newer, MAP, older] };
    const chosen = async (...offered: (typeof unknownMap | ReturnType<typeof mapFacts>)[]) =>
      rootOf((await answer({ roots: { maps: offered }, policy })).map);
    expect(await chosen(unknownMap, mapFacts(newer), mapFacts(older))).toBe(rootOf(newer));
    expect(await chosen(unknownMap, mapFacts(older), mapFacts(MAP))).toBe(rootOf(older));
    const many = Array.from({ length: 15 }, (_, i) => ({ ...unknownMap, root: BigInt(i + 7) }));
    expect(await chosen(...many, mapFacts(MAP))).toBe(rootOf(MAP));
  });

  test('under its own largest set of CIs, in whatever order sets that overlap are offered', async () => {
    const [small, large] = [[ANCHOR], ANCHORS];
    const policy = { trustSets: [small, large], minimumCis: 1 };
    for (const offered of [
      [small, large],
      [large, small],
    ]) {
      const accepted = await answer({ ...sets(...offered), policy });
      expect(accepted.trust.size).toBe(2);
    }
    const alone = await answer({ roots: { trustSets: [unknownSet, trustFacts(small)] }, policy });
    expect(alone.trust.size).toBe(1);
  });

  test('under the newest registry that is offered and known', async () => {
    const situation = { by: () => published, policy: { registry } };
    const accepted = await answer({
      ...situation,
      roots: { registryRoots: [7n, ...registryRoots] },
    });
    expect(accepted.mode).toBe('registryPresentation');
    expect(rootOf(accepted.registry!)).toBe(registryRoots[0]);
  });

  test('under a root of the last day, if its credential stands under all of them', async () => {
    const grown = new RegistryTree([...others, LEAF, Field(9)]);
    grown.acceptRecent([{ publications: 64, root: registry.root }]);
    const situation = {
      by: () => published,
      roots: { registryRoots },
      policy: { registry: grown },
    };
    expect(rootOf((await answer(situation)).registry!)).toBe(registryRoots[0]);
    // published since: an answer under one root and silence under another would tell when
    const before = new RegistryTree([...others, Field(64)]);
    const late = new RegistryTree([...others, Field(64), LEAF]);
    late.acceptRecent([{ publications: 64, root: before.root }]);
    for (const root of [late, before]) {
      const refused = answer({
        ...situation,
        roots: { registryRoots: [rootOf(root)] },
        policy: { registry: late },
      });
      await expect(refused).rejects.toMatchObject({ code: 'ERR_HOLDER_REGISTRY' });
      await expect(refused).rejects.toThrow('not under all roots');
    }
  });
});

/** A map in which the CI's list for user certificates is awaited. */
const awaiting = (() => {
  const map = mapWith();
  const place = [...MAP.hashed.entries].find(
    ([, { state, point }]) =>
      state.toBigInt() === ENTRY_STATE.list &&
      String(point) !== String([...MAP.hashed.entries.values()][0]!.point),
  );
  const [key, entry] = place!;
  map.hashed.set(key, awaitedEntry(entry.point).entry);
  return map;
})();

const refusals: [string, string, Situation][] = [
  ['a trust root of one CI', 'ERR_HOLDER_TRUST_SET', sets([ANCHOR])],
  [
    'a known set of one CI',
    'ERR_HOLDER_TRUST_SET',
    { ...sets([ANCHOR]), policy: { trustSets: [[ANCHOR], ANCHORS] } },
  ],
  ['an unknown trust root', 'ERR_HOLDER_TRUST_SET', { roots: { trustSets: [unknownSet] } }],
  ['no set known at all', 'ERR_HOLDER_TRUST_SET', { policy: { trustSets: [[]] } }],
  ['unknown maps only', 'ERR_HOLDER_MAP', { roots: { maps: [unknownMap] } }],
  ['a map without an issuer', 'ERR_HOLDER_MAP', maps(mapWith({}, SOURCES.slice(0, 2)))],
  [
    'a map with an issuer more',
    'ERR_HOLDER_MAP',
    maps(mapWith({}, [...SOURCES, { issuer: EUM, kind: 'ca', point: 'none' }])),
  ],
  [
    'a map with a `none` entry of its own',
    'ERR_HOLDER_MAP',
    maps(mapWith({}, [SOURCES[0]!, { issuer: CI, kind: 'user', point: 'none' }, SOURCES[2]!])),
  ],
  [
    'a map with another source',
    'ERR_HOLDER_MAP',
    maps(mapWith({}, [SOURCES[0]!, { issuer: CI, kind: 'user', point: POINTS.B }, SOURCES[2]!])),
  ],
  ['a map with half of all serials', 'ERR_HOLDER_MAP', maps(mapWith({ user: [1n, 2n] }))],
  ['a small map', 'ERR_HOLDER_MAP', { policy: { minimumEntries: 4 } }],
  [
    'an earlier map of its own in which an issuer is missing',
    'ERR_HOLDER_MAP',
    {
      ...maps(mapWith({}, SOURCES.slice(0, 2))),
      policy: { maps: [MAP, mapWith({}, SOURCES.slice(0, 2))] },
    },
  ],
  [
    'an earlier map of its own in which a list was awaited',
    'ERR_HOLDER_MAP',
    { ...maps(awaiting), policy: { maps: [MAP, awaiting] } },
  ],
  [
    'an old registry root',
    'ERR_HOLDER_REGISTRY',
    {
      by: () => published,
      roots: { registryRoots: [rootOf(new RegistryTree([LEAF]))] },
      policy: { registry },
    },
  ],
  [
    'a small registry',
    'ERR_HOLDER_REGISTRY',
    { by: () => published, roots: { registryRoots }, policy: { registry, minimumPublished: 65 } },
  ],
  ['an unknown registry', 'ERR_HOLDER_REGISTRY', { by: () => published, roots: { registryRoots } }],
  [
    'a registry for a credential that was not published',
    'ERR_HOLDER_REGISTRY',
    {
      by: () => published,
      roots: { registryRoots },
      policy: { registry },
      of: { ...credential, published: undefined as never },
    },
  ],
  ['a clock 6 minutes ahead', 'ERR_HOLDER_CLOCK', { policy: { now: () => NOW - 360n } }],
  ['a clock 6 minutes behind', 'ERR_HOLDER_CLOCK', { policy: { now: () => NOW + 360n } }],
  ['a clock that tells no time', 'ERR_ARGUMENT', { policy: { now: () => NaN as never } }],
  ['another role', 'ERR_HOLDER_ROLE', { by: () => server }],
  ['openings without consent', 'ERR_HOLDER_CONSENT', { ask: { disclosures: ['key'] } }],
  [
    'openings that the user declines',
    'ERR_HOLDER_CONSENT',
    { ask: { disclosures: ['issuer'] }, policy: { consent: () => false } },
  ],
  [
    'openings with an answer that is no boolean',
    'ERR_HOLDER_CONSENT',
    { ask: { disclosures: ['issuer'] }, policy: { consent: () => 'no' as never } },
  ],
  ...(
    [
      ['a scope from the wire', { scope: '7' }],
      ['an earlier version', { version: 1 }],
      ['a later version', { version: 3 }],
      ['a time that is no minute', { time: 61 }],
      ['registry roots that are not asked for', { registryRoots: ['7'] }],
      ['registry mode without a root', { mode: 'registryPresentation' }],
      ['an opening named twice', { disclosures: ['key', 'key'] }],
      ['the message as an opening', { disclosures: ['message'] }],
      ['no trust root', { trustRoots: [] }],
      ['no map', { revocationRoots: [] }],
      ['a trust root named twice', { trustRoots: ['7', '7'] }],
      ['a map named twice', { revocationRoots: ['7', '8', '7'] }],
      ['a root of 0', { revocationRoots: ['0'] }],
      ['five trust roots', { trustRoots: ['1', '2', '3', '4', '5'] }],
      ['17 maps', { revocationRoots: Array.from({ length: 17 }, (_, i) => String(i + 1)) }],
      ['an age of a second less than 8 hours', { maxAge: 28_799 }],
      ['an age of more than a week', { maxAge: 604_801 }],
      ['a purpose with a space', { identifierPurpose: 'down load' }],
    ] as [string, object][]
  ).map(([name, change]): [string, string, Situation] => [
    name,
    'ERR_HOLDER_REQUEST',
    { change: (sent) => ({ ...sent, ...change }) },
  ]),
  [
    'eleven registry roots',
    'ERR_HOLDER_REQUEST',
    {
      by: () => published,
      roots: { registryRoots },
      change: (sent) => ({
        ...sent,
        registryRoots: Array.from({ length: 11 }, (_, i) => String(i + 1)),
      }),
    },
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

describe('ahead of a request a holder prepares', () => {
  test('under its newest map, its largest set and the newest registry', async () => {
    const policy = {
      ...POLICY,
      trustSets: [[ANCHOR], ANCHORS],
      maps: [MAP, mapWith({ user: [1n] })],
      registry,
    };
    const terms = termsAhead(credential, policy);
    expect(rootOf(terms.map)).toBe(rootOf(MAP));
    expect(rootOf(terms.trust)).toBe(rootOf(new TrustSet(ANCHORS)));
    expect(terms).toMatchObject({ mode: 'presentation', time: NOW, role: 'euicc-v2' });
    expect(terms.registry).toBeUndefined();
    expect(rootOf(termsAhead(credential, policy, 'registryPresentation').registry!)).toBe(
      registryRoots[0],
    );
    // the same terms as for a request that offers them
    const accepted = await answer({ ...maps(MAP), policy });
    expect([accepted.time, rootOf(accepted.map), rootOf(accepted.trust)]).toEqual([
      terms.time,
      rootOf(terms.map),
      rootOf(terms.trust),
    ]);
  });

  test('nothing where it would not answer', () => {
    const ahead =
      (policy: Partial<HolderPolicy>, of = credential) =>
      () =>
        termsAhead(of, { ...POLICY, ...policy }, policy.registry && 'registryPresentation');
    const thrown = (code: string) => expect.objectContaining({ code });
    expect(ahead({ trustSets: [[ANCHOR]] })).toThrow(thrown('ERR_HOLDER_TRUST_SET'));
    expect(ahead({ minimumEntries: 9 })).toThrow(thrown('ERR_HOLDER_MAP'));
    expect(ahead({ registry: new RegistryTree([LEAF]) })).toThrow(thrown('ERR_HOLDER_REGISTRY'));
    expect(() => termsAhead(credential, POLICY, 'registryPresentation')).toThrow(
      thrown('ERR_SESSION_VALUE'),
    );
  });
});
