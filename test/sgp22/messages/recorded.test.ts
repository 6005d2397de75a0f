/** Recorded sessions of other implementations: every signature and every link between messages. */
import { describe, expect, test } from '@jest/globals';
import { bytesToHex, concatBytes } from '../../../src/bytes.ts';
import { parseCertificate } from '../../../src/asn1/index.ts';
import {
  AuthenticateServerResponse,
  EuiccSigned1,
  ServerSigned1,
} from '../../../src/sgp22/messages/authenticate-server.ts';
import {
  CancelSessionResponse,
  EuiccCancelSessionSigned,
} from '../../../src/sgp22/messages/cancel-session.ts';
import { decodeAnswer, decodeJson, ES9P } from '../../../src/sgp22/messages/es9p.ts';
import { ExtCardResource } from '../../../src/sgp22/messages/euicc-info.ts';
import { StoreMetadataRequest } from '../../../src/sgp22/messages/metadata.ts';
import { PendingNotification } from '../../../src/sgp22/messages/notifications.ts';
import {
  EuiccSigned2,
  hashCcOf,
  hashConfirmationCode,
  PrepareDownloadResponse,
  SmdpSigned2,
} from '../../../src/sgp22/messages/prepare-download.ts';
import {
  euiccSignature2Input,
  isSignature,
  sign,
  Signature,
  smdpSignature2Input,
} from '../../../src/sgp22/messages/signature.ts';
import { inside, onlyTlv } from '../../../src/asn1/tlv.ts';
import {
  DPAUTH_CERTIFICATE,
  DPPB_CERTIFICATE,
  DPPB_KEY,
  EUICC_CERTIFICATE,
  fixtureCertificate,
  HEX,
  recordedExchanges,
  secretKey,
  session,
} from '../../rsp/recorded.ts';

const keyOf = (certificate: Uint8Array) => parseCertificate(certificate).publicKey;
const euiccKey = fixtureCertificate(EUICC_CERTIFICATE).publicKey;

describe('the session with fixed random numbers', () => {
  const transactionId = session('transaction-id.bin');
  const reader = inside(onlyTlv(session('initiate-response.der'), 0x30, 'the answer'));
  reader.element(0x80, 'transactionId');
  const serverSigned1 = reader.element(0x30, 'serverSigned1').der;
  const serverSignature1 = Signature.read(reader.element(0x5f37, 'serverSignature1'));
  const client = inside(
    onlyTlv(
      inside(onlyTlv(session('authenticate-response.der'), 0xbf3b, 'it')).any('ok').der,
      0xa0,
      'ok',
    ),
  );
  client.element(0x80, 'transactionId');
  const profileMetadata = client.element(0xbf25, 'profileMetadata').der;
  const smdpSigned2 = client.element(0x30, 'smdpSigned2').der;
  const smdpSignature2 = Signature.read(client.element(0x5f37, 'smdpSignature2'));
  const authenticated = AuthenticateServerResponse.decode(session('auth-server-response.der'));
  if (authenticated.result !== 'ok') throw Error('an error was recorded');
  const prepared = PrepareDownloadResponse.decode(session('prepare-download-response.der'));
  if (prepared.result !== 'ok') throw Error('an error was recorded');

  test('says what it was made from', () => {
    expect(ServerSigned1.decode(serverSigned1)).toMatchObject({
      transactionId,
      euiccChallenge: session('euicc-challenge.bin'),
      serverAddress: 'smdp.example.com',
      serverChallenge: session('server-challenge.bin'),
    });
    const signed = EuiccSigned1.decode(authenticated.euiccSigned1);
    expect(signed).toMatchObject({
      transactionId,
      serverAddress: 'smdp.example.com',
      serverChallenge: session('server-challenge.bin'),
    });
    expect(signed.euiccInfo2).toMatchObject({ svn: '2.2.0', profileVersion: '2.2.0' });
    expect(signed.ctxParams1.matchingId).toBeUndefined();
    expect(SmdpSigned2.decode(smdpSigned2)).toMatchObject({ transactionId, ccRequiredFlag: false });
    expect(profileMetadata).toEqual(session('store-metadata.der'));
    expect(StoreMetadataRequest.decode(profileMetadata)).toMatchObject({
      iccid: '89000123456789012341',
      serviceProviderName: 'euicc-rsp',
      profileName: 'euicc-rsp test profile',
      profileClass: 'operational',
    });
    expect(EuiccSigned2.decode(prepared.euiccSigned2)).toMatchObject({ transactionId });
    expect(PendingNotification.decode(session('pending-notification.der'))).toMatchObject({
      kind: 'profileInstallationResult',
      profileInstallationResultData: {
        transactionId,
        notificationMetadata: {
          seqNumber: 1,
          profileManagementOperation: 'install',
          notificationAddress: 'smdp.example.com',
          iccid: '89000123456789012341',
        },
        smdpOid: '2.999',
        finalResult: { result: 'success', aid: HEX('a0000005591010ffffffff8900001100') },
      },
    });
  });

  test('is signed at each step, and the same signatures come out again', () => {
    const pbKey = fixtureCertificate(DPPB_CERTIFICATE).publicKey;
    const steps = [
      [
        'serverSignature1',
        serverSignature1,
        fixtureCertificate(DPAUTH_CERTIFICATE).publicKey,
        serverSigned1,
      ],
      [
        'euiccSignature1',
        authenticated.euiccSignature1,
        keyOf(authenticated.euiccCertificate),
        authenticated.euiccSigned1,
      ],
      [
        'smdpSignature2',
        smdpSignature2,
        pbKey,
        smdpSignature2Input(smdpSigned2, authenticated.euiccSignature1),
      ],
      [
        'euiccSignature2',
        prepared.euiccSignature2,
        euiccKey,
        euiccSignature2Input(prepared.euiccSigned2, smdpSignature2),
      ],
    ] as const;
    for (const [name, signature, key, bytes] of steps) {
      expect([name, isSignature(signature, key, bytes)]).toEqual([name, true]);
      const changed = bytes.slice();
      changed[changed.length >> 1]! ^= 1;
      expect([name, isSignature(signature, key, changed)]).toEqual([name, false]);
    }
    const input = smdpSignature2Input(smdpSigned2, authenticated.euiccSignature1);
    expect(sign(secretKey(DPPB_KEY), input)).toEqual(smdpSignature2);
    const notification = PendingNotification.decode(session('pending-notification.der'));
    if (notification.kind !== 'profileInstallationResult') throw Error('another kind');
    expect(
      isSignature(
        notification.euiccSignPIR,
        euiccKey,
        notification.profileInstallationResultData.der,
      ),
    ).toBe(true);
  });
});

