/** The LPA against our SM-DP+ and eUICC in one process: every way a download ends, and who is told. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { cardInterface, openIsdr } from '../../../src/rsp/apdu/index.ts';
import type { Euicc } from '../../../src/rsp/euicc/index.ts';
import {
  downloadProfile,
  es10,
  es9pClient,
  sendNotifications,
} from '../../../src/rsp/lpa/index.ts';
import type {
  DownloadEvent,
  DownloadOptions,
  Es10,
  Fetch,
  ProfileMetadata,
} from '../../../src/rsp/lpa/index.ts';
import { StoreMetadataRequest } from '../../../src/sgp22/messages/metadata.ts';
import { sign } from '../../../src/sgp22/messages/signature.ts';
import { encodeTlv } from '../../../src/asn1/tlv.ts';
import { es9pApp } from '../../../src/rsp/smdpp/app.ts';
import { KEYS } from '../../support/certificates/keys.ts';
import { es10Of, SERVER, testAnchor, testEuicc } from '../../support/rsp/emulator.ts';
import { TestSmdp } from '../../support/rsp/smdpp.ts';

let smdp: TestSmdp;
let euicc: Euicc;
let card: Es10;
let events: DownloadEvent[];
/** What the server was asked, by name of the function. */
let asked: string[];

beforeEach(async () => {
  smdp = await TestSmdp.open();
  euicc = await testEuicc();
  card = await es10Of(euicc);
  events = [];
  asked = [];
});
afterEach(() => smdp.close());

type Json = Record<string, unknown>;
/** Changes the answer of a function on the way; or throws, as a network does. */
type Meddler = (name: string, answer: Json) => Json | Promise<Json>;

function fetchOf(meddle?: Meddler): Fetch {
  const app = es9pApp(smdp.server);
  return async (url, init) => {
    const name = url.slice(url.lastIndexOf('/') + 1);
    asked.push(name);
    const response = await app.request(url, init);
    if (meddle === undefined || response.status !== 200) return response;
    return Response.json(await meddle(name, (await response.json()) as Json));
  };
}

interface Changes extends Partial<DownloadOptions> {
  readonly meddle?: Meddler;
}

async function download(matchingId: string, { meddle, ...changes }: Changes = {}) {
  const fetch = fetchOf(meddle);
  return downloadProfile({
    es10: card,
    server: es9pClient(SERVER, { fetch }),
    notificationServer: (address) => es9pClient(address, { fetch }),
    matchingId,
    device: { tac: Uint8Array.of(1, 2, 3, 4), deviceCapabilities: {} },
    consent: async () => 'accept',
    confirmationCode: async () => undefined,
    onEvent: (event) => events.push(event),
    ...changes,
  });
}

const failureOf = async (work: Promise<unknown>) => {
  const error = (await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )) as { code?: string; reason?: string } | undefined;
  return `${error?.code} ${error?.reason}`;
};

/** The server heard of the end, with this reason. */
function expectCancelled(reason: string) {
  expect(events.at(-1)).toEqual({ type: 'cancelled', reason, failure: undefined });
  expect(asked.at(-1)).toBe('cancelSession');
}

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
const bytesOf = (text: unknown) => Uint8Array.from(Buffer.from(String(text), 'base64'));

