/**
 * What the device does not take: from a network that changes messages, and from servers that hold a
 * genuine CERT.DPauth and want more than they may. Before the presentation every refusal is the same
 * silence.
 */
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '../../../src/bytes.ts';
import { ServerSigned1 } from '../../../src/sgp22/messages/authenticate-server.ts';
import { sign, Signature } from '../../../src/sgp22/messages/signature.ts';
import type { ServerOffer } from '../../../src/rsp/zkcx/negotiation.ts';
import { negotiated } from '../../../src/rsp/zkcx/transcript.ts';
import { verifyCertified } from '../../../src/session/certified.ts';
import { TrustSet } from '../../../src/witness/trust.ts';
import { KEYS } from '../../support/certificates/keys.ts';
import { build, sgp26Server } from '../../support/certificates/chains.ts';
import { registeredId, setExtension } from '../../support/certificates/fields.ts';
import { mapFacts } from '../../../src/session/events.ts';
import { es9pClient } from '../../../src/rsp/lpa/index.ts';
import { transactionIdText } from '../../../src/sgp22/messages/identifiers.ts';
import { ADDRESS } from '../../support/rsp/smdpp.ts';
import {
  ANCHOR,
  ANCHORS,
  DP_AUTH,
  EUICC,
  EUM,
  MAP,
  mapWith,
  NOW,
  POLICY,
  SOURCES,
} from '../../session/world.ts';
import { ACCEPTED, edited } from './negotiated.ts';
import {
  base64,
  bytesOf,
  CERT,
  DeviceWorld,
  failureOf,
  type Json,
  type Meddler,
  statement,
  unprovenDevice,
} from './device-world.ts';

let world: DeviceWorld;
let matchingId: string;
beforeEach(async () => {
  world = await DeviceWorld.open();
  ({ matchingId } = await world.order());
});
afterEach(async () => {
  jest.restoreAllMocks();
  await world.close();
});

/** The offer with members changed, each in its place. */
const edit = (answer: Json, change: object) => base64(edited(bytesOf(answer.zkcx), change));
const offerOf = (answer: Json) =>
  JSON.parse(new TextDecoder().decode(bytesOf(answer.zkcx))) as ServerOffer;
const written = (offer: object) => base64(new TextEncoder().encode(JSON.stringify(offer)));

/** On the way: other members, and no key to sign with. */
const onTheWay = (change: (answer: Json) => Json): Meddler => {
  return (name, answer) =>
    name === 'initiateAuthentication' ? { ...answer, ...change(answer) } : answer;
};

/** A server with CERT.DPauth that asks for something else, and signs for it. */
const asServer = (change: (offer: ServerOffer) => object, members: Json = {}): Meddler =>
  onTheWay((answer) => {
    const zkcx = edit(answer, change(offerOf(answer)));
    return { ...members, ...signedAnew(answer, zkcx) };
  });

/** The client's offer in the bytes that it sent. */
const clientOffer = () => {
  const request = JSON.parse(world.traffic.at(-2)!) as Json;
  return bytesOf(request.zkcx);
};

function signedAnew(answer: Json, zkcx: string): Json {
  const signed = ServerSigned1.decode(bytesOf(answer.serverSigned1));
  const halves = negotiated({ clientOffer: clientOffer(), serverOffer: bytesOf(zkcx) });
  return { zkcx, ...signedBy(KEYS.dpAuth.secret, { ...signed, ...halves }) };
}

/** Members of a reply in which the server signs this. */
function signedBy(secret: Uint8Array, signed: Parameters<typeof ServerSigned1.encode>[0]): Json {
  const serverSigned1 = ServerSigned1.encode(signed);
  const serverSignature1 = Signature.encode(sign(secret, serverSigned1));
  return {
    transactionId: transactionIdText(signed.transactionId),
    serverSigned1: base64(serverSigned1),
    serverSignature1: base64(serverSignature1),
  };
}

