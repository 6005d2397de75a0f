/** AuthenticateErrorCode, DownloadErrorCode, CancelSession: each by a server that deserves it. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import {
  AUTHENTICATE_ERROR,
  EuiccSigned1,
} from '../../../src/sgp22/messages/authenticate-server.ts';
import {
  CANCEL_SESSION_ERROR,
  CANCEL_SESSION_REASON,
  EuiccCancelSessionSigned,
} from '../../../src/sgp22/messages/cancel-session.ts';
import {
  DOWNLOAD_ERROR,
  EuiccSigned2,
  hashCcOf,
  hashConfirmationCode,
} from '../../../src/sgp22/messages/prepare-download.ts';
import { isSignature } from '../../../src/sgp22/messages/signature.ts';
import { parseSecretKey } from '../../../src/rsp/server/secret-key.ts';
import { utcTime } from '../../support/certificates/der.ts';
import type { Change } from '../../support/certificates/draft.ts';
import { registeredId, rolePolicy, setExtension } from '../../support/certificates/fields.ts';
import { build, fixture, sgp26Server } from '../../support/certificates/index.ts';
import { KEYS, madeUpKey } from '../../support/certificates/keys.ts';
import {
  CERT_DPAUTH,
  CERT_DPPB,
  countedRandom,
  es10Of,
  expectOk,
  SERVER,
  testAnchor,
  testEuicc,
  TestDownload,
} from '../../support/rsp/emulator.ts';

/** CERT.DPauth or CERT.DPpb with a change, signed by the CI again. */
const changed = (leaf: 'dpAuth' | 'dpPb', change: Change) =>
  build(sgp26Server(leaf), { 1: change }).certificates[0]!;

/** CERT.DPauth with the key identifier of the CI, but not its signature. */
function underAnotherKey(): Uint8Array {
  const [ci, leaf] = sgp26Server('dpAuth');
  return build([{ ...ci, key: madeUpKey('CI') }, leaf!]).certificates[0]!;
}

const expired: Change = (draft) => (draft.notAfter = utcTime('260101000000Z'));

let download: TestDownload;
beforeEach(async () => {
  download = new TestDownload(await es10Of(await testEuicc()));
});