describe('a download', () => {
  test('shows metadata before consent, and tells the server the result', async () => {
    const { iccid, matchingId } = await smdp.order();
    let shown: ProfileMetadata | undefined;
    const done = await download(matchingId!, {
      consent: async (metadata) => {
        shown = metadata;
        // nothing of the profile has been asked for
        expect(asked).toEqual(['initiateAuthentication', 'authenticateClient']);
        return 'accept';
      },
    });
    expect(shown).toMatchObject({ iccid, profileName: 'Plan', serviceProviderName: 'Operator' });
    expect(done.notification).toMatchObject({ seqNumber: 0, failure: undefined });
    expect(await card.listNotifications()).toEqual([]);
    expect((await smdp.storedOrder(iccid))?.state).toBe('installed');
    expect(events.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['authenticating', 'authenticated', 'downloading', 'installing']),
    );
  });

  test('with the confirmation code that the user gives', async () => {
    const { matchingId } = await smdp.order({ confirmationCode: '1234' });
    await download(matchingId!, { confirmationCode: async () => '1234' });
    expect(await card.profiles()).toHaveLength(1);
  });

  test('of a server with the OID of the activation code', async () => {
    const { matchingId } = await smdp.order();
    await download(matchingId!, { oid: '2.999.10' });
    expect(await card.profiles()).toHaveLength(1);
  });

  test('leaves the result in the queue if the server cannot be told', async () => {
    const { matchingId } = await smdp.order();
    const notificationServer = () =>
      es9pClient(SERVER, { fetch: () => Promise.reject(Error('no network')) });
    const fast = { attempts: 1 };
    const done = await download(matchingId!, { notificationServer });
    expect(done.notification?.failure?.code).toBe('ERR_RSP_SERVER');
    expect(await card.listNotifications()).toHaveLength(1);
    const server = (address: string) => es9pClient(address, { fetch: fetchOf() });
    expect(await sendNotifications(card, { server, ...fast })).toEqual([
      expect.objectContaining({ seqNumber: 0, event: 'install', failure: undefined }),
    ]);
    expect(await card.listNotifications()).toEqual([]);
  });
});

describe('the user', () => {
  test.each([
    ['reject', 'endUserRejection', 'cancelled'],
    ['postpone', 'postponed', 'released'],
  ] as const)('may %s', async (consent, reason, state) => {
    const { iccid, matchingId } = await smdp.order();
    expect(await failureOf(download(matchingId!, { consent: async () => consent }))).toBe(
      `ERR_RSP_CANCELLED ${reason}`,
    );
    expectCancelled(reason);
    expect(asked).not.toContain('getBoundProfilePackage');
    const order = await smdp.storedOrder(iccid);
    if (state === 'released') expect(order?.state).toBe('released');
    else expect(order?.state).not.toBe('released');
  });

  test.each([false, undefined, true, 'yes'])('says neither yes nor no by %j', async (answer) => {
    const { matchingId } = await smdp.order();
    const consent = async () => answer as never;
    expect(await failureOf(download(matchingId!, { consent }))).toMatch('ERR_ARGUMENT');
    expectCancelled('loadBppExecutionError');
    expect(asked).not.toContain('getBoundProfilePackage');
  });

  test.each(['authenticated', 'downloading'])('may stop it once it is %s', async (when) => {
    const { iccid, matchingId } = await smdp.order();
    const abort = new AbortController();
    const onEvent = (event: DownloadEvent) => {
      events.push(event);
      if (event.type === when) abort.abort();
    };
    expect(await failureOf(download(matchingId!, { onEvent, signal: abort.signal }))).toBe(
      'ERR_RSP_CANCELLED postponed',
    );
    expectCancelled('postponed');
    expect(asked).not.toContain('getBoundProfilePackage');
    expect((await smdp.storedOrder(iccid))?.state).toBe('released');
  });

  test('may have no confirmation code', async () => {
    const { matchingId } = await smdp.order({ confirmationCode: '1234' });
    expect(await failureOf(download(matchingId!))).toBe('ERR_RSP_CANCELLED endUserRejection');
    expectCancelled('endUserRejection');
  });

  test('may have a wrong one, which the server refuses', async () => {
    const { matchingId } = await smdp.order({ confirmationCode: '1234' });
    const confirmationCode = async () => '4321';
    expect(await failureOf(download(matchingId!, { confirmationCode }))).toBe(
      'ERR_RSP_REFUSED 8.2.7/3.8',
    );
    expect(await card.profiles()).toEqual([]);
    // and may try again
    await download(matchingId!, { confirmationCode: async () => '1234' });
    expect(await card.profiles()).toHaveLength(1);
  });
});