/** Nothing followed InitiateAuthentication, and the eUICC signed nothing. */
async function expectSilence(
  code: string,
  options: Parameters<DeviceWorld['download']>[2],
  mode: 'zkcx' | 'zkcx-device' = 'zkcx-device',
  made: readonly string[] = [],
) {
  const authenticate = jest.spyOn(world.card, 'authenticateServer');
  expect(await failureOf(world.download(mode, matchingId, options))).toBe(code);
  expect(world.asked).toEqual(['initiateAuthentication']);
  expect(world.made).toEqual(made);
  return authenticate;
}

/** Under the same CI, of another server. */
const PB_OF_OTHER = build(sgp26Server('dpPb'), {
  1: (draft) => setExtension(draft, registeredId('2.999.11')),
}).certificates[0]!;

const otherKey = `04${bytesToHex(KEYS.euicc.point.slice(1))}`;
const hashOf = (bytes: Uint8Array) => bytesToHex(sha256(bytes));
const root = (map: { root: { toString(): string } }) => map.root.toString();

describe('changed on the way', () => {
  const without =
    (...names: string[]): Meddler =>
    (_, answer) =>
      Object.fromEntries(Object.entries(answer).filter(([name]) => !names.includes(name)));

  test.each<[string, string, Meddler]>([
    ['offer stripped', 'ERR_RSP_ZKCX_DOWNGRADE', without('zkcx')],
    ['offer and documents stripped', 'ERR_RSP_ZKCX_DOWNGRADE', without('zkcx', 'zkcxServer')],
    [
      'one-time key swapped',
      'ERR_RSP_ZKCX_TRANSCRIPT',
      onTheWay((answer) => ({ zkcx: written({ ...offerOf(answer), hpkeKey: otherKey }) })),
    ],
    [
      'request widened',
      'ERR_RSP_ZKCX_TRANSCRIPT',
      onTheWay((answer) => ({ zkcx: edit(answer, { purpose: 'tracking' }) })),
    ],
    [
      'time changed',
      'ERR_RSP_ZKCX_TRANSCRIPT',
      onTheWay((answer) => ({
        zkcx: written({ ...offerOf(answer), time: offerOf(answer).time + 60 }),
      })),
    ],
    [
      'trust root changed',
      'ERR_RSP_ZKCX_TRANSCRIPT',
      onTheWay((answer) => ({ zkcx: edit(answer, { trustRoots: ['5'] }) })),
    ],
    [
      'map changed',
      'ERR_RSP_ZKCX_TRANSCRIPT',
      onTheWay((answer) => ({ zkcx: edit(answer, { revocationRoots: ['5'] }) })),
    ],
    [
      'a reason to cancel for',
      'ERR_RSP_ZKCX_TRANSCRIPT',
      onTheWay((answer) => ({ zkcx: edit(answer, { cancelReasons: ['postponed'] }) })),
    ],
    [
      'another transactionId beside it',
      'ERR_RSP_DOWNLOAD transactionId',
      onTheWay(() => ({ transactionId: '00'.repeat(16) })),
    ],
    [
      'a member that nobody knows',
      'ERR_RSP_ZKCX_OFFER',
      onTheWay((answer) => ({ zkcx: written({ ...offerOf(answer), scope: '5' }) })),
    ],
    [
      'another CERT.DPpb',
      'ERR_RSP_ZKCX_TRANSCRIPT',
      onTheWay(() => ({ zkcxServer: { pb: base64(CERT.auth) } })),
    ],
    [
      'the signature',
      'ERR_RSP_ZKCX_SERVER',
      onTheWay(() => ({ serverSignature1: base64(Signature.encode(new Uint8Array(64).fill(1))) })),
    ],
  ])('%s', async (_, code, meddle) => {
    const authenticate = await expectSilence(code, { meddle });
    expect(authenticate).not.toHaveBeenCalled();
  });

  test('a signature of another key for what was changed', async () => {
    const meddle = onTheWay((answer) => {
      const anew = signedAnew(answer, written({ ...offerOf(answer), hpkeKey: otherKey }));
      const signature = sign(KEYS.euicc.secret, bytesOf(anew.serverSigned1));
      return { ...anew, serverSignature1: base64(Signature.encode(signature)) };
    });
    await expectSilence('ERR_RSP_ZKCX_SERVER', { meddle });
  });

  test('a sealed answer', async () => {
    const meddle: Meddler = (name, answer) =>
      name === 'authenticateClient'
        ? {
            ...answer,
            zkcx: base64(bytesOf(answer.zkcx).map((byte, i) => (i === 40 ? ~byte : byte))),
          }
        : answer;
    const answer = world.download('zkcx-device', matchingId, { meddle });
    expect(await failureOf(answer)).toBe('ERR_RSP_ZKCX_SEALED');
    expect(world.asked).not.toContain('zkcxDisclose');
    expect(await world.card.profiles()).toEqual([]);
  });

  test.each<[string, string, (answer: Json) => Json]>([
    [
      'of another transaction',
      'ERR_RSP_DOWNLOAD transactionId',
      (answer) => ({ ...answer, transactionId: '00'.repeat(16) }),
    ],
    [
      'without a seal',
      'ERR_RSP_JSON zkcx',
      ({ transactionId }) => ({ transactionId, next: 'prepare' }),
    ],
  ])('an answer %s', async (_, code, change) => {
    const meddle: Meddler = (name, answer) =>
      name === 'authenticateClient' ? change(answer) : answer;
    const answer = world.download('zkcx-device', matchingId, { meddle });
    expect(await failureOf(answer)).toBe(code);
    expect(world.asked).not.toContain('zkcxDisclose');
  });
});

