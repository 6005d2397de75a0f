/**
 * The two sessions of a download: what the eUICC signs before anything of it is shown, the second session that it signs
 * for once the user agrees, and orders for one device. Cards and servers that do it in another way get nothing.
 */
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { encodeTlv } from '../../../src/asn1/tlv.ts';
import type { Es10 } from '../../../src/rsp/lpa/index.ts';
import { rspTranscript, secondSession } from '../../../src/rsp/zkcx/transcript.ts';
import { ZkcxError } from '../../../src/errors.ts';
import { blindOrderOf, orderSalt } from '../../../src/session/blind-order.ts';
import { ServerSigned1 } from '../../../src/sgp22/messages/authenticate-server.ts';
import {
  CANCEL_SESSION_REASON,
  CancelSessionResponse,
  EuiccCancelSessionSigned,
} from '../../../src/sgp22/messages/cancel-session.ts';
import { sign, Signature } from '../../../src/sgp22/messages/signature.ts';
import { sessionKeyMessage, sessionKeyOf } from '../../../src/sgp22/messages/zkcx-firmware.ts';
import { KEYS, madeUpKey } from '../../support/certificates/keys.ts';
import { es10Of } from '../../support/rsp/emulator.ts';
import { ADDRESS } from '../../support/rsp/smdpp.ts';
import { EID, SERVER_OID } from '../../session/world.ts';
import { answering, base64, bytesOf, DeviceWorld, failureOf, type Json } from './device-world.ts';

let world: DeviceWorld;
let matchingId: string;
const open = async (...options: Parameters<typeof DeviceWorld.open>) => {
  world = await DeviceWorld.open(...options);
  ({ matchingId } = await world.order());
};
beforeEach(() => open());
afterEach(async () => {
  jest.restoreAllMocks();
  await world.close();
});

const anew = async (...options: Parameters<typeof DeviceWorld.open>) => {
  await world.close();
  await open(...options);
};

/** Nothing but InitiateAuthentication was sent. */
async function expectNothingSent(code: string, es10: Es10, mode: 'zkcx' | 'zkcx-device') {
  expect(await failureOf(world.download(mode, matchingId, { es10 }))).toBe(code);
  expect(world.asked).toEqual(['initiateAuthentication']);
  expect(world.made).toEqual([]);
}

type Cancelled = Awaited<ReturnType<Es10['cancelSession']>>;

describe('the cancellation that is shown to nobody', () => {
  /** A card that signs another cancellation, with the key of its certificate unless another is given. */
  const cancelling = (
    change: (signed: EuiccCancelSessionSigned) => Uint8Array,
    secret = KEYS.euicc.secret,
  ): Es10 => ({
    ...world.card,
    cancelSession: async (request): Promise<Cancelled> => {
      const response = await world.card.cancelSession(request);
      if (response.result !== 'ok') return response;
      const signed = change(EuiccCancelSessionSigned.decode(response.euiccCancelSessionSigned));
      const changed = {
        ...response,
        euiccCancelSessionSigned: signed,
        euiccCancelSessionSignature: sign(secret, signed),
      };
      return { ...changed, der: CancelSessionResponse.encode(changed) };
    },
  });
  const encode =
    (change: Partial<EuiccCancelSessionSigned>) => (signed: EuiccCancelSessionSigned) =>
      EuiccCancelSessionSigned.encode({ ...signed, ...change });

  test.each<[string, (signed: EuiccCancelSessionSigned) => Uint8Array]>([
    ['for another reason', encode({ reason: CANCEL_SESSION_REASON.postponed })],
    ['for another server', encode({ smdpOid: '2.999.11' })],
    ['of another session', encode({ transactionId: new Uint8Array(16).fill(9) })],
    [
      'with a field after it',
      (signed) =>
        encodeTlv(0x30, EuiccCancelSessionSigned.encode(signed).slice(2), Uint8Array.of(5, 0)),
    ],
  ])('%s', async (_, change) => {
    await expectNothingSent('ERR_RSP_ZKCX_TRANSCRIPT', cancelling(change), 'zkcx-device');
  });

  test('by another key', async () => {
    const es10 = cancelling(encode({}), madeUpKey('another').secret);
    await expectNothingSent('ERR_RSP_SIGNATURE', es10, 'zkcx-device');
  });

  /** A card that knows few reasons, and says so in one of two ways. */
  const choosy = (asked: unknown[], how: 'error' | 'status word'): Es10 => ({
    ...world.card,
    cancelSession: async (request): Promise<Cancelled> => {
      asked.push(request.reason);
      if (request.reason !== CANCEL_SESSION_REASON.undefinedReason) {
        return world.card.cancelSession(request);
      }
      if (how === 'status word') throw new ZkcxError('ERR_RSP_APDU', 'wrong data');
      const refused = { result: 'error', error: 127 } as const;
      return { ...refused, der: CancelSessionResponse.encode(refused) };
    },
  });

  test.each(['error', 'status word'] as const)(
    'refused by %s: zkCX is not for this card',
    async (how) => {
      const asked: unknown[] = [];
      await expectNothingSent('ERR_RSP_CARD', choosy(asked, how), 'zkcx-device');
      // the session does not stay in the eUICC
      expect(asked).toEqual([127, 1]);
    },
  );

  test.each(['error', 'status word'] as const)(
    'refused by %s, where the server takes another reason',
    async (how) => {
      await anew({ context: { cancelReasons: ['undefinedReason', 'postponed'] } });
      const asked: unknown[] = [];
      await world.download('zkcx-device', matchingId, { es10: choosy(asked, how) });
      expect(asked).toEqual([127, 1]);
      expect(await world.card.profiles()).toHaveLength(1);
    },
  );
});

