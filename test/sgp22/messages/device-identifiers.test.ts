import { describe, expect, test } from '@jest/globals';
import { bytesToHex } from '../../../src/bytes.ts';
import {
  imeiBytes,
  parseImei,
  parseTac,
  tacBytes,
} from '../../../src/sgp22/messages/device-identifiers.ts';

const VALUE = expect.objectContaining({ code: 'ERR_RSP_VALUE' });

// the example of the GSMA, and one whose check digit is 0
const IMEI = '490154203237518';
const ENDS_WITH_0 = '350000000000030';

describe('an IMEI', () => {
  test.each([
    ['15 digits', IMEI],
    ['14, without the check digit', '49015420323751'],
    ['15, with 0 in its place as networks are told', '490154203237510'],
    ['16, with the version of the software', '4901542032375105'],
    ['with hyphens', '49-015420-323751-8'],
    ['with slashes and blanks', ' 490154/20 323751/8 '],
    ['8 bytes as they are sent', '941045022373158F'],
    ['8 bytes, swapped to the end', '94104502237315f8'],
    ['8 bytes that are not swapped', '490154203237518f'],
  ])('of %s', (_, text) => {
    expect(parseImei(text)).toBe(IMEI);
  });

  test('whose check digit is 0', () => {
    expect(parseImei(ENDS_WITH_0)).toBe(ENDS_WITH_0);
    expect(parseImei(ENDS_WITH_0.slice(0, 14))).toBe(ENDS_WITH_0);
  });

  test.each([
    ['a wrong check digit', '490154203237519'],
    ['13 digits', '4901542032375'],
    ['17 digits', '49015420323751800'],
    ['letters', '49015420323751a'],
    ['a filler inside', '4901542032f37518'],
    ['two fillers', '94104502237315ff'],
    ['a wrong check digit in 8 bytes', '941045022373159f'],
    ['nothing', ''],
    ['other digits', '٤٩٠١٥٤٢٠٣٢٣٧٥١٨'],
  ])('with %s is none, and is not repeated in the error', (_, text) => {
    expect(() => parseImei(text)).toThrow(VALUE);
    if (text !== '') expect(() => parseImei(text)).not.toThrow(text);
  });

  test('is sent swapped, but for the last byte', () => {
    expect(bytesToHex(imeiBytes(IMEI))).toBe('941045022373158f');
    expect(bytesToHex(imeiBytes(ENDS_WITH_0))).toBe('530000000000300f');
    for (const other of ['490154203237519', '49015420323751', '4901542032375180', IMEI + '\n']) {
      expect(() => imeiBytes(other)).toThrow(VALUE);
    }
  });
});

describe('a TAC', () => {
  test.each([
    ['8 digits', '35290611'],
    ['with hyphens', '35-290611'],
    ['an IMEI', '352906110000009'],
    ['an IMEI without check digit', '35290611000000'],
    ['an IMEISV', '3529061100000012'],
  ])('of %s', (_, text) => {
    expect(parseTac(text)).toBe('35290611');
  });

  test('is sent swapped', () => {
    expect(bytesToHex(tacBytes('35290611'))).toBe('53926011');
    for (const text of ['3529061', '352906111', '3529061a', '']) {
      expect(() => tacBytes(text)).toThrow(VALUE);
      expect(() => parseTac(text)).toThrow(VALUE);
    }
  });
});