describe('signatures', () => {
  const secret = secretKey(DPPB_KEY);
  const key = fixtureCertificate(DPPB_CERTIFICATE).publicKey;
  const n = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const scalar = (bytes: Uint8Array) => BigInt('0x' + bytesToHex(bytes));
  const bytesOf = (value: bigint) => HEX(value.toString(16).padStart(64, '0'));
  const message = Uint8Array.of(1, 2, 3);
  const signature = sign(secret, message);
  const r = signature.subarray(0, 32);

  test('s and n - s both pass; parts are joined', () => {
    const other = concatBytes(r, bytesOf(n - scalar(signature.subarray(32))));
    expect(isSignature(signature, key, message)).toBe(true);
    expect(isSignature(other, key, message)).toBe(true);
    expect(isSignature(signature, key, Uint8Array.of(1), Uint8Array.of(2, 3))).toBe(true);
  });

  test('numbers out of range, another size or a key off the curve are no signature', () => {
    const zero = bytesOf(0n);
    for (const bad of [
      concatBytes(zero, zero),
      concatBytes(r, zero),
      concatBytes(zero, r),
      concatBytes(r, bytesOf(n)),
      signature.subarray(0, 63),
      concatBytes(signature, Uint8Array.of(0)),
    ]) {
      expect(isSignature(bad, key, message)).toBe(false);
    }
    expect(isSignature(signature, { x: key.x, y: key.y ^ 1n }, message)).toBe(false);
    expect(isSignature(signature, { x: 0n, y: 0n }, message)).toBe(false);
    expect(() => Signature.encode(signature.subarray(1))).toThrow(
      expect.objectContaining({ code: 'ERR_RSP_VALUE' }),
    );
  });

  test('confirmation codes: text by default, digits as bytes by option', () => {
    const id = session('transaction-id.bin');
    const text = hashConfirmationCode('1234');
    // printf 1234 | sha256sum
    const known = '03ac674216f3e15c761ee1a5e255f067953623c8b388b4459e13f978d7c846f4';
    expect(bytesToHex(text)).toBe(known);
    expect(hashConfirmationCode('1234', 'hex')).not.toEqual(text);
    expect(() => hashConfirmationCode('12x4', 'hex')).toThrow(
      expect.objectContaining({ code: 'ERR_RSP_VALUE' }),
    );
    expect(hashCcOf(text, id)).toHaveLength(32);
    expect(hashCcOf(text, id)).not.toEqual(hashCcOf(text, id.subarray(1)));
  });
});

