/** The eUICC with zkCX-aware firmware: servers that the LPA verified, and today's behaviour beside it. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import { p256 } from '@noble/curves/nist.js';
import { bytesEqual } from '../../../src/bytes.ts';
import type { PublicKey } from '../../../src/pki/index.ts';
import { cardInterface, openIsdr } from '../../../src/rsp/apdu/index.ts';
import { bindProfile } from '../../../src/sgp22/bpp/index.ts';
import type { Euicc, EuiccOptions, EuiccStore } from '../../../src/rsp/euicc/index.ts';
import { memoryStore } from '../../../src/rsp/euicc/index.ts';
import type { Es10 } from '../../../src/rsp/lpa/index.ts';
import {
  type AuthenticateServerRequest,
  ServerSigned1,
} from '../../../src/sgp22/messages/authenticate-server.ts';
import { EuiccCancelSessionSigned } from '../../../src/sgp22/messages/cancel-session.ts';
import { pointOf } from '../../../src/sgp22/messages/curve.ts';
import { eidBytes } from '../../../src/sgp22/messages/identifiers.ts';
import { StoreMetadataRequest } from '../../../src/sgp22/messages/metadata.ts';
import {
  EuiccSigned2,
  type PrepareDownloadRequest,
  SmdpSigned2,
} from '../../../src/sgp22/messages/prepare-download.ts';
import {
  euiccSignature2Input,
  isSignature,
  sign,
  smdpSignature2Input,
} from '../../../src/sgp22/messages/signature.ts';
import {
  sessionKeyMessage,
  sessionKeyOf,
  zkcxKdfValue,
  zkcxSmdpSignature2Input,
} from '../../../src/sgp22/messages/zkcx-firmware.ts';
import {
  NO_CERTIFICATE,
  type ZkcxServer,
  ZkcxServerRequest,
} from '../../../src/sgp22/messages/zkcx-server.ts';
import { encodeTlv } from '../../../src/asn1/tlv.ts';
import { bytesToBigint, concatBytes } from '../../../src/bytes.ts';
import { KEYS, madeUpKey } from '../../support/certificates/keys.ts';
import {
  CERT_DPAUTH,
  CERT_DPPB,
  EID,
  es10Of,
  expectOk,
  install,
  METADATA,
  PROFILE,
  SERVER,
  testAnchor,
  testEuicc,
} from '../../support/rsp/emulator.ts';

const AUTH = madeUpKey('zkcx auth');
const PB = madeUpKey('zkcx pb');
const keyOf = ({ secret }: { secret: Uint8Array }): PublicKey => {
  const point = p256.getPublicKey(secret, false);
  return { x: bytesToBigint(point.slice(1, 33)), y: bytesToBigint(point.slice(33)) };
};
const VERIFIED: ZkcxServer = {
  smdpOid: '2.999.77',
  authKey: keyOf(AUTH),
  packageKey: keyOf(PB),
};
const TRANSACTION = Uint8Array.from({ length: 16 }, (_, i) => 0x30 + i);

let store: EuiccStore;
let euicc: Euicc;
let card: Es10;
const start = async (options: Partial<EuiccOptions> = {}) => {
  store = memoryStore();
  euicc = await testEuicc({ firmware: 'zkcx', store, ...options });
  card = await es10Of(euicc);
};
beforeEach(() => start());

interface Changes {
  readonly verified?: ZkcxServer;
  readonly request?: Partial<AuthenticateServerRequest>;
  readonly secret?: Uint8Array;
}

async function authenticate({ verified = VERIFIED, request, secret = AUTH.secret }: Changes = {}) {
  const serverSigned1 = ServerSigned1.encode({
    transactionId: TRANSACTION,
    euiccChallenge: await card.euiccChallenge(),
    serverAddress: SERVER,
    serverChallenge: new Uint8Array(16).fill(7),
  });
  await card.zkcxServer(verified);
  const response = await card.authenticateServer({
    serverSigned1,
    serverSignature1: sign(secret, serverSigned1),
    euiccCiPKIdToBeUsed: testAnchor().subjectKeyIdentifier,
    serverCertificate: NO_CERTIFICATE,
    ctxParams1: { deviceInfo: { tac: Uint8Array.of(1, 2, 3, 4), deviceCapabilities: {} } },
    ...request,
  });
  return { serverSigned1, response };
}

/** Up to the one-time key, signed as zkCX-aware firmware expects it. */
async function prepare(
  serverSigned1: Uint8Array,
  signed: Partial<SmdpSigned2> = {},
  request: Partial<PrepareDownloadRequest> = {},
) {
  const smdpSigned2 = SmdpSigned2.encode({
    transactionId: TRANSACTION,
    ccRequiredFlag: false,
    ...signed,
  });
  return card.prepareDownload({
    smdpSigned2,
    smdpSignature2: sign(PB.secret, zkcxSmdpSignature2Input(smdpSigned2, serverSigned1)),
    smdpCertificate: NO_CERTIFICATE,
    ...request,
  });
}

