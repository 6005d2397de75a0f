/** Roots: in the offer, and still accepted. Either alone is not enough. */
import { describe, expect, test } from '@jest/globals';
import {
  type AcceptedRoots,
  assertRoots,
  MAX_ROOTS,
  type OfferedRoots,
  type PresentedRoots,
  rootList,
  trustFacts,
} from '../../src/session/accepted-roots.ts';
import { assertEventTime, type MapFacts } from '../../src/session/events.ts';
import { TrustSet } from '../../src/witness/trust.ts';
import { codeOf } from '../pki/code-of.ts';
import { NOW } from '../support/certificates/index.ts';
import { HOUR } from './maps.ts';
import { ANCHOR, ANCHORS } from './world.ts';

const map = (root: bigint): MapFacts => ({ root, beginnings: [], ends: [NOW + root] });
const trust = (root: bigint) => ({ root, ciEnds: [NOW + root] });

const OFFERED: OfferedRoots = { trustRoots: [12n, 11n], revocationRoots: [23n, 22n, 21n] };
const ACCEPTED: AcceptedRoots = {
  trustSets: [trust(12n), trust(11n)],
  maps: [map(23n), map(22n), map(21n)],
};
const REQUEST: PresentedRoots = { trustRoot: 12n, revocationRoot: 23n, registryRoot: 0n };
const REGISTRY = {
  request: { ...REQUEST, registryRoot: 31n },
  offered: { ...OFFERED, registryRoots: [32n, 31n] },
  accepted: { ...ACCEPTED, registryRoots: [32n, 31n] },
};

const roots = (
  request: Partial<PresentedRoots>,
  offered: Partial<OfferedRoots> = {},
  accepted: Partial<AcceptedRoots> = {},
) =>
  assertRoots({ ...REQUEST, ...request }, { ...OFFERED, ...offered }, { ...ACCEPTED, ...accepted });
const refused = (...all: Parameters<typeof roots>) => codeOf(() => roots(...all));

describe('roots of a presentation', () => {
  test('give the facts of the very map and set of CIs that they name', () => {
    expect(roots({})).toEqual({ map: map(23n), ciEnds: [NOW + 12n] });
    expect(roots({ trustRoot: 11n, revocationRoot: 21n })).toEqual({
      map: map(21n),
      ciEnds: [NOW + 11n],
    });
  });

  test('of two sets that overlap, each with its own times', () => {
    // the CI that only the larger set has ended at NOW; under the smaller one nothing happened then
    const sets = [
      { root: 12n, ciEnds: [NOW + 1n, NOW + 9n * HOUR] },
      { root: 11n, ciEnds: [NOW + 9n * HOUR] },
    ];
    const maps = [{ ...map(23n), ends: [NOW + 9n * HOUR] }];
    const timeUnder = (trustRoot: bigint, time: bigint) => {
      const facts = roots({ trustRoot }, {}, { trustSets: sets, maps });
      return codeOf(() => assertEventTime(time, { facts, now: NOW + HOUR }));
    };
    expect(timeUnder(12n, NOW)).toBe('ERR_PROOF_TIME');
    expect(timeUnder(12n, NOW + 1n)).toBe('none');
    expect(timeUnder(11n, NOW)).toBe('none');
    expect(timeUnder(11n, NOW + 1n)).toBe('ERR_PROOF_TIME');
  });

  test.each([
    ['trustRoot', 'ERR_PROOF_TRUST_ROOT'],
    ['revocationRoot', 'ERR_PROOF_REVOCATION_ROOT'],
    ['registryRoot', 'ERR_PROOF_REGISTRY_ROOT'],
  ] as const)('are refused with a %s that is neither offered nor accepted', (name, code) => {
    expect(refused({ [name]: 99n })).toBe(code);
    expect(refused({ [name]: undefined as never })).toBe(code);
  });

  test.each([
    ['trustRoot', { trustRoots: [11n] }, 'ERR_PROOF_TRUST_ROOT'],
    ['revocationRoot', { revocationRoots: [22n, 21n] }, 'ERR_PROOF_REVOCATION_ROOT'],
  ])('are refused with a %s that is accepted, but was not offered', (_, offered, code) => {
    expect(refused({}, offered)).toBe(code);
  });

  test.each([
    ['trustRoot', { trustSets: [trust(11n)] }, 'ERR_PROOF_TRUST_ROOT'],
    ['trustRoot, all of them', { trustSets: [] }, 'ERR_PROOF_TRUST_ROOT'],
    ['revocationRoot', { maps: [map(22n), map(21n)] }, 'ERR_PROOF_REVOCATION_ROOT'],
    ['revocationRoot, all of them', { maps: [] }, 'ERR_PROOF_REVOCATION_ROOT'],
  ])('are refused with a %s that was offered, but no longer counts', (_, accepted, code) => {
    expect(refused({}, {}, accepted)).toBe(code);
  });

  test('of a registry must be offered and accepted', () => {
    const { request, offered, accepted } = REGISTRY;
    expect(refused(request, offered, accepted)).toBe('none');
    expect(refused({ registryRoot: 33n }, offered, accepted)).toBe('ERR_PROOF_REGISTRY_ROOT');
    expect(refused(request, { registryRoots: [32n] }, accepted)).toBe('ERR_PROOF_REGISTRY_ROOT');
    expect(refused(request, offered, { registryRoots: [32n] })).toBe('ERR_PROOF_REGISTRY_ROOT');
    expect(refused(request, offered)).toBe('ERR_PROOF_REGISTRY_ROOT');
  });

  test('name a registry where one was asked for, and only there', () => {
    const { request, offered, accepted } = REGISTRY;
    expect(refused({}, offered, accepted)).toBe('ERR_PROOF_REGISTRY_ROOT');
    expect(refused(request, {}, accepted)).toBe('ERR_PROOF_REGISTRY_ROOT');
    expect(refused({}, {}, accepted)).toBe('none');
  });
});