describe('AuthenticateServer', () => {
  const codeOf = async (...options: Parameters<TestDownload['authenticate']>) => {
    const response = await download.authenticate(...options);
    if (response.result === 'ok') return 'ok';
    expect(response.transactionId).toEqual(download.transactionId);
    return response.authenticateErrorCode;
  };

  test('signs what the server and the LPA said', async () => {
    const response = await download.authenticate();
    expectOk(response);
    if (!('euiccSigned1' in response)) throw Error('no signature');
    const key = KEYS.euicc.publicKey;
    expect(isSignature(response.euiccSignature1, key, response.euiccSigned1)).toBe(true);
    expect(EuiccSigned1.decode(response.euiccSigned1)).toMatchObject({
      transactionId: download.transactionId,
      serverAddress: SERVER,
      serverChallenge: new Uint8Array(16).fill(9),
      ctxParams1: { matchingId: 'TOKEN' },
      euiccInfo2: { svn: '2.5.0' },
    });
  });

  test.each<[string, Parameters<TestDownload['authenticate']>[0], keyof typeof AUTHENTICATE_ERROR]>(
    [
      [
        'certificate expired',
        { request: { serverCertificate: changed('dpAuth', expired) } },
        'invalidCertificate',
      ],
      [
        'certificate of another CI key',
        {
          request: {
            serverCertificate: underAnotherKey(),
          },
        },
        'invalidCertificate',
      ],
      [
        'certificate without an OID',
        {
          request: {
            serverCertificate: changed('dpAuth', (draft) => {
              draft.extensions = draft.extensions.filter((_, i) => i !== 2);
            }),
          },
        },
        'invalidCertificate',
      ],
      ['CERT.DPpb in its place', { request: { serverCertificate: CERT_DPPB } }, 'invalidOid'],
      [
        'brainpool certificate',
        {
          request: { serverCertificate: fixture('sgp26/DPauth/CERT_S_SM_DPauth_ECDSA_BRP.der') },
        },
        'unsupportedCurve',
      ],
      ['signature of another key', { signer: KEYS.euicc }, 'invalidSignature'],
      [
        "another eUICC's challenge",
        { signed: { euiccChallenge: new Uint8Array(16) } },
        'euiccChallengeMismatch',
      ],
      [
        'CI that the eUICC has no credential for',
        { request: { euiccCiPKIdToBeUsed: new Uint8Array(20) } },
        'ciPKUnknown',
      ],
    ],
  )('%s', async (_, options, code) => {
    expect(await codeOf(options)).toBe(AUTHENTICATE_ERROR[code]);
    // nothing can follow
    const prepared = await download.prepare();
    expect(prepared).toMatchObject({ downloadErrorCode: DOWNLOAD_ERROR.noSessionContext });
  });

  test('a CI that the eUICC does not trust', async () => {
    const anchor = { ...testAnchor(), subjectKeyIdentifier: new Uint8Array(20) };
    download = new TestDownload(await es10Of(await testEuicc({ anchors: [anchor] })));
    expect(await codeOf()).toBe(AUTHENTICATE_ERROR.ciPKUnknown);
  });

  test('a challenge counts once', async () => {
    const { es10 } = download;
    const challenge = await es10.euiccChallenge();
    // without asking for a new one
    const same = new TestDownload({ ...es10, euiccChallenge: async () => challenge });
    expectOk(await same.authenticate());
    expect(await same.authenticate()).toMatchObject({
      authenticateErrorCode: AUTHENTICATE_ERROR.noSessionContext,
    });
  });

  test('a challenge counts once, also after a failure', async () => {
    const { es10 } = download;
    const challenge = await es10.euiccChallenge();
    const same = new TestDownload({ ...es10, euiccChallenge: async () => challenge });
    expect((await same.authenticate({ signer: KEYS.euicc })).result).toBe('error');
    expect(await same.authenticate()).toMatchObject({
      authenticateErrorCode: AUTHENTICATE_ERROR.noSessionContext,
    });
  });
});