describe('the message that vouches for a session key', () => {
  beforeEach(() => anew({ firmware: 'zkcx' }));

  /** A card that signs another message. */
  const vouching = (
    change: (message: Uint8Array) => Uint8Array,
    secret = KEYS.euicc.secret,
  ): Es10 => ({
    ...world.card,
    authenticateServer: async (request) => {
      const response = await world.card.authenticateServer(request);
      if (response.result !== 'ok') return response;
      const euiccSigned1 = change(response.euiccSigned1);
      return { ...response, euiccSigned1, euiccSignature1: sign(secret, euiccSigned1) };
    },
  });
  const about = (change: object) => (message: Uint8Array) =>
    sessionKeyMessage({
      transactionId: new Uint8Array(16),
      smdpOid: SERVER_OID,
      sessionKey: sessionKeyOf(message),
      ...change,
    });

  test.each<[string, string, (message: Uint8Array) => Uint8Array]>([
    ['of another session', 'ERR_RSP_ZKCX_TRANSCRIPT', about({})],
    ['for another server', 'ERR_RSP_ZKCX_TRANSCRIPT', about({ smdpOid: '2.999.11' })],
    ['without a key', 'ERR_DER_MISSING', () => encodeTlv(0x30)],
  ])('%s', async (_, code, change) => {
    await expectNothingSent(code, vouching(change), 'zkcx');
  });

  test('by another key', async () => {
    const es10 = vouching((message) => message, madeUpKey('another').secret);
    await expectNothingSent('ERR_RSP_SIGNATURE', es10, 'zkcx');
  });

  test("with another session's key: the server refuses what is signed by this one's", async () => {
    const es10: Es10 = {
      ...world.card,
      authenticateServer: async (request) => {
        const response = await world.card.authenticateServer(request);
        if (response.result !== 'ok') return response;
        const { transactionId } = ServerSigned1.decode(request.serverSigned1);
        const sessionKey = madeUpKey('of another session').publicKey;
        const euiccSigned1 = sessionKeyMessage({ transactionId, smdpOid: SERVER_OID, sessionKey });
        const euiccSignature1 = sign(KEYS.euicc.secret, euiccSigned1);
        return { ...response, euiccSigned1, euiccSignature1 };
      },
    };
    const answer = world.download('zkcx', matchingId, { es10 });
    expect(await failureOf(answer)).toMatch(/^ERR_RSP_REFUSED/);
    expect(await world.card.profiles()).toEqual([]);
  });
});