describe('the recorded downloads', () => {
  const exchanges = recordedExchanges();
  const starts = exchanges.flatMap(({ name }, i) => (name === 'initiateAuthentication' ? [i] : []));
  const downloads = starts.map((start, i) => exchanges.slice(start, starts[i + 1]));

  test.each(downloads.map((download, i) => [i, download] as const))(
    'download %i: what is signed, by whom, and over what',
    (_, download) => {
      const find = (name: string) => download.find((exchange) => exchange.name === name);
      const initiate = find('initiateAuthentication')!;
      const request = decodeJson(ES9P.initiateAuthentication.request, initiate.request);
      const answer = decodeAnswer(ES9P.initiateAuthentication.answer, initiate.answer);
      const server = ServerSigned1.decode(answer.serverSigned1);
      expect(server).toMatchObject({
        transactionId: answer.transactionId,
        euiccChallenge: request.euiccChallenge,
        serverAddress: request.smdpAddress,
      });
      expect(request.euiccInfo1.euiccCiPKIdListForSigning).toContainEqual(
        answer.euiccCiPKIdToBeUsed,
      );
      const serverKey = keyOf(answer.serverCertificate);
      expect(isSignature(answer.serverSignature1, serverKey, answer.serverSigned1)).toBe(true);

      const client = find('authenticateClient')!;
      const { authenticateServerResponse: response } = decodeJson(
        ES9P.authenticateClient.request,
        client.request,
      );
      if (response.result !== 'ok') throw Error('an error was recorded');
      const device = keyOf(response.euiccCertificate);
      expect(isSignature(response.euiccSignature1, device, response.euiccSigned1)).toBe(true);
      const signed1 = EuiccSigned1.decode(response.euiccSigned1);
      expect(signed1.serverChallenge).toEqual(server.serverChallenge);
      expect(signed1.euiccInfo2.svn).toBe('2.4.0');
      expect(signed1.euiccInfo2.rspCapability).toContain('additionalProfile');
      const { extCardResource } = signed1.euiccInfo2;
      expect(ExtCardResource.decode(extCardResource)).toMatchObject({
        installedApplications: 0,
        freeNonVolatileMemory: 0x049c68,
      });

      if (client.answer === undefined) {
        const cancel = decodeJson(ES9P.cancelSession.request, find('cancelSession')!.request);
        const cancelled = CancelSessionResponse.decode(cancel.cancelSessionResponse.der);
        if (cancelled.result !== 'ok') throw Error('an error was recorded');
        const { euiccCancelSessionSigned: bytes, euiccCancelSessionSignature } = cancelled;
        expect(isSignature(euiccCancelSessionSignature, device, bytes)).toBe(true);
        expect(EuiccCancelSessionSigned.decode(bytes)).toMatchObject({
          transactionId: answer.transactionId,
          smdpOid: '2.999.10',
          reason: 0,
        });
        return;
      }

      const offer = decodeAnswer(ES9P.authenticateClient.answer, client.answer);
      const pbKey = keyOf(offer.smdpCertificate);
      const input = smdpSignature2Input(offer.smdpSigned2, response.euiccSignature1);
      expect(isSignature(offer.smdpSignature2, pbKey, input)).toBe(true);
      const { prepareDownloadResponse: prepared } = decodeJson(
        ES9P.getBoundProfilePackage.request,
        find('getBoundProfilePackage')!.request,
      );
      if (prepared.result !== 'ok') throw Error('an error was recorded');
      const second = euiccSignature2Input(prepared.euiccSigned2, offer.smdpSignature2);
      expect(isSignature(prepared.euiccSignature2, device, second)).toBe(true);
      const { secrets } = find('getBoundProfilePackage')!;
      const { euiccOtpk } = EuiccSigned2.decode(prepared.euiccSigned2);
      expect(bytesToHex(euiccOtpk)).toBe(secrets['euiccOtpk']);

      for (const exchange of download.filter(({ name }) => name === 'handleNotification')) {
        const { pendingNotification: sent } = decodeJson(
          ES9P.handleNotification.request,
          exchange.request,
        );
        if (sent.kind === 'profileInstallationResult') {
          expect(
            isSignature(sent.euiccSignPIR, device, sent.profileInstallationResultData.der),
          ).toBe(true);
          expect(sent.profileInstallationResultData.transactionId).toEqual(answer.transactionId);
        } else {
          const { euiccNotificationSignature, tbsOtherNotification } = sent;
          expect(isSignature(euiccNotificationSignature, device, tbsOtherNotification.der)).toBe(
            true,
          );
          expect(['enable', 'disable', 'delete']).toContain(
            sent.tbsOtherNotification.profileManagementOperation,
          );
        }
      }
    },
  );
});
