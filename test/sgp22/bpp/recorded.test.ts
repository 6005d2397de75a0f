/** Packages of other implementations, byte for byte and opened. */
import { describe, expect, test } from '@jest/globals';
import { bytesEqual, bytesToHex, concatBytes } from '../../../src/bytes.ts';
import { parseCertificate } from '../../../src/asn1/index.ts';
import {
  agree,
  bindProfile,
  oneTimePublicKey,
  openBoundProfile,
  segmentsOf,
} from '../../../src/sgp22/bpp/index.ts';
import { BoundProfilePackage } from '../../../src/sgp22/messages/bound-profile-package.ts';
import { decodeAnswer, decodeJson, ES9P } from '../../../src/sgp22/messages/es9p.ts';
import {
  EuiccSigned2,
  PrepareDownloadResponse,
} from '../../../src/sgp22/messages/prepare-download.ts';
import {
  DPPB_CERTIFICATE,
  DPPB_KEY,
  EID,
  fixture,
  fixtureCertificate,
  HEX,
  recordedExchanges,
  secretKey,
  secretKeyOfHex,
  session,
} from '../../rsp/recorded.ts';

describe('the session with fixed random numbers', () => {
  const prepared = PrepareDownloadResponse.decode(session('prepare-download-response.der'));
  if (prepared.result !== 'ok') throw Error('an error was recorded');
  const { euiccOtpk } = EuiccSigned2.decode(prepared.euiccSigned2);
  const recorded = session('bound-profile-package.der');
  const smdpOtsk = session('otsk-dp.bin');

  test('metadata, profile and keys give the recorded package, byte for byte', () => {
    const bound = bindProfile(
      {
        transactionId: session('transaction-id.bin'),
        euiccOtpk,
        eid: EID,
        smdpOtsk,
        hostId: new TextEncoder().encode('euicc-rsp'),
        secretKey: secretKey(DPPB_KEY),
      },
      { metadata: session('store-metadata.der'), profile: session('upp.der') },
    );
    expect(bytesToHex(bound)).toBe(bytesToHex(recorded));
  });

  test('and the recorded package opens to them', () => {
    // the eUICC's secret key was not recorded; both ends agree on the same secret
    const euiccOtsk = { publicKey: euiccOtpk, agree: () => agree(smdpOtsk, euiccOtpk) };
    const opened = openBoundProfile(recorded, {
      transactionId: session('transaction-id.bin'),
      euiccOtsk,
      eid: EID,
      smdpKey: fixtureCertificate(DPPB_CERTIFICATE).publicKey,
    });
    expect(opened).toEqual({
      configureIsdp: HEX('bf2400'),
      metadata: session('store-metadata.der'),
      profile: session('upp.der'),
    });
  });
});

describe('the recorded downloads', () => {
  const exchanges = recordedExchanges();
  const packages = exchanges.flatMap((exchange, i) => {
    if (exchange.name !== 'getBoundProfilePackage') return [];
    const client = exchanges.slice(0, i).findLast(({ name }) => name === 'authenticateClient')!;
    const offer = decodeAnswer(ES9P.authenticateClient.answer, client.answer);
    const answer = decodeAnswer(ES9P.getBoundProfilePackage.answer, exchange.answer);
    const request = decodeJson(ES9P.getBoundProfilePackage.request, exchange.request);
    return [{ ...answer, offer, request, secrets: exchange.secrets }];
  });

  test('are three, with ReplaceSessionKeys and segments above 1,020 bytes', () => {
    expect(packages).toHaveLength(3);
    for (const { boundProfilePackage } of packages) {
      const { replaceSessionKeys, loadProfileElements } =
        BoundProfilePackage.decode(boundProfilePackage);
      expect(replaceSessionKeys).toHaveLength(1);
      expect(loadProfileElements[0]).toHaveLength(1_036);
    }
  });

  test.each(packages.map((each, i) => [i, each] as const))(
    'package %i opens to the metadata on offer and to a profile',
    (i, { boundProfilePackage, transactionId, offer, secrets }) => {
      const euiccOtpk = HEX(secrets['euiccOtpk']!);
      const smdpOtsk = secretKeyOfHex(secrets['smdpOtsk']!);
      expect(bytesToHex(oneTimePublicKey(smdpOtsk))).toBe(secrets['smdpOtpk']);
      expect(bytesToHex(agree(smdpOtsk, euiccOtpk))).toBe(secrets['shared_secret']);
      const opened = openBoundProfile(boundProfilePackage, {
        transactionId,
        euiccOtsk: { publicKey: euiccOtpk, agree: () => HEX(secrets['shared_secret']!) },
        eid: EID,
        smdpKey: parseCertificate(offer.smdpCertificate).publicKey,
      });
      expect(opened.metadata).toEqual(offer.profileMetadata);
      expect(opened.configureIsdp).toEqual(HEX('bf2400'));
      // the first two are the TS.48 profile of fixtures/, with another ICCID and name in its header
      const source = fixture('rsp/profiles/TS48v3_SAIP2.1_BERTLV.der');
      if (i < 2) expect(sharesTail(opened.profile, source)).toBe(true);
      expect(opened.profile[0]).toBe(0xa0);
    },
  );

  test.each(packages.map((each, i) => [i, each] as const))(
    'package %i is cut for the eUICC without losing a byte',
    (_, { boundProfilePackage }) => {
      const segments = segmentsOf(boundProfilePackage);
      expect(concatBytes(...segments)).toEqual(boundProfilePackage);
      // BF36 with BF23, A0 with 87, A1, 88, A2 with 87, A3, then the profile
      expect(segments.map(([tag]) => tag!.toString(16)).join(' ')).toMatch(
        /^bf a0 a1 88 a2 a3( 86){13}$/,
      );
      expect(segments[2]).toHaveLength(3);
      expect(segments[5]).toHaveLength(4);
    },
  );
});

/** Whether the last 11,000 bytes are the same. */
function sharesTail(a: Uint8Array, b: Uint8Array): boolean {
  return bytesEqual(a.subarray(-11_000), b.subarray(-11_000));
}