const many = (count: number) => Array.from({ length: count }, (_, i) => BigInt(i + 1));

describe('lists of roots', () => {
  test.each([
    ['trustRoots', MAX_ROOTS.trust, 4],
    ['revocationRoots', MAX_ROOTS.revocation, 16],
    ['registryRoots', MAX_ROOTS.registry, 10],
  ] as const)('%s: one to %s, each once', (name, most, expected) => {
    expect(most).toBe(expected);
    const request = { trustRoot: 1n, revocationRoot: 1n, registryRoot: 1n };
    const accepted = { trustSets: [trust(1n)], maps: [map(1n)], registryRoots: [1n] };
    const offered = (list: readonly bigint[]) => ({
      trustRoots: [1n],
      revocationRoots: [1n],
      registryRoots: [1n],
      [name]: list,
    });
    const tried = (list: readonly bigint[]) => refused(request, offered(list), accepted);
    expect(tried(many(most))).toBe('none');
    for (const list of [many(most + 1), [], [1n, 2n, 1n], [0n, 1n], [1n, -1n], [1n, 1n << 255n]]) {
      expect(tried(list)).toBe('ERR_ARGUMENT');
    }
    // the form is there for offers too
    expect(rootList(most).safeParse(many(most)).success).toBe(true);
    expect(rootList(most).safeParse(many(most + 1)).success).toBe(false);
  });

  test.each([
    ['sets of CIs', { trustSets: many(5).map(trust) }],
    ['maps', { maps: many(17).map(map) }],
    ['registries', { registryRoots: many(11) }],
    ['maps of another form', { maps: [{ root: 23n }] as never }],
  ])('that are accepted are limited: %s', (_, accepted) => {
    expect(refused({}, {}, accepted)).toBe('ERR_ARGUMENT');
  });
});

test('facts of a set of CIs are its root and its ends', () => {
  expect(trustFacts([ANCHOR])).toEqual({
    root: new TrustSet([ANCHOR]).root.toBigInt(),
    ciEnds: [ANCHOR.notAfter + 1n],
  });
  expect(trustFacts(ANCHORS).ciEnds).toHaveLength(2);
  expect(codeOf(() => trustFacts([]))).toBe('ERR_TRUST_SIZE');
});