describe('a server that asks for too much', () => {
  const oneCi = new TrustSet([ANCHOR]);
  const halfMap = mapWith({ user: [EUICC.serialNumber] });

  const ROOTS = [MAP, halfMap].map(root);
  const OVERSIZED = Array.from({ length: 17 }, (_, i) => String(i + 1));
  type Asks = [string, string, (offer: ServerOffer) => object];
  const ASKS: Asks[] = [
    ['a set of its own', 'ERR_HOLDER_TRUST_SET', () => ({ trustRoots: ['5'] })],
    ['a set of one CI', 'ERR_HOLDER_TRUST_SET', () => ({ trustRoots: [root(oneCi)] })],
    ['a map of its own', 'ERR_HOLDER_MAP', () => ({ revocationRoots: [root(halfMap)] })],
    ['another time', 'ERR_HOLDER_CLOCK', ({ time }) => ({ time: time + 360 })],
    ['an old time', 'ERR_HOLDER_CLOCK', ({ time }) => ({ time: time - 360 })],
    ['another role', 'ERR_HOLDER_ROLE', () => ({ role: 'dp-auth-v2' })],
    ['a mode that was not offered', 'ERR_RSP_ZKCX_DOWNGRADE', () => ({ rspMode: 'zkcx' })],
    ['no set', 'ERR_RSP_ZKCX_OFFER', () => ({ trustRoots: [] })],
    ['no map', 'ERR_RSP_ZKCX_OFFER', () => ({ revocationRoots: [] })],
    ['a map twice', 'ERR_RSP_ZKCX_OFFER', () => ({ revocationRoots: [ROOTS[0], ROOTS[0]] })],
    ['17 maps', 'ERR_RSP_ZKCX_OFFER', () => ({ revocationRoots: OVERSIZED })],
    ['no reason to cancel for', 'ERR_RSP_ZKCX_OFFER', () => ({ cancelReasons: [] })],
    ['another reason', 'ERR_RSP_ZKCX_OFFER', () => ({ cancelReasons: ['timeout'] })],
    ['a purpose in words', 'ERR_RSP_ZKCX_OFFER', () => ({ purpose: 'Any Purpose' })],
    ['an age of years', 'ERR_RSP_ZKCX_OFFER', () => ({ maxAge: 100_000_000 })],
    [
      'an identifier',
      'ERR_HOLDER_REQUEST',
      () => ({ purpose: undefined, identifierPurpose: 'loyalty' }),
    ],
  ];

  test.each(ASKS)('%s', async (_, code, change) => {
    const authenticate = await expectSilence(code, { meddle: asServer(change) });
    expect(authenticate).not.toHaveBeenCalled();
  });

  const ANSWERABLE = ASKS.filter(([, code]) => code !== 'ERR_RSP_ZKCX_OFFER');

  test.each(ANSWERABLE)(
    '%s, on the first use: nothing is signed or built',
    async (_, code, change) => {
      await world.close();
      world = await DeviceWorld.open({ firstUse: true });
      ({ matchingId } = await world.order());
      const authenticate = await expectSilence(code, { meddle: asServer(change) });
      expect(authenticate).not.toHaveBeenCalled();
    },
  );

  test('a registry, on the first use', async () => {
    await world.close();
    world = await DeviceWorld.open({ firstUse: true });
    ({ matchingId } = await world.order());
    const change = () => ({ mode: 'registryPresentation', registryRoots: ['5'] });
    await expectSilence('ERR_HOLDER_REGISTRY', { meddle: asServer(change) });
  });

  test('where a credential is over: it is not built anew', async () => {
    const late = NOW + 31_536_000n;
    const policy = { ...POLICY, now: () => late };
    // the server's clock is a year behind
    const authenticate = await expectSilence('ERR_HOLDER_CLOCK', { policy });
    expect(authenticate).not.toHaveBeenCalled();
  });

  test('a set of one CI, although the device knows it', async () => {
    const policy = { ...POLICY, trustSets: [ANCHORS, [ANCHOR]] };
    const meddle = asServer(() => ({ trustRoots: [root(oneCi)] }));
    await expectSilence('ERR_HOLDER_TRUST_SET', { policy, meddle });
  });

  test('a map with too few entries to hide among', async () => {
    const policy = { ...POLICY, minimumEntries: 4 };
    await expectSilence('ERR_HOLDER_MAP', { policy });
  });

  test('a device that its own map says is revoked has nothing to prove', async () => {
    const revoked = mapWith({ ca: [EUM.serialNumber] });
    world.server.accepted = () => ({ ...ACCEPTED, maps: [mapFacts(revoked)] });
    const policy = { ...POLICY, maps: [revoked] };
    await expectSilence('ERR_REVOCATION_REVOKED', { policy }, 'zkcx-device', ['presentation']);
  });
});