describe('the server', () => {
  test('may refuse', async () => {
    expect(await failureOf(download('NO-SUCH-ORDER'))).toBe('ERR_RSP_REFUSED 8.2.6/3.8');
    expect(asked).toEqual(['initiateAuthentication', 'authenticateClient']);
  });

  const first =
    (change: (answer: Json) => Json): Meddler =>
    (name, answer) =>
      name === 'initiateAuthentication' ? change(answer) : answer;

  test.each<[string, Changes]>([
    ['serverAddress', { server: undefined }],
    ['transactionId', { meddle: first((a) => ({ ...a, transactionId: '00'.repeat(16) })) }],
    ['smdpOid', { oid: '2.999.11' }],
    [
      'euiccCiPKIdToBeUsed',
      {
        meddle: first((a) => ({
          ...a,
          euiccCiPKIdToBeUsed: base64(encodeTlv(0x04, new Uint8Array(20))),
        })),
      },
    ],
  ])('is left before the eUICC answers it, for its %s', async (reason, changes) => {
    const { matchingId } = await smdp.order();
    const server = {
      ...es9pClient('other.example.com', { fetch: fetchOf() }),
      call: es9pClient(SERVER, { fetch: fetchOf(changes.meddle) }).call,
    };
    if ('server' in changes) {
      // it answers under the address that it has
      const { call } = server;
      server.call = async (name, request) => {
        if (name !== 'initiateAuthentication') return call(name, request);
        return call(name, { ...request, smdpAddress: SERVER });
      };
    }
    const all = 'server' in changes ? { server } : changes;
    expect(await failureOf(download(matchingId!, all))).toBe(`ERR_RSP_DOWNLOAD ${reason}`);
    expect(asked).toEqual(['initiateAuthentication']);
  });

  test("is left for another eUICC's challenge", async () => {
    const { matchingId } = await smdp.order();
    const es10WithOld = { ...card, euiccChallenge: async () => new Uint8Array(16) };
    const old = await smdp.initiate((await import('../../support/rsp/soft-euicc.ts')).sgp26Euicc());
    const meddle = first((a) => ({
      ...a,
      transactionId: Buffer.from(old.transactionId).toString('hex').toUpperCase(),
      serverSigned1: base64(old.serverSigned1),
      serverSignature1: base64(encodeTlv(0x5f37, old.serverSignature1)),
    }));
    expect(await failureOf(download(matchingId!, { es10: es10WithOld, meddle }))).toBe(
      'ERR_RSP_DOWNLOAD euiccChallenge',
    );
  });

  test('is told that the eUICC refuses it', async () => {
    const { matchingId } = await smdp.order();
    const meddle = first((a) => ({
      ...a,
      serverSignature1: base64(
        encodeTlv(0x5f37, sign(KEYS.euicc.secret, bytesOf(a.serverSigned1))),
      ),
    }));
    expect(await failureOf(download(matchingId!, { meddle }))).toBe(
      'ERR_RSP_DOWNLOAD invalidSignature',
    );
    // by the eUICC's own answer
    expect(asked).toEqual(['initiateAuthentication', 'authenticateClient']);
  });

  test('is told that the eUICC does not know its CI', async () => {
    const { matchingId } = await smdp.order();
    const other = { ...testAnchor(), publicKey: KEYS.eum.publicKey };
    card = await es10Of(await testEuicc({ anchors: [other] }));
    expect(await failureOf(download(matchingId!))).toBe('ERR_RSP_DOWNLOAD invalidCertificate');
    expect(asked).toEqual(['initiateAuthentication', 'authenticateClient']);
  });

  test('is told that the eUICC refuses smdpSignature2', async () => {
    const { matchingId } = await smdp.order();
    const meddle: Meddler = (name, answer) =>
      name === 'authenticateClient'
        ? { ...answer, smdpSignature2: base64(encodeTlv(0x5f37, new Uint8Array(64).fill(1))) }
        : answer;
    expect(await failureOf(download(matchingId!, { meddle }))).toBe(
      'ERR_RSP_DOWNLOAD invalidSignature',
    );
    expectCancelled('loadBppExecutionError');
  });

  test('may show other metadata than it sends', async () => {
    const { matchingId } = await smdp.order();
    const meddle: Meddler = (name, answer) => {
      if (name !== 'authenticateClient') return answer;
      const metadata = StoreMetadataRequest.decode(bytesOf(answer.profileMetadata));
      const shown = StoreMetadataRequest.encode({ ...metadata, profileName: 'Cheaper plan' });
      return { ...answer, profileMetadata: base64(shown) };
    };
    expect(await failureOf(download(matchingId!, { meddle }))).toBe(
      'ERR_RSP_DOWNLOAD metadataMismatch',
    );
    expectCancelled('metadataMismatch');
    expect(await card.profiles()).toEqual([]);
  });

  test.each([
    ['no JSON that is one', 'ERR_RSP_JSON', { transactionId: 7 }],
    [
      'a package that is none',
      'ERR_DER_MISSING',
      { transactionId: undefined, boundProfilePackage: base64(encodeTlv(0xbf36)) },
    ],
    ['another transaction', 'ERR_RSP_DOWNLOAD', { transactionId: '00'.repeat(16) }],
  ])('may answer %s', async (_, code, change) => {
    const { matchingId } = await smdp.order();
    const meddle: Meddler = (name, answer) => {
      if (name !== 'getBoundProfilePackage') return answer;
      const kept = Object.entries(change).filter(([, value]) => value !== undefined);
      return { ...answer, ...Object.fromEntries(kept) };
    };
    expect(await failureOf(download(matchingId!, { meddle }))).toMatch(code);
    expectCancelled('loadBppExecutionError');
  });

  test('may be gone for a moment: the order stays', async () => {
    const { matchingId } = await smdp.order();
    const meddle: Meddler = (name, answer) => {
      if (name === 'getBoundProfilePackage') throw Error('connection reset');
      return answer;
    };
    expect(await failureOf(download(matchingId!, { meddle }))).toMatch('ERR_RSP_SERVER');
    expectCancelled('timeout');
    await download(matchingId!);
    expect(await card.profiles()).toHaveLength(1);
  });

  test('may be gone for good: the user learns that it could not be told', async () => {
    const { matchingId } = await smdp.order();
    const meddle: Meddler = (name, answer) => {
      if (name === 'getBoundProfilePackage' || name === 'cancelSession') throw Error('gone');
      return answer;
    };
    expect(await failureOf(download(matchingId!, { meddle }))).toMatch('ERR_RSP_SERVER');
    expect(events.at(-1)).toMatchObject({ type: 'cancelled', failure: expect.any(String) });
  });
});