async function oneTimeKey(serverSigned1: Uint8Array, signed: Partial<SmdpSigned2> = {}) {
  const prepared = await prepare(serverSigned1, signed);
  expectOk(prepared);
  if (!('euiccSigned2' in prepared)) throw Error('no signature');
  return EuiccSigned2.decode(prepared.euiccSigned2).euiccOtpk;
}

const packageFor = (
  euiccOtpk: Uint8Array,
  eid: Uint8Array,
  metadata: Parameters<typeof StoreMetadataRequest.encode>[0] = METADATA,
) =>
  bindProfile(
    {
      transactionId: TRANSACTION,
      euiccOtpk,
      eid,
      smdpOtsk: madeUpKey('one-time server').secret,
      hostId: new TextEncoder().encode('host'),
      secretKey: PB.secret,
    },
    { dpOid: VERIFIED.smdpOid, metadata: StoreMetadataRequest.encode(metadata), profile: PROFILE },
  );

const errorOf = (response: { readonly result: string }) =>
  'authenticateErrorCode' in response
    ? response.authenticateErrorCode
    : 'downloadErrorCode' in response
      ? response.downloadErrorCode
      : response.result;

describe('a server that the LPA verified', () => {
  test('installs a profile whose keys do not come from the EID', async () => {
    const { serverSigned1, response } = await authenticate();
    expectOk(response);
    const otpk = await oneTimeKey(serverSigned1);
    const bpp = packageFor(otpk, zkcxKdfValue(serverSigned1, otpk));
    const { finalResult } = (await card.loadBoundProfilePackage(bpp)).profileInstallationResultData;
    if (finalResult.result !== 'success') throw Error(`refused: ${finalResult.errorReason}`);
    expect(await euicc.profilePackage(finalResult.aid)).toEqual(PROFILE);
  });

  test('cannot bind a package to the EID', async () => {
    const { serverSigned1 } = await authenticate();
    const bpp = packageFor(await oneTimeKey(serverSigned1), eidBytes(EID));
    expect(
      (await card.loadBoundProfilePackage(bpp)).profileInstallationResultData.finalResult.result,
    ).toBe('error');
  });

  test('has the key that the LPA named, and shows no certificate beside it', async () => {
    expect(errorOf((await authenticate({ secret: PB.secret })).response)).toBe(2);
    const request = { serverCertificate: CERT_DPAUTH };
    expect(errorOf((await authenticate({ request })).response)).toBe(1);
  });

  test('signs packages with the other key, over the session', async () => {
    const { serverSigned1 } = await authenticate();
    const otherSession = encodeTlv(0x30, Uint8Array.of(0x80, 1, 1));
    expect(errorOf(await prepare(otherSession))).toBe(2);
    expect(errorOf(await prepare(serverSigned1, {}, { smdpCertificate: CERT_DPPB }))).toBe(1);
    const smdpSigned2 = SmdpSigned2.encode({ transactionId: TRANSACTION, ccRequiredFlag: false });
    const classic = smdpSignature2Input(smdpSigned2, new Uint8Array(64));
    const smdpSignature2 = sign(PB.secret, classic);
    expect(errorOf(await prepare(serverSigned1, {}, { smdpSigned2, smdpSignature2 }))).toBe(2);
    const byAuth = sign(AUTH.secret, zkcxSmdpSignature2Input(smdpSigned2, serverSigned1));
    const wrongKey = { smdpSigned2, smdpSignature2: byAuth };
    expect(errorOf(await prepare(serverSigned1, {}, wrongKey))).toBe(2);
    expect((await prepare(serverSigned1)).result).toBe('ok');
  });

  test('gets its OID into the cancellation', async () => {
    await authenticate();
    const response = await card.cancelSession({ transactionId: TRANSACTION, reason: 1 });
    if (response.result !== 'ok') throw Error('refused');
    const { smdpOid } = EuiccCancelSessionSigned.decode(response.euiccCancelSessionSigned);
    expect(smdpOid).toBe(VERIFIED.smdpOid);
  });

  test('never sees a one-time key again', async () => {
    const first = await authenticate();
    const otpk = await oneTimeKey(first.serverSigned1);
    expect((await store.load()).oneTimeKeys).toEqual([]);
    const second = await authenticate();
    const next = await oneTimeKey(second.serverSigned1, { bppEuiccOtpk: otpk });
    expect(bytesEqual(next, otpk)).toBe(false);
  });

  test('is named once, between challenge and AuthenticateServer', async () => {
    const refused = { code: 'ERR_RSP_CARD', reason: 'noSessionContext' };
    await expect(card.zkcxServer(VERIFIED)).rejects.toMatchObject(refused);
    await card.euiccChallenge();
    await card.zkcxServer(VERIFIED);
    await expect(card.zkcxServer(VERIFIED)).rejects.toMatchObject(refused);
    await authenticate();
    await expect(card.zkcxServer(VERIFIED)).rejects.toMatchObject(refused);
  });

  test('is forgotten with the challenge that it was named for', async () => {
    await card.euiccChallenge();
    await card.zkcxServer(VERIFIED);
    await install(card);
    expect(await card.profiles()).toHaveLength(1);
  });
});