describe('a server that signs another session than it negotiated', () => {
  const signing = (change: object) =>
    onTheWay((answer) => {
      const signed = ServerSigned1.decode(bytesOf(answer.serverSigned1));
      return signedBy(KEYS.dpAuth.secret, { ...signed, ...change });
    });

  test.each<[string, string, object]>([
    ['T', 'ERR_RSP_ZKCX_TRANSCRIPT', { transactionId: new Uint8Array(16).fill(1) }],
    ['the challenge', 'ERR_RSP_ZKCX_TRANSCRIPT', { serverChallenge: new Uint8Array(16).fill(1) }],
    [
      "the eUICC's challenge",
      'ERR_RSP_DOWNLOAD euiccChallenge',
      { euiccChallenge: new Uint8Array(16) },
    ],
    ['its plain address', 'ERR_RSP_DOWNLOAD serverAddress', { serverAddress: ADDRESS }],
    ['another address', 'ERR_RSP_DOWNLOAD serverAddress', { serverAddress: 'zkcx!b.example.com' }],
  ])('in %s', async (_, code, change) => {
    const authenticate = await expectSilence(code, { meddle: signing(change) });
    expect(authenticate).not.toHaveBeenCalled();
  });
});

describe('which server it is', () => {
  const plain = () => world.es9p(undefined, { plain: true });

  test.each([196, 253])('is none of zkCX with an address of %i characters', async (length) => {
    const first = length % 2 === 0 ? 'aa' : 'a';
    const address = first + '.a'.repeat(Math.floor((length - 1) / 2));
    expect(address).toHaveLength(length);
    const fetch = jest.fn(world.fetch());
    const server = es9pClient(address, { fetch });
    expect(await failureOf(world.download('zkcx-device', matchingId, { server }))).toBe(
      'ERR_SESSION_VALUE',
    );
    expect(fetch).not.toHaveBeenCalled();
  });

  test('is known by the activation code', async () => {
    const other = { oid: '2.999.11' };
    await expectSilence('ERR_RSP_ZKCX_SERVER', other);
  });

  test('is not known without TLS and OID: any CERT.DPauth can sign for any address', async () => {
    await expectSilence('ERR_RSP_ZKCX_SERVER', { server: plain() });
  });

  test('is known without TLS by the OID', async () => {
    await world.download('zkcx-device', matchingId, { server: plain(), oid: '2.999.10' });
    expect(await world.card.profiles()).toHaveLength(1);
  });

  test('its certificates are looked up in the maps of the device, whatever map is asked for', async () => {
    const newer = mapWith({ user: [DP_AUTH.serialNumber] });
    const policy = { ...POLICY, maps: [...POLICY.maps, newer] };
    await expectSilence('ERR_REVOCATION_REVOKED', { policy });
  });

  test('is not one whose lists are not there', async () => {
    const few = mapWith({}, SOURCES.slice(0, 1));
    await expectSilence('ERR_REVOCATION_ISSUER_MISSING', { policy: { ...POLICY, maps: [few] } });
  });

  test.each<[string, Uint8Array, Uint8Array]>([
    ['CERT.DPpb of another OID', CERT.auth, PB_OF_OTHER],
    ['CERT.DPauth in the place of CERT.DPpb', CERT.auth, CERT.auth],
    ['CERT.DPpb in the place of CERT.DPauth', CERT.pb, CERT.pb],
    ['a device in the place of CERT.DPpb', CERT.auth, EUICC.der],
  ])('%s', async (_, auth, pb) => {
    const meddle = asServer(() => ({ server: { auth: hashOf(auth), pb: hashOf(pb) } }), {
      serverCertificate: base64(auth),
      zkcxServer: { pb: base64(pb) },
    });
    const answer = world.download('zkcx-device', matchingId, { meddle });
    expect(await failureOf(answer)).toBe('ERR_RSP_ZKCX_SERVER');
    expect(world.asked).toEqual(['initiateAuthentication']);
  });
});

