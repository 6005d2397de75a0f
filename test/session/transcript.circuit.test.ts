/** What the leaf key signs: one encoding, every byte accounted for, bound to the whole negotiation. */
import { describe, expect, test } from '@jest/globals';
import { assert, property, uint8Array } from 'fast-check';
import { bytesToHex, concatBytes } from '../../src/bytes.ts';
import {
  bindTranscript,
  MAX_HIDDEN,
  messagePrefix,
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
    expect(sessionId(changed).toBigInt()).not.toBe(sessionId(transcript).toBigInt());
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
  test('is the prefix and the hidden bytes, and reads back', () => {
    assert(
      property(uint8Array({ maxLength: MAX_HIDDEN }), (hidden) => {
        const message = sessionMessage(transcript, hidden);
        expect(message).toEqual(concatBytes(messagePrefix(transcript, hidden.length), hidden));
        expect(parseSessionMessage(message)).toEqual({ ...transcript, hidden });
      }),
      { numRuns: 100 },
    );
  });

  test('has minimal lengths below and above 128 and 256 bytes', () => {
    for (const size of [0, 27, 28, 127, 128, 155, 156, 255, 256, MAX_HIDDEN]) {
      const message = sessionMessage(transcript, new Uint8Array(size));
      expect(parseSessionMessage(message).hidden).toHaveLength(size);
    }
  });

  test('begins with a known prefix, byte by byte', () => {
    const text = bytesToHex(messagePrefix(transcript, 1));
    expect(text).toBe(
      `305c0c0e${bytesToHex(bytes('zkcx-session-1'))}8010${'07'.repeat(16)}` +
        `8313${bytesToHex(bytes('dp.example.com:8443'))}` +
        `8420${bytesToHex(transcript.serverChallenge)}8501`,
    );
  });

  const message = sessionMessage(transcript, bytes('hidden'));
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
      changed((copy) => (copy[copy.length - 7] = 5)),
      'ERR_DER_TRAILING',
    ],
  ])('with %s is refused', (_, wrong, code) => {
    expect(() => parseSessionMessage(wrong)).toThrow(expect.objectContaining({ code }));
  });

  test.each([-1, 0.5, MAX_HIDDEN + 1, NaN])('cannot hide %d bytes', (length) => {
    expect(() => messagePrefix(transcript, length)).toThrow(
      expect.objectContaining({ code: 'ERR_SESSION_VALUE' }),
    );
  });

  test('with a hidden rest that repeats the prefix is another message', () => {
    const prefix = messagePrefix(transcript, 6);
    const repeated = sessionMessage(transcript, concatBytes(prefix, bytes('hidden')));
    expect(bytesToHex(repeated)).not.toBe(bytesToHex(message));
    expect(parseSessionMessage(repeated).hidden).toEqual(concatBytes(prefix, bytes('hidden')));
  });
});
