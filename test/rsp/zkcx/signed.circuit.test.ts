/** What the eUICC signs in a session of zkCX, byte by byte. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { onlyTlv } from '../../../src/asn1/tlv.ts';
import { EuiccSigned1 } from '../../../src/sgp22/messages/authenticate-server.ts';
import { EuiccCancelSessionSigned } from '../../../src/sgp22/messages/cancel-session.ts';
import {
  sessionKeyMessage,
  sessionKeyOf,
  zkcxKdfValue,
  zkcxSmdpSignature2Input,
} from '../../../src/sgp22/messages/zkcx-firmware.ts';
import { smdpSignature2Input } from '../../../src/sgp22/messages/signature.ts';
import { cancelWitness } from '../../../src/rsp/zkcx/transcript.ts';
import { parseSessionMessage } from '../../../src/session/transcript.ts';
import { SERVER_OID } from '../../session/world.ts';
import { madeUpKey } from '../../support/certificates/keys.ts';
import { codeOf, hex, negotiate, type Negotiated } from './negotiated.ts';

let session: Negotiated;
beforeAll(async () => {
  session = await negotiate();
});

describe('what the eUICC signs', () => {
  test("is in zkcx-device today's cancellation of the session, and nothing more", () => {
    const { transcript } = session;
    const witness = cancelWitness(transcript, SERVER_OID, 'undefinedReason');
    const { transactionId, smdpOid, reason } = EuiccCancelSessionSigned.decode(witness);
    expect({ transactionId, smdpOid, reason }).toEqual({
      transactionId: transcript.transactionId,
      smdpOid: SERVER_OID,
      reason: 127,
    });
    // three fields: 80 10, 81 and the OID, 82 01 7f
    expect(hex(witness)).toMatch(/^301a8010[0-9a-f]{32}81038837[0-9a-f]{2}82017f$/);
    const postponed = cancelWitness(transcript, SERVER_OID, 'postponed');
    expect(EuiccCancelSessionSigned.decode(postponed).reason).toBe(1);
  });

  test('is in zkcx the key of the session, in a form that is no other message', () => {
    const { transactionId } = session.transcript;
    const sessionKey = madeUpKey('session').publicKey;
    const message = sessionKeyMessage({ transactionId, smdpOid: SERVER_OID, sessionKey });
    expect(sessionKeyOf(message)).toEqual(sessionKey);
    expect(onlyTlv(message, 0x30, 'message').content.subarray(0, 2)).toEqual(
      Uint8Array.of(0x0c, 18),
    );
    expect(codeOf(() => EuiccSigned1.decode(message))).toBe('ERR_DER_TAG');
    expect(codeOf(() => EuiccCancelSessionSigned.decode(message))).toBe('ERR_DER_TAG');
    expect(codeOf(() => parseSessionMessage(message))).toMatch(/^ERR_(DER|SESSION)_/);
    const off = { ...sessionKey, x: sessionKey.x + 1n };
    const wrong = { transactionId, smdpOid: SERVER_OID, sessionKey: off };
    expect(codeOf(() => sessionKeyMessage(wrong))).toBe('ERR_RSP_VALUE');
  });
});

describe('zkCX-aware firmware', () => {
  const signed2 = Uint8Array.of(0x30, 0x03, 0x80, 0x01, 0x07);

  test('has smdpSignature2 cover the negotiation, and not what the eUICC signed', () => {
    const input = zkcxSmdpSignature2Input(signed2, session.transcript.serverSigned1);
    expect(input).toHaveLength(signed2.length + 34);
    expect(hex(input.subarray(0, signed2.length))).toBe(hex(signed2));
    expect(hex(zkcxSmdpSignature2Input(signed2, signed2))).not.toBe(hex(input));
    // the two never have the same bytes: an OCTET STRING follows in one, 5F37 in the other
    const classic = smdpSignature2Input(signed2, new Uint8Array(64));
    expect(classic[signed2.length]).not.toBe(input[signed2.length]);
  });

  test('has a value of 16 bytes for each session and one-time key in the place of the EID', () => {
    const otpk = new Uint8Array(65).fill(4);
    const values = [
      zkcxKdfValue(session.transcript.serverSigned1, otpk),
      zkcxKdfValue(session.transcript.serverSigned1, new Uint8Array(65).fill(5)),
      zkcxKdfValue(signed2, otpk),
    ];
    expect(values.every(({ length }) => length === 16)).toBe(true);
    expect(new Set(values.map(hex)).size).toBe(3);
  });
});
