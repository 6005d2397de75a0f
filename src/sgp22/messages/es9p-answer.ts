/**
 * What servers of others write into answers of ES9+ (SGP.22 6.5.1.4), read element by element: a field that is of no
 * use to an LPA refuses nothing, and one that can be read in one way only is read in that way.
 */
import { z } from 'zod';
import { ZkcxError } from '../../errors.ts';
import type { StatusCode } from '../status-codes.ts';
import { hexToBytes, transactionIdText } from './identifiers.ts';

/**
 * Base64 as servers write it. RFC 4648 has readers refuse what is not of the alphabet (3.3) unless they are told
 * otherwise. In the field encoders break lines (RFC 2045), leave padding out, or use the alphabet for URLs (5), and
 * each of these still says one thing. Two alphabets in one text, wrong padding, and bits left over (3.5) are marks of a
 * text that was cut or garbled, and are refused.
 */
export const anyBase64 = z.codec(z.string(), z.custom<Uint8Array>(), {
  decode(text, { issues }) {
    const bytes = readBase64(text);
    if (bytes === undefined) {
      issues.push({ code: 'custom', message: 'must be base64', input: '' });
    }
    return bytes ?? new Uint8Array();
  },
  encode: (bytes) => Buffer.from(bytes).toString('base64'),
});

function readBase64(text: string): Uint8Array | undefined {
  const [, digits, padding] = /^([\w+/-]*)(={0,2})$/.exec(text.replace(/[ \t\r\n]+/g, '')) ?? [];
  if (digits === undefined || padding === undefined) return undefined;
  const isForUrls = /[-_]/.test(digits);
  if (isForUrls && /[+/]/.test(digits)) return undefined;
  if (padding !== '' && (digits.length + padding.length) % 4 !== 0) return undefined;
  const bytes = Buffer.from(digits, 'base64');
  const canonical = bytes.toString(isForUrls ? 'base64url' : 'base64').replace(/=+$/, '');
  return canonical === digits ? new Uint8Array(bytes) : undefined;
}

const TRANSACTION_ID = /^([0-9A-Fa-f]{2}){1,16}$/;

/** transactionId of an answer as the server spells it; undefined if it is none. */
export function spelledTransactionId(value: unknown): string | undefined {
  const text = textOf(value);
  return TRANSACTION_ID.test(text) ? text : undefined;
}

/** transactionId in hexadecimal of any case, also one of digits alone that came as a number. */
export const anyTransactionId = z.codec(z.unknown(), z.custom<Uint8Array>(), {
  decode(value, { issues }) {
    const text = spelledTransactionId(value);
    if (text === undefined) {
      const message = 'must be 1 to 16 bytes in hexadecimal';
      issues.push({ code: 'custom', message, input: '' });
    }
    return hexToBytes(text ?? '', 'transactionId');
  },
  encode: transactionIdText,
});

type Json = Readonly<Record<string, unknown>>;

/** An object, also where a server made a list of the one; nothing in it if it is something else. */
function objectIn(value: unknown): Json {
  const one: unknown = Array.isArray(value) ? value[0] : value;
  return typeof one === 'object' && one !== null && !Array.isArray(one) ? (one as Json) : {};
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value.trim();
  return Number.isFinite(value) ? String(value) : '';
}

const CODE = /^\d{1,3}(\.\d{1,3}){0,7}$/;

function codeOf(value: unknown): string | undefined {
  const text = textOf(value);
  return CODE.test(text) ? text : undefined;
}

/** What stands for a code that the server did not give, or not as one. */
const NO_CODE = '0';

const SUCCESS = ['', 'executedsuccess', 'executedwithwarning'];
const FAILURE = ['failed', 'expired'];

/**
 * How a server refused, undefined if it did not. The header may be missing, as may everything in it; a status that is
 * unknown refuses if there are codes beside it.
 *
 * @throws ERR_RSP_JSON: neither success nor failure
 */
export function refusalIn(answer: unknown): StatusCode | undefined {
  const { header, functionExecutionStatus: bare } = objectIn(answer);
  const execution = objectIn(header)['functionExecutionStatus'] ?? bare;
  const { status, statusCodeData } = objectIn(execution);
  const spelled = textOf(typeof execution === 'string' ? execution : status);
  const outcome = spelled.toLowerCase().replace(/[^a-z]/g, '');
  const data = objectIn(statusCodeData ?? execution);
  const subjectCode = codeOf(data['subjectCode']);
  const reasonCode = codeOf(data['reasonCode']);
  const hasCodes = subjectCode !== undefined && reasonCode !== undefined;
  if (SUCCESS.includes(outcome) && !(outcome === '' && hasCodes)) return undefined;
  if (!FAILURE.includes(outcome) && !hasCodes) {
    throw new ZkcxError('ERR_RSP_JSON', 'the status of the answer is neither success nor failure', {
      reason: 'header.functionExecutionStatus.status',
    });
  }
  const codes = { subjectCode: subjectCode ?? NO_CODE, reasonCode: reasonCode ?? NO_CODE };
  const words = readable(textOf(data['message']));
  const none = `The server refused with status ${codes.subjectCode}/${codes.reasonCode}`;
  return { ...codes, message: words || none };
}

/** Whether a refusal says what it is about. */
export const isCoded = ({ subjectCode, reasonCode }: StatusCode) =>
  subjectCode !== NO_CODE || reasonCode !== NO_CODE;

const MAX_WORDS = 300;

/** Beyond that nobody looks for words. */
const MAX_LOOKED_AT = 4_000;

/**
 * Another's words, to be shown to people: in one line of at most 300 characters, without characters that move a
 * cursor or turn a line around, without markup, and without what could be an EID.
 */
export function readable(text: string): string {
  const looked = text.slice(0, MAX_LOOKED_AT);
  const plain = /^\s*</.test(looked)
    ? looked.replace(/<(style|script)\b.*?<\/\1>|<[^<>]*>?/gis, ' ')
    : looked;
  const line = plain
    .replace(/[\p{C}\p{Z}]+/gu, ' ')
    .replace(/\d{32,}/g, '...')
    .trim();
  const characters = [...line];
  return characters.length <= MAX_WORDS ? line : `${characters.slice(0, MAX_WORDS).join('')}...`;
}