describe('the session key', () => {
  const session = async () => {
    const { serverSigned1, response } = await authenticate();
    expectOk(response);
    if (!('euiccSigned1' in response)) throw Error('no signature');
    return { serverSigned1, response, key: sessionKeyOf(response.euiccSigned1) };
  };
  const installed = async (iccid: string) => {
    const { serverSigned1, key } = await session();
    const otpk = await oneTimeKey(serverSigned1);
    const bpp = packageFor(otpk, zkcxKdfValue(serverSigned1, otpk), { ...NOTIFYING, iccid });
    return { result: await card.loadBoundProfilePackage(bpp), key };
  };
  const NOTIFYING = {
    ...METADATA,
    notificationConfigurationInfo: [
      { profileManagementOperation: ['enable', 'delete'], notificationAddress: SERVER },
    ],
  } satisfies Parameters<typeof StoreMetadataRequest.encode>[0];
  /** The last notification, and whether a key signed it. */
  const lastBy = async (...keys: PublicKey[]) => {
    const { seqNumber } = (await card.listNotifications()).at(-1)!;
    const pending = await card.retrieveNotification(seqNumber);
    if (pending?.kind !== 'otherSignedNotification') throw Error('no notification');
    const { tbsOtherNotification, euiccNotificationSignature, ...certificates } = pending;
    const by = keys.map((key) =>
      isSignature(euiccNotificationSignature, key, tbsOtherNotification.der),
    );
    return { by, certificates };
  };
  const CERTIFIED = keyOf(KEYS.euicc);

  test('is vouched for by the key of the certificate, for this session and server', async () => {
    const { response, key } = await session();
    expect(isSignature(response.euiccSignature1, CERTIFIED, response.euiccSigned1)).toBe(true);
    expect(response.euiccSigned1).toEqual(
      sessionKeyMessage({
        transactionId: TRANSACTION,
        smdpOid: VERIFIED.smdpOid,
        sessionKey: key,
      }),
    );
    expect(key).not.toEqual(CERTIFIED);
  });

  test('is another one in every session', async () => {
    expect((await session()).key).not.toEqual((await session()).key);
  });

  test('signs what follows, which the key of the certificate does not', async () => {
    const first = await session();
    const transactionId = TRANSACTION;
    const cancelled = await card.cancelSession({ transactionId, reason: 1 });
    if (cancelled.result !== 'ok') throw Error('refused');
    const { euiccCancelSessionSigned: signed, euiccCancelSessionSignature: signature } = cancelled;
    expect(isSignature(signature, first.key, signed)).toBe(true);
    expect(isSignature(signature, CERTIFIED, signed)).toBe(false);
    const { serverSigned1, key } = await session();
    const prepared = await prepare(serverSigned1);
    if (!('euiccSigned2' in prepared)) throw Error('refused');
    const smdpSigned2 = SmdpSigned2.encode({ transactionId, ccRequiredFlag: false });
    const input = euiccSignature2Input(
      prepared.euiccSigned2,
      sign(PB.secret, zkcxSmdpSignature2Input(smdpSigned2, serverSigned1)),
    );
    expect(isSignature(prepared.euiccSignature2, key, input)).toBe(true);
    expect(isSignature(prepared.euiccSignature2, first.key, input)).toBe(false);
  });

  test('stays with its profile, and signs for no other', async () => {
    const first = await installed('8944000000000000001');
    const second = await installed('8944000000000000002');
    const { profileInstallationResultData, euiccSignPIR } = first.result;
    expect(isSignature(euiccSignPIR, first.key, profileInstallationResultData.der)).toBe(true);
    await install(card, { ...NOTIFYING, iccid: '8944000000000000003' });
    await card.enableProfile({ iccid: '8944000000000000002' });
    const keys = [first.key, second.key, CERTIFIED];
    expect((await lastBy(...keys)).by).toEqual([false, true, false]);
    await card.enableProfile({ iccid: '8944000000000000001' });
    const told = await lastBy(...keys);
    expect(told.by).toEqual([true, false, false]);
    // certificates would tell whose key it is
    expect(told.certificates).toMatchObject({
      euiccCertificate: NO_CERTIFICATE,
      eumCertificate: NO_CERTIFICATE,
    });
    await card.enableProfile({ iccid: '8944000000000000003' });
    expect((await lastBy(...keys)).by).toEqual([false, false, true]);
  });

  test('is there after a restart, and goes with its profile', async () => {
    const iccid = '8944000000000000001';
    const { key } = await installed(iccid);
    euicc = await testEuicc({ firmware: 'zkcx', store });
    card = await es10Of(euicc);
    await card.deleteProfile({ iccid });
    expect((await lastBy(key)).by).toEqual([true]);
    expect((await store.load()).profiles).toEqual([]);
  });
});

