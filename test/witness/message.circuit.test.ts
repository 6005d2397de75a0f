/** Messages as inputs: hash states as node's digests show them, and refusals before any proving. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { Field } from 'o1js';
import { ZkcxError } from '../../src/errors.ts';
import { messagePrefix, messageProgramFor, messageRequest } from '../../src/witness/message.ts';
import { messageWitness, possessionWitness } from '../../src/witness/message-witness.ts';
import { chainingWords } from '../../src/witness/sha256.ts';
import { signMessage } from '../circuits/possession/sign-message.ts';
import { message, padded } from '../circuits/sha256/messages.ts';

function codeOf(body: () => unknown): string | undefined {
  try {
    body();
    return undefined;
  } catch (error) {
    return error instanceof ZkcxError ? error.code : String(error);
  }
}

describe('chainingWords', () => {
  it.each([0, 1, 55, 56, 63, 64, 119, 120, 1000])(
    'of a padded message of %i bytes are its digest',
    (length) => {
      const blocks = Math.ceil((length + 9) / 64);
      const words = chainingWords(Uint8Array.from(padded(message(length), blocks), Number));
      const hex = words.map((word) => word.toString(16).padStart(8, '0')).join('');
      expect(hex).toBe(createHash('sha256').update(message(length)).digest('hex'));
    },
  );

  it('take whole blocks, wherever these stand in a buffer', () => {
    const buffer = message(200);
    expect(chainingWords(buffer.subarray(3, 67))).toEqual(chainingWords(buffer.slice(3, 67)));
    expect(() => chainingWords(buffer)).toThrow(RangeError);
  });
});

describe('messagePrefix', () => {
  it('divides what follows the whole blocks into 31, 31 and 1 bytes', () => {
    const { blocks, restLength, rest } = messagePrefix(new Uint8Array(64 + 63).fill(1));
    const ones = (count: number) => BigInt('0x' + '01'.repeat(count));
    expect([blocks, restLength].map(String)).toEqual(['1', '63']);
    expect(rest.map((piece) => piece.toBigInt())).toEqual([ones(31), ones(31), 1n]);
    const short = messagePrefix(new Uint8Array(32).fill(1)).rest;
    expect(short.map((piece) => piece.toBigInt())).toEqual([ones(31), 1n, 0n]);
  });

  it('takes less than 64 MiB', () => {
    expect(codeOf(() => messagePrefix(new Uint8Array(2 ** 26)))).toBe('ERR_MESSAGE_PREFIX');
  });
});

describe('messageProgramFor', () => {
  it.each([
    [0, 1, 'message5'],
    [0, 311, 'message5'],
    [0, 312, 'message10'],
    [63, 311, 'message5'],
    [64, 375, 'message5'],
    [64, 376, 'message10'],
    [127, 695, 'message10'],
  ] as const)('%i bytes known of %i', (prefixLength, length, program) => {
    expect(messageProgramFor(prefixLength, length)).toBe(program);
  });

  it.each([
    [0, 632, 'ERR_MESSAGE_SIZE'],
    [127, 696, 'ERR_MESSAGE_SIZE'],
    [0, 0, 'ERR_MESSAGE_PREFIX'],
    [5, 5, 'ERR_MESSAGE_PREFIX'],
    [6, 5, 'ERR_MESSAGE_PREFIX'],
    [-1, 5, 'ERR_MESSAGE_PREFIX'],
    [0.5, 5, 'ERR_MESSAGE_PREFIX'],
    [1, Number.NaN, 'ERR_MESSAGE_PREFIX'],
    [1, Infinity, 'ERR_MESSAGE_PREFIX'],
  ])('%d bytes known of %d are refused', (prefixLength, length, code) => {
    expect(codeOf(() => messageProgramFor(prefixLength, length))).toBe(code);
  });

  it('decides for holder and verifier', () => {
    expect(codeOf(() => messageWitness(message(700), 20, Field(1)))).toBe('ERR_MESSAGE_SIZE');
    expect(codeOf(() => messageWitness(message(20), 20, Field(1)))).toBe('ERR_MESSAGE_PREFIX');
    const asked = { sessionMessage: Field(1), prefix: message(20), length: 700 };
    expect(codeOf(() => messageRequest(asked))).toBe('ERR_MESSAGE_SIZE');
  });
});

describe('possessionWitness', () => {
  const signed = signMessage(1, message(50));
  const input = { kind: Field(1), session: Field(2), blind: Field(3), message: message(50) };
  const { key, signature } = signed;

  it.each([
    ['another message', { ...input, ...signed, message: message(51) }],
    ['another key', { ...input, ...signed, key: signMessage(2, message(50)).key }],
    ['a key that is no point', { ...input, signature, key: { x: key.x, y: key.y + 1n } }],
    ['numbers that are no signature', { ...input, key, signature: { r: 0n, s: 1n << 256n } }],
  ])('refuses %s', (_, given) => {
    expect(codeOf(() => possessionWitness(given))).toBe('ERR_POSSESSION_SIGNATURE');
  });

  it('takes what is signed', () => {
    expect(codeOf(() => possessionWitness({ ...input, ...signed }))).toBeUndefined();
  });
});