describe('PrepareDownload', () => {
  const codeOf = async (...options: Parameters<TestDownload['prepare']>) => {
    expectOk(await download.authenticate());
    const response = await download.prepare(...options);
    return response.result === 'ok' ? 'ok' : response.downloadErrorCode;
  };

  test.each<[string, Parameters<TestDownload['prepare']>[0], keyof typeof DOWNLOAD_ERROR]>([
    [
      'certificate expired',
      { request: { smdpCertificate: changed('dpPb', expired) } },
      'invalidCertificate',
    ],
    [
      'certificate of role DPauth',
      { request: { smdpCertificate: CERT_DPAUTH }, secret: KEYS.dpAuth.secret },
      'invalidCertificate',
    ],
    [
      'certificate of another server',
      {
        request: { smdpCertificate: fixture('sgp26/DPpb/CERT_S_SM_DP2pb_ECDSA_NIST.der') },
        secret: parseSecretKey(fixture('sgp26/DPpb/SK_S_SM_DP2pb_ECDSA_NIST.pem')),
      },
      'invalidCertificate',
    ],
    [
      'the same server with another OID',
      {
        request: {
          smdpCertificate: changed('dpPb', (draft) =>
            setExtension(draft, registeredId('2.999.11')),
          ),
        },
      },
      'invalidCertificate',
    ],
    [
      'certificate of role DPtls',
      {
        request: {
          smdpCertificate: changed('dpPb', (draft) => setExtension(draft, rolePolicy('3'))),
        },
      },
      'invalidCertificate',
    ],
    [
      'brainpool certificate',
      { request: { smdpCertificate: fixture('sgp26/DPpb/CERT_S_SM_DPpb_ECDSA_BRP.der') } },
      'unsupportedCurve',
    ],
    ['signature of another key', { secret: KEYS.dpAuth.secret }, 'invalidSignature'],
    [
      'another transaction',
      { signed: { transactionId: new Uint8Array(16) } },
      'invalidTransactionId',
    ],
    [
      'no hash of the confirmation code that the server wants',
      { signed: { ccRequiredFlag: true } },
      'undefinedError',
    ],
  ])('%s', async (_, options, code) => {
    expect(await codeOf(options)).toBe(DOWNLOAD_ERROR[code]);
    // the session is still there, to be cancelled
    const { transactionId } = download;
    expect(await download.es10.cancelSession({ transactionId, reason: 5 })).toMatchObject({
      result: 'ok',
    });
  });

  test('a signature over another euiccSignature1', async () => {
    expectOk(await download.authenticate());
    download.euiccSignature1 = download.euiccSignature1.map((byte) => byte ^ 1);
    const response = await download.prepare();
    expect(response).toMatchObject({ downloadErrorCode: DOWNLOAD_ERROR.invalidSignature });
  });

  test('no session', async () => {
    const response = await download.prepare();
    expect(response).toMatchObject({ downloadErrorCode: DOWNLOAD_ERROR.noSessionContext });
    await download.es10.euiccChallenge();
    const early = await download.prepare();
    expect(early).toMatchObject({ downloadErrorCode: DOWNLOAD_ERROR.noSessionContext });
  });

  test('signs the hash of the confirmation code', async () => {
    const hashCc = hashCcOf(hashConfirmationCode('1234'), download.transactionId);
    expectOk(await download.authenticate());
    const response = await download.prepare({
      signed: { ccRequiredFlag: true },
      request: { hashCc },
    });
    expectOk(response);
    if (!('euiccSigned2' in response)) throw Error('no signature');
    expect(EuiccSigned2.decode(response.euiccSigned2).hashCc).toEqual(hashCc);
  });

  test('one-time keys are new, and kept for a package that is bound to them', async () => {
    expectOk(await download.authenticate());
    expectOk(await download.prepare());
    const first = download.euiccOtpk;
    expectOk(await download.authenticate());
    expectOk(await download.prepare());
    expect(download.euiccOtpk).not.toEqual(first);
    expectOk(await download.authenticate());
    expectOk(await download.prepare({ signed: { bppEuiccOtpk: first } }));
    expect(download.euiccOtpk).toEqual(first);
    expectOk(await download.authenticate());
    const unknown = madeUpKey('of nobody').point;
    expectOk(await download.prepare({ signed: { bppEuiccOtpk: unknown } }));
    expect(download.euiccOtpk).not.toEqual(unknown);
  });
});

describe('CancelSession', () => {
  test('is signed with the OID of the server, and ends the session', async () => {
    expectOk(await download.authenticate());
    const { es10, transactionId } = download;
    const reason = CANCEL_SESSION_REASON.postponed;
    const response = await es10.cancelSession({ transactionId, reason });
    if (response.result === 'error') throw Error('refused');
    const signed = response.euiccCancelSessionSigned;
    const key = KEYS.euicc.publicKey;
    expect(isSignature(response.euiccCancelSessionSignature, key, signed)).toBe(true);
    expect(EuiccCancelSessionSigned.decode(signed)).toMatchObject({
      transactionId,
      reason,
      smdpOid: '2.999.10',
    });
    expect(await es10.cancelSession({ transactionId, reason })).toEqual(refused);
    expect((await download.prepare()).result).toBe('error');
  });

  test.each([
    ['before the server is known', false],
    ['of another transaction', true],
  ])('%s', async (_, authenticated) => {
    if (authenticated) expectOk(await download.authenticate());
    else await download.es10.euiccChallenge();
    const transactionId = authenticated ? new Uint8Array(16) : download.transactionId;
    expect(await download.es10.cancelSession({ transactionId, reason: 0 })).toEqual(refused);
  });

  const refused = expect.objectContaining({
    result: 'error',
    error: CANCEL_SESSION_ERROR.invalidTransactionId,
  });
});

test('challenges do not repeat', async () => {
  const { euiccChallenge } = await es10Of(await testEuicc({ random: countedRandom('once') }));
  const challenges = [await euiccChallenge(), await euiccChallenge(), await euiccChallenge()];
  expect(new Set(challenges.map((bytes) => bytes.join())).size).toBe(3);
});