describe('the second session', () => {
  /** The server signs something else for it. */
  const signing = (
    change: (signed: ServerSigned1, answer: Json) => Partial<ServerSigned1>,
    secret = KEYS.dpAuth.secret,
  ) =>
    answering((answer) => {
      const signed = ServerSigned1.decode(bytesOf(answer.serverSigned1));
      const serverSigned1 = ServerSigned1.encode({ ...signed, ...change(signed, answer) });
      const serverSignature1 = base64(Signature.encode(sign(secret, serverSigned1)));
      return { ...answer, serverSigned1: base64(serverSigned1), serverSignature1 };
    });
  /** The session as both sides have it, from what was sent. */
  const transcript = () => {
    const [clientOffer, serverOffer] = world.traffic
      .slice(0, 2)
      .map((text) => bytesOf((JSON.parse(text) as Json).zkcx));
    const { euiccChallenge } = known();
    const offers = { clientOffer: clientOffer!, serverOffer: serverOffer! };
    return rspTranscript(offers, { serverAddress: ADDRESS, euiccChallenge });
  };
  /** What the server signed for it. */
  const known = () => {
    const [record] = jest.mocked(world.card.authenticateServer).mock.calls;
    return ServerSigned1.decode(record![0].serverSigned1);
  };

  test.each<[string, string, () => void]>([
    ['T again', 'ERR_RSP_ZKCX_TRANSCRIPT', () => signing(() => known())],
    [
      'a T2 that is not derived',
      'ERR_RSP_ZKCX_TRANSCRIPT',
      () => signing(() => ({ transactionId: new Uint8Array(16).fill(3) })),
    ],
    [
      'T2 of another counter',
      'ERR_RSP_ZKCX_TRANSCRIPT',
      () =>
        signing(({ euiccChallenge }) => {
          const made = { counter: 1, euiccChallenge };
          const other = secondSession(transcript(), made);
          return ServerSigned1.decode(other.serverSigned1);
        }),
    ],
    [
      'the challenge of the first session',
      'ERR_RSP_ZKCX_TRANSCRIPT',
      () => signing(() => ({ euiccChallenge: known().euiccChallenge })),
    ],
    [
      'its plain address',
      'ERR_RSP_ZKCX_TRANSCRIPT',
      () => signing(() => ({ serverAddress: ADDRESS })),
    ],
    ['another key', 'ERR_RSP_ZKCX_SERVER', () => signing(() => ({}), KEYS.euicc.secret)],
  ])('with %s: the user is not even asked', async (_, code, change) => {
    jest.spyOn(world.card, 'authenticateServer');
    const consent = jest.fn(async () => 'accept' as const);
    change();
    expect(await failureOf(world.download('zkcx-device', matchingId, { consent }))).toBe(code);
    expect(consent).not.toHaveBeenCalled();
    expect(world.card.authenticateServer).toHaveBeenCalledTimes(1);
    expect(world.asked.slice(1)).toEqual(['authenticateClient', 'cancelSession']);
  });

  test('is for a challenge that the eUICC made after the first one', async () => {
    const authenticate = jest.spyOn(world.card, 'authenticateServer');
    await world.download('zkcx-device', matchingId);
    const [first, second] = authenticate.mock.calls.map(([{ serverSigned1 }]) =>
      ServerSigned1.decode(serverSigned1),
    );
    expect(second!.euiccChallenge).not.toEqual(first!.euiccChallenge);
    expect(second!.transactionId).not.toEqual(first!.transactionId);
    expect(second!.serverAddress).toBe(`zkcx!${ADDRESS}`);
  });

  test.each([
    ['another LPA took a challenge', () => world.card.euiccChallenge()],
    ['the eUICC was reset', () => world.euicc.card.reset().then(() => reconnected())],
  ])('%s: the server signs for a new one', async (_, disturb) => {
    const consent = async () => {
      await disturb();
      return 'accept' as const;
    };
    await world.download('zkcx-device', matchingId, { consent });
    expect(world.asked.slice(0, 4)).toEqual([
      'initiateAuthentication',
      'authenticateClient',
      'zkcxChallenge',
      'zkcxDisclose',
    ]);
    expect(await world.card.profiles()).toHaveLength(1);
  });

  /** The channel to the ISD-R is gone with the power: the LPA selects it anew. */
  const reconnected = async () => {
    Object.assign(world.card, await es10Of(world.euicc));
  };

  test('not for ever', async () => {
    const es10: Es10 = {
      ...world.card,
      authenticateServer: async (request) => {
        const response = await world.card.authenticateServer(request);
        if (request.ctxParams1.matchingId === undefined || response.result !== 'ok')
          return response;
        throw new ZkcxError('ERR_RSP_DOWNLOAD', 'another challenge', {
          reason: 'euiccChallengeMismatch',
        });
      },
    };
    const answer = world.download('zkcx-device', matchingId, { es10 });
    expect(await failureOf(answer)).toBe('ERR_RSP_DOWNLOAD euiccChallengeMismatch');
    expect(world.asked.filter((name) => name === 'zkcxChallenge')).toHaveLength(3);
    expect(world.asked).not.toContain('zkcxDisclose');
    expect(world.asked.at(-1)).toBe('cancelSession');
  });

  test('with another eUICC in its place: nothing of either is told', async () => {
    const es10: Es10 = {
      ...world.card,
      authenticateServer: async (request) => {
        const response = await world.card.authenticateServer(request);
        if (request.ctxParams1.matchingId === undefined || response.result !== 'ok')
          return response;
        return { ...response, euiccCertificate: response.eumCertificate };
      },
    };
    const answer = world.download('zkcx-device', matchingId, { es10 });
    expect(await failureOf(answer)).toBe('ERR_HOLDER_KEY');
    expect(world.asked.slice(1)).toEqual(['authenticateClient', 'cancelSession']);
  });
});

