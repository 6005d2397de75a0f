/**
 * What the device does not take: from a network that changes messages, and from servers that hold a
 * genuine CERT.DPauth and want more than they may. Before the presentation every refusal is the same
 * silence.
 */
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { bytesToHex } from '../../../src/bytes.ts';
import type { ServerOffer } from '../../../src/rsp/zkcx/negotiation.ts';
import { mapFacts } from '../../../src/session/map-facts.ts';
import { ServerSigned1 } from '../../../src/sgp22/messages/authenticate-server.ts';
import { sign, Signature } from '../../../src/sgp22/messages/signature.ts';
import { TrustSet } from '../../../src/witness/trust.ts';
import { KEYS } from '../../support/certificates/keys.ts';
import { ADDRESS } from '../../support/rsp/smdpp.ts';
import { ANCHOR, ANCHORS, EUICC, EUM, MAP, mapWith, NOW, POLICY } from '../../session/world.ts';
import {
  edit,
  offerOf,
  onTheWay,
  serverIn,
  signedBy,
  silence,
  written,
} from './device-meddlers.ts';
import {
  base64,
  bytesOf,
  CERT,
  DeviceWorld,
  failureOf,
  type Json,
  type Meddler,
} from './device-world.ts';
import { ACCEPTED } from './negotiated.ts';

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

const { asServer, signedAnew } = serverIn(() => world);
type Silent = Parameters<typeof silence> extends [unknown, unknown, ...infer R] ? R : never;
const expectSilence = (...args: Silent) => silence(world, matchingId, ...args);

const otherKey = `04${bytesToHex(KEYS.euicc.point.slice(1))}`;
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
