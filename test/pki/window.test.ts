import { describe, expect, it } from '@jest/globals';
import { canonicalWindow } from '../../src/pki/index.ts';
import { codeOf } from './code-of.ts';

const time = (text: string) => BigInt(Date.parse(`${text}Z`)) / 1000n;
const window = (from: string, until: string) => ({ from: time(from), until: time(until) });

const WIDE = window('2020-01-01T00:00:00', '2050-01-01T00:00:00');

describe('canonicalWindow', () => {
  it.each([
    ['first second of a quarter', '2026-07-01T00:00:00', '2026-07-01', '2027-07-01'],
    ['last second of a quarter', '2026-06-30T23:59:59', '2026-04-01', '2027-04-01'],
    ['first quarter', '2026-03-31T12:00:00', '2026-01-01', '2027-01-01'],
    ['last quarter', '2026-12-31T23:59:59', '2026-10-01', '2027-10-01'],
    ['a leap day', '2028-02-29T12:00:00', '2028-01-01', '2029-01-01'],
  ])('%s', (_, now, from, until) => {
    const expected = window(`${from}T00:00:00`, `${until}T00:00:00`);
    expect(canonicalWindow({ window: WIDE }, time(now))).toEqual(expected);
  });

  it.each([
    // notBefore, notAfter, from, until; asked on 2026-08-15
    [
      'begins within the quarter',
      '2026-08-01T10:00:00',
      '2050-01-01T00:00:00',
      '2026-08-02',
      '2027-07-01',
    ],
    [
      'begins at a midnight',
      '2026-08-01T00:00:00',
      '2050-01-01T00:00:00',
      '2026-08-01',
      '2027-07-01',
    ],
    [
      'begins a second after midnight',
      '2026-08-01T00:00:01',
      '2050-01-01T00:00:00',
      '2026-08-02',
      '2027-07-01',
    ],
    ['begins today', '2026-08-15T09:00:00', '2050-01-01T00:00:00', '2026-08-16', '2027-07-01'],
    [
      'begins with the quarter',
      '2026-07-01T00:00:00',
      '2050-01-01T00:00:00',
      '2026-07-01',
      '2027-07-01',
    ],
    [
      'ends within the year',
      '2020-01-01T00:00:00',
      '2027-02-06T13:39:07',
      '2026-07-01',
      '2027-02-06',
    ],
    [
      'ends at a midnight',
      '2020-01-01T00:00:00',
      '2027-02-06T00:00:00',
      '2026-07-01',
      '2027-02-06',
    ],
    [
      'ends a second before midnight',
      '2020-01-01T00:00:00',
      '2027-02-05T23:59:59',
      '2026-07-01',
      '2027-02-05',
    ],
    ['lasts one day', '2026-08-14T00:00:00', '2026-08-15T23:59:59', '2026-08-14', '2026-08-15'],
  ])('%s', (_, notBefore, notAfter, from, until) => {
    const chain = { window: window(notBefore, notAfter) };
    const expected = window(`${from}T00:00:00`, `${until}T00:00:00`);
    expect(canonicalWindow(chain, time('2026-08-15T12:00:00'))).toEqual(expected);
  });

  it.each([
    ['no midnight left', '2026-08-14T00:00:01', '2026-08-15T23:59:59'],
    ['no common validity', '2027-01-01T00:00:00', '2026-12-31T00:00:00'],
    ['ended before the quarter', '2020-01-01T00:00:00', '2026-06-30T23:59:59'],
    ['ended with the last quarter', '2020-01-01T00:00:00', '2026-07-01T23:59:59'],
    ['begins after the twelve months', '2027-07-01T00:00:00', '2050-01-01T00:00:00'],
  ])('refuses: %s', (_, notBefore, notAfter) => {
    const chain = { window: window(notBefore, notAfter) };
    const call = () => canonicalWindow(chain, time('2026-08-15T12:00:00'));
    expect(codeOf(call)).toBe('ERR_CHAIN_WINDOW');
  });

  it('lies within the validity and hides the dates of all but border cases', () => {
    const now = time('2026-08-15T12:00:00');
    const windows = Array.from({ length: 50 }, (_, i) => {
      const chain = {
        from: WIDE.from + BigInt(i * 99_999),
        until: WIDE.until - BigInt(i * 77_777),
      };
      const found = canonicalWindow({ window: chain }, now);
      expect(found.from >= chain.from && found.until <= chain.until).toBe(true);
      return `${found.from} ${found.until}`;
    });
    expect(new Set(windows).size).toBe(1);
  });
});
