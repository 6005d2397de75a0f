/**
 * Live classic LPAs and an emulated eUICC behind somebody in the middle who wants to make a zkCX device of them. Each
 * fence is taken down alone: by an LPA that does not compare addresses and cancels for reason 127, and in the test's
 * own server.
 */
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { downloadProfile, type Es10, es9pClient, tlsFetch } from '../../../src/rsp/lpa/index.ts';
import { CANCEL_SESSION_REASON } from '../../../src/sgp22/messages/cancel-session.ts';
import { ZkcxSessions } from '../../../src/rsp/zkcx/server/sessions.ts';
import { credentialOf, NOW, POLICY, SERVER_OID } from '../../session/world.ts';
import { prepared } from '../../session/bundles.ts';
import { es10Of, testEuicc } from '../../support/rsp/emulator.ts';
import { type HttpServer, httpServer } from '../../support/rsp/http.ts';
import { laxDownload } from '../../support/rsp/lax-lpa.ts';
import { Relay } from '../../support/rsp/relay.ts';
import { ADDRESS } from '../../support/rsp/smdpp.ts';
import { ZkcxSmdp } from './zkcx-smdp.ts';

const DEVICE = { tac: Uint8Array.of(0x35, 0x29, 0x06, 0x11), deviceCapabilities: {} };

let server: ZkcxSmdp;
let upstream: HttpServer;
let middle: HttpServer;
let relay: Relay;
let card: Es10;
/** Orders, and their states at the server. */
let victim: { readonly iccid: string; readonly matchingId: string };
let attacker: typeof victim;

beforeEach(async () => {
  server = await ZkcxSmdp.open();
  const order = async (profileName: string) => {
    const { iccid, matchingId } = await server.smdp.order({}, { profileName });
    return { iccid, matchingId: matchingId! };
  };
  victim = await order('Ordered');
  attacker = await order('Planted');
  upstream = await httpServer((path, body) => server.post(path, JSON.parse(body) as object));
  relay = new Relay({
    server: upstream.url,
    serverAddress: ADDRESS,
    serverOid: SERVER_OID,
    matchingId: attacker.matchingId,
    policy: POLICY,
    credential: credentialOf(),
    prepare: prepared,
  });
  middle = await httpServer((path, body) => relay.answer(path, body));
  card = await es10Of(await testEuicc());
});
afterEach(async () => {
  jest.restoreAllMocks();
  await middle.close();
  await upstream.close();
  await server.close();
});

/** The server where the LPA looks for it: in between. */
const behind = () => {
  const connectTo = { host: '127.0.0.1', port: middle.port };
  const fetch = tlsFetch({ ciCertificates: [], plainLoopback: true, connectTo, now: () => NOW });
  return es9pClient(ADDRESS, { fetch, plain: true });
};

const lax = (comparesAddress = false) =>
  laxDownload({ es10: card, server: behind(), matchingId: victim.matchingId, comparesAddress });

const genuine = () =>
  downloadProfile({
    es10: card,
    server: behind(),
    notificationServer: behind,
    matchingId: victim.matchingId,
    device: DEVICE,
    consent: async () => 'accept',
    confirmationCode: async () => undefined,
  });

/** The third fence is down: the server delivers whatever order the eUICC named. */
const withoutThirdFence = () => {
  const { find } = ZkcxSessions.prototype;
  jest.spyOn(ZkcxSessions.prototype, 'find').mockImplementation(function (
    this: ZkcxSessions,
    transactionId,
  ) {
    const session = find.call(this, transactionId);
    if (session?.stage === 'undisclosed') session.matchingId = victim.matchingId;
    return session;
  });
};

const states = async () =>
  Promise.all(
    [victim, attacker].map(async ({ iccid }) => (await server.smdp.storedOrder(iccid))?.state),
  );
const names = async () => (await card.profiles()).map(({ profileName }) => profileName);

describe('somebody in the middle', () => {
  test('plants his order where all fences are down (control)', async () => {
    withoutThirdFence();
    await expect(lax()).rejects.toThrow();
    expect(relay.reasons).toEqual([127]);
    expect(await lax()).toBe('Planted');
    expect(await names()).toEqual(['Planted']);
    expect(await states()).toEqual(['released', 'downloaded']);
  });

  test('gets no signature where the LPA compares addresses, and nothing else stops him', async () => {
    withoutThirdFence();
    const authenticate = jest.spyOn(card, 'authenticateServer');
    for (let tried = 0; tried < 2; tried++)
      await expect(lax(true)).rejects.toThrow('another address');
    expect(authenticate).not.toHaveBeenCalled();
    expect(relay.reasons).toEqual([]);
    expect(await states()).toEqual(['released', 'released']);
  });

  test('gets no order where the server delivers what the eUICC named, and nothing else stops him', async () => {
    await expect(lax()).rejects.toThrow();
    await expect(lax()).rejects.toThrow();
    // he had both signatures: of the cancellation, and for the second session, which ended likewise
    expect(relay.reasons).toEqual([127, 127]);
    expect(server.refusals).toEqual(['ERR_RSP_ZKCX_TRANSCRIPT']);
    expect(await names()).toEqual([]);
    expect((await states())[0]).toBe('released');
  });

  test('gets nothing of the LPA of this package', async () => {
    withoutThirdFence();
    const authenticate = jest.spyOn(card, 'authenticateServer');
    for (let tried = 0; tried < 2; tried++) {
      await expect(genuine()).rejects.toMatchObject({ reason: 'serverAddress' });
    }
    expect(authenticate).not.toHaveBeenCalled();
    expect(await states()).toEqual(['released', 'released']);
  });
});

describe('the second fence: garbled answers make the LPA of this package cancel, but never for reason 127', () => {
  const ANSWERS: [string, (answer: object) => Response][] = [
    ['not there', () => new Response('', { status: 500 })],
    ['not JSON', () => new Response('?')],
    ['empty', () => Response.json({})],
    ['of another transaction', (answer) => Response.json({ ...answer, transactionId: '00' })],
    [
      'with metadata that are none',
      (answer) => Response.json({ ...answer, profileMetadata: 'MAA=' }),
    ],
    [
      'with a signature that is none',
      (answer) => Response.json({ ...answer, smdpSignature2: 'X0A=' }),
    ],
  ];

  test.each(ANSWERS)('%s', async (_, garble) => {
    const cancel = jest.spyOn(card, 'cancelSession');
    await middle.close();
    middle = await httpServer(async (path, body) => {
      const response = await fetch(upstream.url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      });
      if (!path.endsWith('/authenticateClient')) return response;
      return garble((await response.json()) as object);
    });
    await expect(genuine()).rejects.toThrow();
    expect(cancel).toHaveBeenCalledTimes(1);
    const { timeout, loadBppExecutionError } = CANCEL_SESSION_REASON;
    const { reason } = cancel.mock.calls[0]![0];
    expect([timeout, loadBppExecutionError]).toContain(reason);
  });
});
