/** What is refused before anything is proven, and what a holder gets. */
import { describe, expect, test } from '@jest/globals';
import { Field } from 'o1js';
import { commitIdentity, commitIssuer, commitKey } from '../../src/circuits/session.ts';
import type { ErrorCode } from '../../src/errors.ts';
import { domainHash } from '../../src/circuits/hash.ts';
import { REGISTRY_HEIGHT } from '../../src/params.ts';
import {
  certifyWitness,
  leafOf,
  type PresentationInput,
  presentationWitness,
  registryPresentationWitness,
} from '../../src/witness/presentation.ts';
import { RegistryTree } from '../../src/witness/registry-tree.ts';
import { awaitedEntry } from '../../src/witness/revocation-map.ts';
import { TrustSet } from '../../src/witness/trust.ts';
import { NOW, sgp26Device, sgp26Server } from '../support/certificates/index.ts';
import { KEYS } from '../support/certificates/keys.ts';
import {
  credentialOf,
  FRESH,
  listEntry,
  mapOf,
  sessionOf,
  WINDOW,
} from '../circuits/presentation/credentials.ts';
import { rootOf } from '../circuits/presentation/lies.ts';

const device = credentialOf('SGP.26 eUICC', sgp26Device());
const server = credentialOf('SGP.26 DPauth', sgp26Server('dpAuth'), KEYS.dpAuth);
const session = sessionOf(device);
const registry = new RegistryTree([Field(1), leafOf(device.opening)]);
const [eumSerial, euiccSerial] = device.handles.map(({ serialNumber }) => serialNumber);

const lasting = listEntry([], { thisUpdate: 0n, nextUpdate: 1n << 37n });
const lastingMap = mapOf(device, { 0: lasting, 1: lasting });
const revokedEum = mapOf(device, { 0: listEntry([eumSerial!]) });
const revokedEuicc = mapOf(device, { 1: listEntry([euiccSerial!]) });
const strangers = new TrustSet([{ ...device.anchor, notAfter: device.anchor.notAfter + 1n }]);
const { handles } = device;

// [what is wrong, the change, the code]; all matter to `certify` as well
const rows: [string, Partial<PresentationInput>, ErrorCode][] = [
  ['handles of another chain', { handles: server.handles }, 'ERR_PRESENTATION_CREDENTIAL'],
  ['a handle left out', { handles: handles.slice(0, 1) }, 'ERR_PRESENTATION_CREDENTIAL'],
  ['no handles', { handles: [] }, 'ERR_PRESENTATION_CREDENTIAL'],
  ['another CI', { anchor: { ...device.anchor, notAfter: 1n } }, 'ERR_PRESENTATION_CREDENTIAL'],
  ['the opening of another credential', { opening: server.opening }, 'ERR_PRESENTATION_CREDENTIAL'],
  ['a role that is not its own', { role: 'dp-auth-v2' }, 'ERR_PRESENTATION_ROLE'],
  ['a time before', { time: WINDOW.from - 1n, map: lastingMap }, 'ERR_PRESENTATION_WINDOW'],
  ['a time after', { time: WINDOW.until + 1n, map: lastingMap }, 'ERR_PRESENTATION_WINDOW'],
  ['a trust set without its CI', { trust: strangers }, 'ERR_TRUST_UNKNOWN'],
  [
    'a map without an issuer',
    { map: mapOf(device, { 1: 'missing' }) },
    'ERR_REVOCATION_ISSUER_MISSING',
  ],
  ['a list that is over', { time: FRESH.nextUpdate }, 'ERR_REVOCATION_STALE'],
  ['a list not yet in force', { time: FRESH.thisUpdate - 1n }, 'ERR_REVOCATION_STALE'],
  [
    'a list that is awaited',
    { map: mapOf(device, { 0: awaitedEntry(Field(1)) }) },
    'ERR_REVOCATION_STALE',
  ],
  ['a revoked EUM', { map: revokedEum }, 'ERR_REVOCATION_REVOKED'],
  ['a revoked eUICC', { map: revokedEuicc }, 'ERR_REVOCATION_REVOKED'],
];