describe('the eUICC', () => {
  test('may refuse the package: the result tells the server', async () => {
    const { iccid, matchingId } = await smdp.order();
    card = await es10Of(await testEuicc({ memory: 2_000 }));
    const work = download(matchingId!);
    const failure = await failureOf(work);
    // either the server sees that it will not fit, or the eUICC does
    expect(failure).toMatch(/ERR_RSP_REFUSED 8\.1\/4\.8|ERR_RSP_DOWNLOAD installFailedDueTo/);
    expect((await smdp.storedOrder(iccid))?.state).not.toBe('installed');
  });

  test('may refuse a profile that must not be disabled, beside another one', async () => {
    const one = await smdp.order();
    await download(one.matchingId!);
    const { iccid, matchingId } = await smdp.order({}, { policyRules: ['ppr1'], mccMnc: '00f110' });
    expect(await failureOf(download(matchingId!))).toBe('ERR_RSP_DOWNLOAD pprNotAllowed');
    expect(asked.at(-1)).toBe('handleNotification');
    expect((await smdp.storedOrder(iccid))?.state).not.toBe('installed');
    expect((await card.profiles()).map((profile) => profile.iccid)).toEqual([one.iccid]);
  });

  test('may be pulled out in the middle: the server is told once it is back', async () => {
    const { matchingId } = await smdp.order();
    let elements = 0;
    const apdu = cardInterface(euicc.card);
    const transmit = async (command: Uint8Array) => {
      // power is lost at the second segment of the profile: what was not stored is gone
      if (command[5] === 0x86 && ++elements === 2) await euicc.card.reset();
      return apdu.transmit(command);
    };
    const failing = es10(await openIsdr({ ...apdu, transmit }));
    expect(await failureOf(download(matchingId!, { es10: failing }))).toMatch('ERR_RSP_APDU');
    card = await es10Of(euicc);
    const server = (address: string) => es9pClient(address, { fetch: fetchOf() });
    const [sent] = await sendNotifications(card, { server });
    expect(sent).toMatchObject({ event: 'install', failure: undefined });
    expect(await card.profiles()).toEqual([]);
    await download(matchingId!);
    expect(await card.profiles()).toHaveLength(1);
  });
});
