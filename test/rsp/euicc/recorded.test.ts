/** A session that another implementation recorded: the emulator says the same bytes, and installs it. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { p256 } from '@noble/curves/nist.js';
import { bytesToHex, concatBytes } from '../../../src/bytes.ts';
import { cardInterface, openIsdr } from '../../../src/rsp/apdu/index.ts';
import type { Es10Channel } from '../../../src/rsp/apdu/index.ts';
import { segmentsOf } from '../../../src/sgp22/bpp/index.ts';
import type { Euicc } from '../../../src/rsp/euicc/index.ts';
import { ProfileInstallationResult } from '../../../src/sgp22/messages/installation-result.ts';
import { encodeTlv, inside, onlyTlv } from '../../../src/asn1/tlv.ts';
import { fixture } from '../../support/certificates/keys.ts';
import { testEuicc } from '../../support/rsp/emulator.ts';

const session = (name: string) => fixture(`rsp/session/${name}`);

const CHALLENGE = session('euicc-challenge.bin');

/** Elements of an element, whatever they are. */
function children(bytes: Uint8Array, tag: number): Uint8Array[] {
  const reader = inside(onlyTlv(bytes, tag, 'fixture'));
  const parts: Uint8Array[] = [];
  while (!reader.done) parts.push(reader.any('element').der);
  return parts;
}

/** euiccSigned1 of the recording: [transactionId, address, challenge, EUICCInfo2, ctxParams1]. */
function recordedSigned1(): Uint8Array[] {
  const ok = children(session('auth-server-response.der'), 0xbf38)[0]!;
  return children(children(ok, 0xa0)[0]!, 0x30);
}

/** The one-time key of the recording, whose secret nobody has: the server's half stands in for it. */
function recordedOneTimeKey() {
  const ok = children(session('prepare-download-response.der'), 0xbf21)[0]!;
  const [, otpk] = children(children(ok, 0xa0)[0]!, 0x30);
  const publicKey = onlyTlv(otpk!, 0x5f49, 'euiccOtpk').content;
  const smdpOtsk = session('otsk-dp.bin');
  return {
    publicKey,
    agree(peer: Uint8Array) {
      expect(peer).toEqual(p256.getPublicKey(smdpOtsk, false));
      return p256.getSharedSecret(smdpOtsk, publicKey).slice(1);
    },
  };
}

let euicc: Euicc;
let channel: Es10Channel;

beforeAll(async () => {
  const [, , , info2] = recordedSigned1();
  euicc = await testEuicc({
    random: () => CHALLENGE,
    fixedInfo2: info2!,
    newOneTimeKey: recordedOneTimeKey,
    // when the certificates of the recording were valid
    now: () => 1_786_600_000n,
  });
  channel = await openIsdr(cardInterface(euicc.card));
});

describe('the recorded session', () => {
  test('begins with its challenge', async () => {
    const response = await channel.request(encodeTlv(0xbf2e));
    expect(response).toEqual(encodeTlv(0xbf2e, encodeTlv(0x80, CHALLENGE)));
  });

  test('gives the recorded AuthenticateServerResponse, certificates aside', async () => {
    const [, signed, signature, ci, certificate] = children(session('initiate-response.der'), 0x30);
    const [, , , , ctxParams1] = recordedSigned1();
    const request = encodeTlv(0xbf38, signed!, signature!, ci!, certificate!, ctxParams1!);
    const response = await channel.request(request);
    const parts = (bytes: Uint8Array) => children(children(bytes, 0xbf38)[0]!, 0xa0);
    // the recording has certificates of its own for the same keys
    expect(parts(response).slice(0, 2)).toEqual(
      parts(session('auth-server-response.der')).slice(0, 2),
    );
  });

  test('gives the recorded PrepareDownloadResponse', async () => {
    const ok = children(session('authenticate-response.der'), 0xbf3b)[0]!;
    const [, , signed, signature, certificate] = children(ok, 0xa0);
    const request = encodeTlv(0xbf21, signed!, signature!, certificate!);
    expect(await channel.request(request)).toEqual(session('prepare-download-response.der'));
  });

  test('installs the recorded package', async () => {
    let response: Uint8Array = new Uint8Array();
    for (const segment of segmentsOf(session('bound-profile-package.der'))) {
      expect(response).toHaveLength(0);
      response = await channel.request(segment);
    }
    const { profileInstallationResultData: data } = ProfileInstallationResult.decode(response);
    expect(data).toMatchObject({
      transactionId: session('transaction-id.bin'),
      smdpOid: '2.999.10',
      notificationMetadata: { seqNumber: 0, notificationAddress: 'smdp.example.com' },
    });
    if (data.finalResult.result !== 'success') throw Error('not installed');
    expect(await euicc.profilePackage(data.finalResult.aid)).toEqual(session('upp.der'));
  });

  test('keeps the recorded metadata', async () => {
    const list = await channel.request(encodeTlv(0xbf2d));
    const metadata = concatBytes(...children(session('store-metadata.der'), 0xbf25).slice(1));
    expect(bytesToHex(list)).toContain(bytesToHex(metadata));
  });
});