describe('statements of a server', () => {
  beforeEach(async () => {
    await world.close();
    world = await DeviceWorld.open({ firmware: 'zkcx' });
    ({ matchingId } = await world.order());
  });
  const say = (auth: Uint8Array, pb: Uint8Array) => (world.server.statements = { auth, pb });

  test('of another OID than the activation code has', async () => {
    await expectSilence('ERR_RSP_ZKCX_SERVER', { oid: '2.999.11' }, 'zkcx');
  });

  test('about one certificate twice', async () => {
    say(statement(CERT.auth), statement(CERT.auth));
    await expectSilence('ERR_PROOF_ROLE', {}, 'zkcx');
  });

  test('of two servers', async () => {
    say(statement(CERT.auth), statement(PB_OF_OTHER));
    await expectSilence('ERR_RSP_ZKCX_SERVER', {}, 'zkcx');
  });

  test('over age', async () => {
    say(statement(CERT.auth, NOW - 86_460n), statement(CERT.pb));
    await expectSilence('ERR_PROOF_TIME', {}, 'zkcx');
  });

  test('of a map that the device does not know', async () => {
    const other = mapWith({ user: [5n] });
    say(statement(CERT.auth, NOW, other), statement(CERT.pb));
    await expectSilence('ERR_PROOF_REVOCATION_ROOT', {}, 'zkcx');
  });

  test('that are none', async () => {
    say(new TextEncoder().encode('{}'), statement(CERT.pb));
    await expectSilence('ERR_PROOF_FORMAT', {}, 'zkcx');
  });

  test('with a key that is not the one that signs', async () => {
    const meddle = onTheWay((answer) => {
      const signature = sign(KEYS.euicc.secret, bytesOf(answer.serverSigned1));
      return { serverSignature1: base64(Signature.encode(signature)) };
    });
    await expectSilence('ERR_RSP_ZKCX_SERVER', { meddle }, 'zkcx');
  });

  test('whose proof does not hold', async () => {
    const proofs = { ...unprovenDevice(world.made), verifyCertified };
    await expectSilence('ERR_PROOF_INVALID', { proofs }, 'zkcx');
  });
});
