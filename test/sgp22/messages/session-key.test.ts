/** What zkCX-aware firmware signs in place of euiccSigned1. */
import { describe, expect, test } from '@jest/globals';
import { encodeTlv } from '../../../src/asn1/tlv.ts';
import { concatBytes } from '../../../src/bytes.ts';
import { pointOf } from '../../../src/sgp22/messages/curve.ts';
import { sessionKeyMessage, sessionKeyOf } from '../../../src/sgp22/messages/zkcx-firmware.ts';
import { madeUpKey } from '../../support/certificates/keys.ts';

const TRANSACTION = Uint8Array.from({ length: 16 }, (_, i) => 0x30 + i);
const VERIFIED = { smdpOid: '2.999.77', authKey: madeUpKey('session').publicKey };

describe('the message that vouches for a session key', () => {
  const fields = {
    transactionId: TRANSACTION,
    smdpOid: VERIFIED.smdpOid,
    sessionKey: VERIFIED.authKey,
  };
  const good = sessionKeyMessage(fields);
  const at = (part: Uint8Array, index: number) => Buffer.from(good).indexOf(part) + index;
  const changed = (index: number) => good.map((byte, i) => (i === index ? byte ^ 1 : byte));

  test('gives its key back', () => {
    expect(sessionKeyOf(good)).toEqual(VERIFIED.authKey);
  });

  test.each([
    ['a key that is no point', changed(at(pointOf(VERIFIED.authKey), 64))],
    ['a field after the known ones', encodeTlv(0x30, good.slice(2), Uint8Array.of(5, 0))],
    ['bytes after it', concatBytes(good, Uint8Array.of(0))],
    ['a cut', good.slice(0, -1)],
  ])('is refused with %s', (_, bytes) => {
    expect(() => sessionKeyOf(bytes)).toThrow();
  });

  test('has a transactionId of 16 bytes', () => {
    const transactionId = TRANSACTION.slice(1);
    expect(() => sessionKeyMessage({ ...fields, transactionId })).toThrow(/16 are allowed/);
  });
});