const refusal = (code: ErrorCode) => expect.objectContaining({ code });

describe('is refused with its code:', () => {
  test.each(rows)('%s', (_, change, code) => {
    const input = { ...session, ...change };
    expect(() => presentationWitness(input)).toThrow(refusal(code));
    expect(() => registryPresentationWitness({ ...input, registry })).toThrow(refusal(code));
    expect(() => certifyWitness(input)).toThrow(refusal(code));
  });

  test('a credential that is not in the registry', () => {
    const others = { ...session, registry: new RegistryTree([Field(1)]) };
    expect(() => registryPresentationWitness(others)).toThrow(refusal('ERR_REGISTRY_UNKNOWN'));
  });
});

describe('a plan', () => {
  test('names the roots of what the holder trusts', () => {
    const { request } = registryPresentationWitness({ ...session, registry });
    expect(request.trustRoot).toEqual(session.trust.root);
    expect(request.revocationRoot).toEqual(session.map.root);
    expect(request.registryRoot).toEqual(registry.root);
    expect(request.time.toBigInt()).toBe(NOW);
    expect(presentationWitness(session).request.registryRoot.toBigInt()).toBe(0n);
  });

  test('keeps what opens each commitment', () => {
    const { claim, openings } = presentationWitness(session);
    const { key, identity, issuer } = openings;
    expect(commitKey(key.blind, key.key)).toEqual(claim.sessionKey);
    expect(commitIdentity(identity.blind, identity.identity)).toEqual(claim.sessionIdentity);
    expect(commitIssuer(issuer.blind, issuer.organisation, issuer.issuer)).toEqual(
      claim.sessionIssuer,
    );
    expect(issuer.issuer).toEqual(device.handles[1]!.issuer);
  });

  test('made twice has nothing in common, and no blind of the credential', () => {
    let byte = 100;
    const random = (length: number) => new Uint8Array(length).fill(++byte);
    const [one, two] = [presentationWitness(session), presentationWitness({ ...session, random })];
    const blinds = [one, two].flatMap(({ openings }) =>
      Object.values(openings).map(({ blind }) => (blind as Field).toBigInt()),
    );
    expect(new Set([...blinds, device.opening.blind.toBigInt()]).size).toBe(7);
    const claims = [one, two].flatMap(({ claim }) => Object.values(claim) as Field[]);
    expect(new Set(claims.map((value) => value.toBigInt())).size).toBe(6);
  });
});

describe('the registry', () => {
  test('has a path to each leaf, whenever it is asked', () => {
    const tree = new RegistryTree();
    const leaves = [5n, 6n, 7n, 8n, 9n].map((value) => Field(value));
    leaves.forEach((leaf, place) => {
      expect(tree.append(leaf)).toBe(place);
      for (const known of leaves.slice(0, place + 1)) {
        expect(rootOf(known, tree.path(known))).toEqual(tree.root);
      }
    });
    expect(tree.size).toBe(5);
    expect(new RegistryTree(leaves).root).toEqual(tree.root);
  });

  test('is the tree of its height, empty leaves being 0', () => {
    let [one, none] = [Field(5), Field(0)];
    for (let level = 0; level < REGISTRY_HEIGHT; level++) {
      one = domainHash('node', [one, none]);
      none = domainHash('node', [none, none]);
    }
    expect(new RegistryTree([Field(5)]).root).toEqual(one);
    expect(new RegistryTree().root).toEqual(none);
  });

  test('takes a leaf twice, and shows the first', () => {
    const tree = new RegistryTree([Field(5), Field(5)]);
    expect(tree.size).toBe(2);
    expect(tree.path(Field(5)).right[0]!.toBigInt()).toBe(0n);
  });
});
