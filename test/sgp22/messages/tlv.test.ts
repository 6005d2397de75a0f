import { describe, expect, test } from '@jest/globals';
import type { ErrorCode } from '../../../src/errors.ts';
import { encodeTlv, inside, onlyTlv, TlvReader } from '../../../src/asn1/tlv.ts';
import { HEX } from '../../rsp/recorded.ts';

const coded = (code: ErrorCode) => expect.objectContaining({ name: 'ZkcxError', code });

describe('elements', () => {
  test.each([
    [0x30, 0, '3000'],
    [0x5f37, 2, '5f37020000'],
    [0xbf38, 127, 'bf387f' + '00'.repeat(127)],
    [0xbf36, 128, 'bf368180' + '00'.repeat(128)],
    [0x04, 256, '04820100' + '00'.repeat(256)],
    [0xbf8122, 1, 'bf81220100'],
  ])('tag %i with %i bytes is written and read', (tag, length, hex) => {
    const bytes = encodeTlv(tag, new Uint8Array(length));
    expect(bytes).toEqual(HEX(hex));
    expect(onlyTlv(bytes, tag, 'it')).toMatchObject({ tag, der: bytes });
    expect(onlyTlv(bytes, tag, 'it').content).toHaveLength(length);
  });

  test.each<[string, ErrorCode, string]>([
    ['nothing', 'ERR_DER_MISSING', ''],
    ['another tag', 'ERR_DER_TAG', '3100'],
    ['a tag alone', 'ERR_DER_TRUNCATED', '30'],
    ['content cut off', 'ERR_DER_TRUNCATED', '30020a'],
    ['a length cut off', 'ERR_DER_TRUNCATED', '3082ff'],
    ['an indefinite length', 'ERR_DER_INDEFINITE', '30800000'],
    ['a long length below 128', 'ERR_DER_LENGTH_MINIMAL', '308100'],
    ['a length with a zero in front', 'ERR_DER_LENGTH_MINIMAL', '30820080' + '00'.repeat(128)],
    ['a length of five bytes', 'ERR_DER_LENGTH_SIZE', '30850000000001aa'],
    ['a long tag for a small number', 'ERR_DER_TAG_LONG', 'bf1e00'],
    ['a long tag with a zero group', 'ERR_DER_TAG_LONG', 'bf803800'],
    ['a tag of four bytes', 'ERR_DER_TAG_LONG', 'bf81818100'],
    ['a tag cut off', 'ERR_DER_TRUNCATED', 'bf'],
    ['a second element', 'ERR_DER_TRAILING', '30003000'],
  ])('%s is refused', (_, code, hex) => {
    expect(() => onlyTlv(HEX(hex), 0x30, 'it')).toThrow(coded(code));
  });

  test('an element longer than the one around it is refused', () => {
    expect(() => inside(onlyTlv(HEX('30020405'), 0x30, 'it')).any('inner')).toThrow(
      coded('ERR_DER_OVERRUN'),
    );
  });

  test('unknown elements may follow, known ones not again', () => {
    const reader = (hex: string) => {
      const made = new TlvReader(HEX(hex), 'it');
      made.element(0x80, 'first');
      made.optional(0x81, 'second');
      return made;
    };
    expect(reader('8000 8200 8300').end()).toEqual(HEX('82008300'));
    expect(reader('8000 8100').end()).toHaveLength(0);
    expect(() => reader('8000 8000').end()).toThrow(coded('ERR_DER_TAG'));
    expect(() => reader('8000 8200 8100').end()).toThrow(coded('ERR_DER_TAG'));
    expect(() => reader('8000 8202').end()).toThrow(coded('ERR_DER_TRUNCATED'));
    expect(() => reader('8000 8200').finish()).toThrow(coded('ERR_DER_TRAILING'));
  });
});
