import { describe, expect, test } from '@jest/globals';
import type { ErrorCode } from '../../../src/errors.ts';
import {
  compareVersions,
  eidBytes,
  encodeIccid,
  encodeVersion,
  hexToBytes,
  readIccid,
} from '../../../src/sgp22/messages/identifiers.ts';
import { encodeTlv, inside, onlyTlv, TlvReader } from '../../../src/asn1/tlv.ts';
import {
  encodeFlags,
  encodeInteger,
  encodeOid,
  nameOf,
  readFlags,
  readInteger,
  readNamed,
  readOid,
  readText,
} from '../../../src/sgp22/messages/values.ts';
import { HEX } from '../../rsp/recorded.ts';

const coded = (code: ErrorCode) => expect.objectContaining({ name: 'ZkcxError', code });
const element = (tag: number, hex: string) => onlyTlv(encodeTlv(tag, HEX(hex)), tag, 'a field');

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

describe('values', () => {
  test.each([
    [0, '800100'],
    [127, '80017f'],
    [128, '80020080'],
    [65_535, '800300ffff'],
    [2 ** 53 - 1, '80071fffffffffffff'],
  ])('INTEGER %i', (value, hex) => {
    expect(encodeInteger(0x80, value)).toEqual(HEX(hex));
    expect(readInteger(onlyTlv(HEX(hex), 0x80, 'it'))).toBe(value);
  });

  test('an INTEGER that is negative, padded, empty or too large is refused', () => {
    expect(() => readInteger(element(0x80, 'ff'))).toThrow(coded('ERR_RSP_VALUE'));
    expect(() => readInteger(element(0x80, '20000000000000'))).toThrow(coded('ERR_RSP_VALUE'));
    expect(() => readInteger(element(0x80, '0001'))).toThrow(coded('ERR_DER_INTEGER'));
    expect(() => readInteger(element(0x80, ''))).toThrow(coded('ERR_DER_INTEGER'));
    expect(() => encodeInteger(0x80, -1)).toThrow(RangeError);
    expect(() => encodeInteger(0x80, 1.5)).toThrow(RangeError);
  });

  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'] as const;
  test.each([
    [[], '800100'],
    [['a'], '80020780'],
    [['b'], '80020640'],
    [['a', 'c'], '800205a0'],
    [['h'], '80020001'],
    [['i'], '8003070080'],
  ] as const)('BIT STRING %j', (set, hex) => {
    expect(encodeFlags(0x80, names, set)).toEqual(HEX(hex));
    expect(readFlags(onlyTlv(HEX(hex), 0x80, 'it'), names)).toEqual(set);
  });

  test('bits without a name are passed over, wrong unused bits are not', () => {
    expect(readFlags(element(0x80, '04f0'), ['a'])).toEqual(['a']);
    expect(() => readFlags(element(0x80, '07ff'), ['a'])).toThrow(coded('ERR_DER_BIT_STRING'));
    expect(() => readFlags(element(0x80, ''), ['a'])).toThrow(coded('ERR_DER_BIT_STRING'));
  });

  test.each(['2.999.10', '1.3.6.1.4.1.46304', '2.23.146.1.2.1.4', '0.39'])('OID %s', (dotted) => {
    expect(readOid(onlyTlv(encodeOid(0x06, dotted), 0x06, 'it'))).toBe(dotted);
  });

  test.each(['', '2', '3.1', '1.40', '2.01', '1..2', 'a.b'])('"%s" is no OID', (dotted) => {
    expect(() => encodeOid(0x06, dotted)).toThrow(coded('ERR_RSP_VALUE'));
  });

  test('text: length in characters, UTF-8, no control characters', () => {
    expect(readText(element(0x0c, 'c3bcc3bc'), 2)).toBe('üü');
    expect(readText(element(0x0c, 'f09f93b1f09f93b1'), 2)).toBe('📱📱');
    for (const bad of ['c3bc6161', '616161', 'c3', 'eda080', '1b5b', '00', 'c285']) {
      expect(() => readText(element(0x0c, bad), 2)).toThrow(coded('ERR_RSP_VALUE'));
    }
  });

  test('named numbers', () => {
    const table = { no: 0, yes: 1 };
    expect(readNamed(element(0x80, '01'), table)).toBe('yes');
    expect(() => readNamed(element(0x80, '02'), table)).toThrow(coded('ERR_RSP_VALUE'));
    expect(nameOf(table, 0)).toBe('no');
    expect(nameOf(table, 7)).toBeUndefined();
  });
});

describe('identifiers', () => {
  test.each([
    ['89000123456789012341', '98001032547698103214'],
    ['8949449999999990049', '989444999999990940f9'],
    ['894944999999999004', '989444999999990940ff'],
  ])('ICCID %s', (iccid, hex) => {
    expect(encodeIccid(iccid)).toEqual(HEX('5a0a' + hex));
    expect(readIccid(element(0x5a, hex))).toBe(iccid);
  });

  test('what is no ICCID', () => {
    expect(() => encodeIccid('89')).toThrow(coded('ERR_RSP_VALUE'));
    for (const hex of ['98', '9800103254769810321a', '98001032547698f0ffff']) {
      expect(() => readIccid(element(0x5a, hex))).toThrow(coded('ERR_RSP_VALUE'));
    }
  });

  test('an EID that is refused is not repeated in the error', () => {
    expect(eidBytes('89049032123451234512345678901235')).toHaveLength(16);
    expect(() => eidBytes('8904903212345')).toThrow(coded('ERR_RSP_VALUE'));
    expect(() => eidBytes('8904903212345')).toThrow(/^(?!.*8904)/);
  });

  test('versions', () => {
    expect(encodeVersion(0x82, '2.0.12')).toEqual(HEX('820302000c'));
    for (const bad of ['2.4', '2.4.256', 'a.b.c', '2.4.0.1']) {
      expect(() => encodeVersion(0x82, bad)).toThrow(coded('ERR_RSP_VALUE'));
    }
    expect(compareVersions('2.4.0', '2.4.0')).toBe(0);
    expect(compareVersions('2.10.0', '2.9.9')).toBeGreaterThan(0);
    expect(compareVersions('2.4.0', '3.0.0')).toBeLessThan(0);
  });

  test('hexadecimal', () => {
    expect(hexToBytes('aAFf00', 'it')).toEqual(HEX('aaff00'));
    for (const bad of ['a', 'zz', '0x00', ' 00']) {
      expect(() => hexToBytes(bad, 'it')).toThrow(coded('ERR_RSP_VALUE'));
    }
  });
});