describe('an order for one device that the server does not know', () => {
  const salt = orderSalt();
  const bound = (serverOid = SERVER_OID, eid = EID) => ({
    salt,
    order: blindOrderOf(serverOid, salt, eid),
  });
  const orderOf = async (order: bigint) => {
    ({ matchingId } = await world.order({ blindOrder: String(order) }));
  };
  const agreeing = () => jest.fn(async () => true);

  test.each([
    ['zkcx-device', 'classic'],
    ['zkcx', 'zkcx'],
  ] as const)('%s: is delivered to it', async (mode, firmware) => {
    await anew({ firmware });
    const order = bound();
    await orderOf(order.order);
    const consentToOrder = agreeing();
    await world.download(mode, matchingId, { order, consentToOrder });
    expect(consentToOrder).toHaveBeenCalledTimes(1);
    expect(await world.card.profiles()).toHaveLength(1);
  });

  test('is asked about once, also on the first use', async () => {
    await anew({ firstUse: true });
    const order = bound();
    await orderOf(order.order);
    const consentToOrder = agreeing();
    await world.download('zkcx-device', matchingId, { order, consentToOrder });
    expect(consentToOrder).toHaveBeenCalledTimes(1);
  });

  test('is not delivered without the binding', async () => {
    await orderOf(bound().order);
    const answer = world.download('zkcx-device', matchingId);
    expect(await failureOf(answer)).toMatch(/^ERR_RSP_REFUSED/);
  });

  test.each([
    ['at another server', bound('2.999.11')],
    ['for another device', bound(SERVER_OID, EID.replace(/.$/, '6'))],
    ['of another salt', { ...bound(), salt: orderSalt() }],
  ])('%s: nothing is told, and nothing asked', async (_, order) => {
    const consentToOrder = agreeing();
    const authenticate = jest.spyOn(world.card, 'authenticateServer');
    const answer = world.download('zkcx-device', matchingId, { order, consentToOrder });
    expect(await failureOf(answer)).toBe('ERR_HOLDER_ORDER');
    expect(consentToOrder).not.toHaveBeenCalled();
    expect(authenticate).not.toHaveBeenCalled();
    expect(world.asked).toEqual(['initiateAuthentication']);
  });

  const no: unknown[] = [undefined, async () => false, async () => 'yes'];
  test.each(no)('the user does not agree: it ends before the presentation', async (ask) => {
    const answer = world.download('zkcx-device', matchingId, {
      order: bound(),
      consentToOrder: ask as never,
    });
    expect(await failureOf(answer)).toBe('ERR_RSP_CANCELLED endUserRejection');
    expect(world.asked).not.toContain('authenticateClient');
    expect(world.made).toEqual([]);
  });
});