describe('beside it', () => {
  test('a classic download goes as always', async () => {
    await install(card);
    expect(await card.profiles()).toHaveLength(1);
  });

  test("today's firmware knows no such function, and takes no server without certificate", async () => {
    await start({ firmware: 'classic' });
    await expect(authenticate()).rejects.toMatchObject({ code: 'ERR_RSP_APDU' });
    const serverSigned1 = ServerSigned1.encode({
      transactionId: TRANSACTION,
      euiccChallenge: await card.euiccChallenge(),
      serverAddress: SERVER,
      serverChallenge: new Uint8Array(16),
    });
    const response = await card.authenticateServer({
      serverSigned1,
      serverSignature1: sign(AUTH.secret, serverSigned1),
      euiccCiPKIdToBeUsed: testAnchor().subjectKeyIdentifier,
      serverCertificate: NO_CERTIFICATE,
      ctxParams1: { deviceInfo: { tac: Uint8Array.of(1, 2, 3, 4), deviceCapabilities: {} } },
    });
    expect(errorOf(response)).toBe(1);
  });
});

describe('the message', () => {
  const good = ZkcxServerRequest.encode(VERIFIED);
  const offCurve = good.slice();
  offCurve[Buffer.from(good).indexOf(pointOf(VERIFIED.authKey)) + 64]! ^= 1;

  test.each([
    ['an element after the known ones', encodeTlv(0xbf70, good.slice(3), Uint8Array.of(5, 0))],
    ['a missing key', encodeTlv(0xbf70, encodeTlv(0x06, Uint8Array.of(0x88, 0x37, 1)))],
    ['a key that is no point', offCurve],
    ['bytes after it', concatBytes(good, Uint8Array.of(0))],
    ['a cut', good.slice(0, -1)],
  ])('is refused with %s', async (_, bytes) => {
    expect(() => ZkcxServerRequest.decode(bytes)).toThrow();
    await card.euiccChallenge();
    const channel = await openIsdr({ ...cardInterface(euicc.card), connect: async () => {} });
    await expect(channel.request(bytes)).rejects.toMatchObject({ code: 'ERR_RSP_APDU' });
  });

  test('reads what it writes', () => {
    expect(ZkcxServerRequest.decode(good)).toEqual({ ...VERIFIED, der: good });
  });
});
