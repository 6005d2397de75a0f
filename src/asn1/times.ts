import { ZkcxError } from '../errors.ts';
import { TAG, tagName } from './tags.ts';
import type { TlvReader } from './tlv.ts';
import { latin1 } from './values.ts';
import type { Span } from './types.ts';

/**
 * Time (RFC 5280 4.1.2.5): UTCTime YYMMDDHHMMSSZ, where YY >= 50 is 19YY, or GeneralizedTime
 * YYYYMMDDHHMMSSZ, whichever the issuer took. Unix seconds, from 1970 to the end of 9999.
 */
export function readTime(reader: TlvReader, what: string): { value: bigint; span: Span } {
  const element = reader.any(what);
  const digits = element.tag === TAG.utcTime ? 12 : 14;
  if (element.tag !== TAG.utcTime && element.tag !== TAG.generalizedTime) {
    const found = tagName(element.tag);
    throw new ZkcxError(
      'ERR_DER_TAG',
      `${what} must be UTCTime or GeneralizedTime, found ${found}`,
    );
  }
  const text = latin1(element.content);
  if (text.length !== digits + 1 || !/^[0-9]+Z$/.test(text)) {
    const form = digits === 12 ? 'YYMMDDHHMMSSZ' : 'YYYYMMDDHHMMSSZ';
    throw new ZkcxError('ERR_CERT_TIME_FORMAT', `${what} must have the form ${form}`);
  }
  const short = digits === 12 ? (text < '5' ? '20' : '19') + text : text;
  return { value: unixSeconds(short, what), span: element.contentSpan };
}

function unixSeconds(text: string, what: string): bigint {
  const year = Number(text.slice(0, 4));
  const [month, day, hour, minute, second] = [4, 6, 8, 10, 12].map((i) =>
    Number(text.slice(i, i + 2)),
  ) as [number, number, number, number, number];
  const inRange =
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= daysOfMonth(year, month) &&
    hour <= 23 &&
    minute <= 59 &&
    second <= 59;
  if (!inRange) {
    throw new ZkcxError('ERR_CERT_TIME_RANGE', `${what} is no date and time of the calendar`);
  }
  if (year < 1970) throw new ZkcxError('ERR_CERT_TIME_BEFORE_1970', `${what} is before 1970`);
  return BigInt(Date.UTC(year, month - 1, day, hour, minute, second) / 1000);
}

function daysOfMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}
