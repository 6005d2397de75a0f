/** What the leaf key signs: one encoding, every byte accounted for, bound to the whole negotiation. */
import { describe, expect, test } from '@jest/globals';
import { assert, constantFrom, property, string, uint8Array } from 'fast-check';
import { encodeTlv } from '../../src/asn1/tlv.ts';
import { bytesToHex, concatBytes } from '../../src/bytes.ts';
import {
  bindTranscript,
  type Negotiation,
  parseSessionMessage,
  sessionId,
  sessionMessage,
} from '../../src/session/transcript.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const negotiation: Negotiation = {
  transactionId: new Uint8Array(16).fill(7),
  serverAddress: 'dp.example.com:8443',
  clientOffer: bytes('client'),
  serverOffer: bytes('server'),
};
const transcript = bindTranscript(negotiation);

describe('the challenge', () => {
  test('is the same for the same negotiation', () => {
    expect(bindTranscript({ ...negotiation })).toEqual(transcript);
    expect(transcript.serverChallenge).toHaveLength(32);
  });

  test.each([
    ['transactionId', { transactionId: new Uint8Array(16).fill(8) }],
    ['address', { serverAddress: 'dp.example.com' }],
    ['client offer', { clientOffer: bytes('client ') }],
    ['server offer', { serverOffer: bytes('serve') }],
    ['division between the offers', { clientOffer: bytes('clients'), serverOffer: bytes('erver') }],
    ['order of the offers', { clientOffer: bytes('server'), serverOffer: bytes('client') }],
  ])('changes with the %s', (_, change) => {
    const changed = bindTranscript({ ...negotiation, ...change });
    expect(bytesToHex(changed.serverChallenge)).not.toBe(bytesToHex(transcript.serverChallenge));
    expect(sessionId(changed.serverChallenge)).not.toBe(sessionId(transcript.serverChallenge));
  });

  test.each([
    '',
    'DP.example.com',
    'dp.example.com/',
    'dp..',
    '-dp',
    'dp:0',
    'dp:',
    'a'.repeat(201),
  ])('is not made for the address "%s"', (serverAddress) => {
    expect(() => bindTranscript({ ...negotiation, serverAddress })).toThrow(
      expect.objectContaining({ code: 'ERR_SESSION_VALUE' }),
    );
  });

  test('is not made for a transactionId of another length', () => {
    expect(() => bindTranscript({ ...negotiation, transactionId: new Uint8Array(15) })).toThrow(
      expect.objectContaining({ code: 'ERR_SESSION_VALUE' }),
    );
  });
});

describe('the message', () => {
  test('is wholly public, and reads back', () => {
    const sixteen = uint8Array({ minLength: 16, maxLength: 16 });
    const host = string({ unit: constantFrom(...'abc019'), minLength: 1, maxLength: 200 });
    assert(
      property(sixteen, host, (transactionId, serverAddress) => {
        const bound = bindTranscript({ ...negotiation, transactionId, serverAddress });
        expect(parseSessionMessage(sessionMessage(bound))).toEqual(bound);
      }),
      { numRuns: 100 },
    );
  });

  test('has minimal lengths below and above 128 and 256 bytes', () => {
    for (const size of [1, 57, 58, 59, 127, 128, 183, 184, 185, 200]) {
      const bound = bindTranscript({ ...negotiation, serverAddress: 'a'.repeat(size) });
      expect(parseSessionMessage(sessionMessage(bound)).serverAddress).toHaveLength(size);
    }
  });

  test('is known byte by byte', () => {
    expect(bytesToHex(sessionMessage(transcript))).toBe(
      `30590c0e${bytesToHex(bytes('zkcx-session-2'))}8010${'07'.repeat(16)}` +
        `8313${bytesToHex(bytes('dp.example.com:8443'))}` +
        `8420${bytesToHex(transcript.serverChallenge)}`,
    );
  });

  const message = sessionMessage(transcript);
  const changed = (change: (copy: Uint8Array) => void) => {
    const copy = message.slice();
    change(copy);
    return copy;
  };

  test.each([
    ['a byte after it', concatBytes(message, Uint8Array.of(0)), 'ERR_DER_TRAILING'],
    ['a byte missing', message.slice(0, -1), 'ERR_DER_TRUNCATED'],
    ['another domain', changed((copy) => (copy[5] = 0x79)), 'ERR_SESSION_MESSAGE'],
    ['another tag', changed((copy) => (copy[18] = 0x81)), 'ERR_DER_TAG'],
    ['the tag of an EuiccSigned1', message.slice(18), 'ERR_DER_TAG'],
    [
      'a length that does not fit',
      changed((copy) => (copy[copy.length - 33] = 31)),
      'ERR_DER_TRAILING',
    ],
    [
      'bytes of the holder, as earlier versions had them',
      encodeTlv(0x30, concatBytes(message.slice(2), encodeTlv(0x85, bytes('hidden')))),
      'ERR_DER_TRAILING',
    ],
  ])('with %s is refused', (_, wrong, code) => {
    expect(() => parseSessionMessage(wrong)).toThrow(expect.objectContaining({ code }));
  });

  test.each([
    ['a transactionId of 15 bytes', { transactionId: new Uint8Array(15) }],
    ['a challenge of 31 bytes', { serverChallenge: new Uint8Array(31) }],
  ])('is not made of %s', (_, change) => {
    expect(() => sessionMessage({ ...transcript, ...change })).toThrow(
      expect.objectContaining({ code: 'ERR_ARGUMENT' }),
    );
  });
});

test('a session is named by 32 bytes, all of them', () => {
  const unique = new Uint8Array(32).fill(1);
  const ids = [0, 15, 16, 31].map((i) => sessionId(unique.with(i, 2)));
  expect(new Set([sessionId(unique), ...ids]).size).toBe(5);
  for (const length of [0, 31, 33]) {
    expect(() => sessionId(new Uint8Array(length))).toThrow(
      expect.objectContaining({ code: 'ERR_ARGUMENT' }),
    );
  }
});
