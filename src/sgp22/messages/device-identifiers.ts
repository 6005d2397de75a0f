/**
 * TAC and IMEI of DeviceInfo (SGP.22 4.2; 3GPP TS 23.003, 6.2): read from what people have, written as the standard
 * says.
 */
import { badValue } from '../codec/codec.ts';
import { hexToBytes } from './identifiers.ts';

const swapNibbles = (hex: string) => hex.replace(/(.)(.)/g, '$2$1');

/** The 4 bytes of a TAC of 8 digits, swapped as in a TBCD-STRING (3GPP TS 29.002). */
export function tacBytes(tac: string): Uint8Array {
  if (!/^\d{8}$/.test(tac)) throw badValue('a TAC', 'must have 8 digits');
  return hexToBytes(swapNibbles(tac), 'a TAC');
}

/**
 * The 8 bytes of an IMEI of 15 digits: swapped, but for the last byte, which has the check digit above and F below.
 */
export function imeiBytes(imei: string): Uint8Array {
  if (!isImei(imei)) throw badValue('an IMEI', 'must have 15 digits, the last to check the others');
  return hexToBytes(`${swapNibbles(imei.slice(0, 14))}${imei[14]}f`, 'an IMEI');
}

/** TAC of 8 digits, given as such or by an IMEI in any of the forms of `parseImei`. Throws ERR_RSP_VALUE. */
export function parseTac(text: string): string {
  const digits = withoutSeparators(text);
  return /^\d{8}$/.test(digits) ? digits : parseImei(text).slice(0, 8);
}

/**
 * An IMEI of 15 digits from any of these, with separators or without: 14 digits, without the check digit; 15 digits, with
 * it or with the 0 that networks are told in its place; 16 digits, an IMEISV, which ends with a software version; 8 bytes
 * in hexadecimal with the filler F, swapped or not. The check digit says which form it is. Throws ERR_RSP_VALUE.
 */
export function parseImei(text: string): string {
  const digits = withoutSeparators(text);
  const found = formsOf(digits).find((imei) => imei !== undefined);
  if (found !== undefined) return found;
  // the value itself stays out of the message
  throw badValue('the IMEI', 'must have 14 to 16 digits, and the right check digit if it has one');
}

function formsOf(digits: string): readonly (string | undefined)[] {
  if (/^\d{14}$/.test(digits)) return [completed(digits)];
  if (/^\d{15}$/.test(digits)) {
    return [isImei(digits) || digits.endsWith('0') ? completed(digits.slice(0, 14)) : undefined];
  }
  if (/^\d{16}$/.test(digits)) return [completed(digits.slice(0, 14))];
  if (!/^[\df]{16}$/.test(digits)) return [];
  const swapped = swapNibbles(digits);
  const mixed = `${swapped.slice(0, 14)}${digits.slice(14)}`;
  return [digits, swapped, mixed].map((form) => {
    const imei = form.replace(/f$/, '');
    return isImei(imei) ? imei : undefined;
  });
}

const withoutSeparators = (text: string) => text.replace(/[\s./-]/g, '').toLowerCase();

const completed = (digits: string) => `${digits}${checkDigit(digits)}`;

/** 15 digits of which the last checks the others. */
function isImei(text: string): boolean {
  return /^\d{15}$/.test(text) && completed(text.slice(0, 14)) === text;
}

/** Luhn's (3GPP TS 23.003, annex B): every second digit is doubled, and counts by its own digits. */
function checkDigit(digits: string): number {
  const sum = [...digits].reduce((total, digit, i) => {
    const value = i % 2 === 1 ? 2 * Number(digit) : Number(digit);
    return total + Math.floor(value / 10) + (value % 10);
  }, 0);
  return (10 - (sum % 10)) % 10;
}
