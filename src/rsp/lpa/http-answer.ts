/** What a server answered over HTTP: read up to a limit, and understood whatever its status is. */
import { joinBytes } from '../../bytes.ts';
import { ZkcxError } from '../../errors.ts';
import { isCoded, readable, refusalIn } from '../../sgp22/messages/es9p-answer.ts';
import { RspRefusal, type StatusCode } from '../../sgp22/status-codes.ts';
import { statusWords } from '../../sgp22/status-words.ts';

/** Bytes of an answer: a bound profile package of the largest size in base64 with line breaks, and more. */
export const MAX_ANSWER = 8 << 20;

/** A server and its function, for messages. */
export interface Asked {
  readonly address: string;
  readonly name: string;
}

export type HttpAnswer =
  /** A body in JSON. */
  | { readonly kind: 'json'; readonly json: unknown }
  | { readonly kind: 'empty' }
  /** A body that is something else: what it says. */
  | { readonly kind: 'other'; readonly words: string; readonly isPage: boolean };

/**
 * Read an answer with a status of success.
 *
 * @param signal ends reading a body that does not end
 * @throws RspRefusal: an HTTP error with the object of SGP.22 that says why. ERR_RSP_SERVER, the HTTP status as
 *   reason: any other error, a server that may be asked again later, and a redirect, which is not followed
 */
export async function readAnswer(
  response: Response,
  asked: Asked,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const { status } = response;
  const answer = understood(await boundedText(response, asked, signal));
  if (status >= 200 && status < 300) return answer;
  if (status >= 300 && status < 400) throw redirected(asked, status);
  const refusal = answer.kind === 'json' ? refusalOrNone(answer.json) : undefined;
  if (refusal !== undefined && isCoded(refusal) && !LATER.includes(status)) {
    throw new RspRefusal(refusal);
  }
  const words = refusal === undefined ? wordsOf(answer) : told(refusal);
  const what = words === '' ? '' : `: ${words}`;
  throw httpError(asked, status, `answered ${asked.name} with HTTP status ${status}${what}`);
}

/** With these a server says that it could not answer just now, whatever it puts beside. */
const LATER: readonly number[] = [408, 429, 502, 503, 504];

export function redirected(asked: Asked, status?: number): ZkcxError {
  return httpError(
    asked,
    status,
    `redirects ${asked.name} to another address. That is not followed: an SM-DP+ answers at its own address`,
  );
}

function httpError({ address }: Asked, status: number | undefined, problem: string): ZkcxError {
  const reason = status === undefined ? undefined : String(status);
  return new ZkcxError('ERR_RSP_SERVER', `${address} ${problem}`, { reason });
}

async function boundedText(
  { body }: Response,
  { address, name }: Asked,
  signal: AbortSignal,
): Promise<string> {
  if (body === null) return '';
  const reader = (body as ReadableStream<Uint8Array>).getReader();
  const cancel = () => void reader.cancel().catch(() => undefined);
  signal.addEventListener('abort', cancel, { once: true });
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    for (;;) {
      signal.throwIfAborted();
      const { done, value } = await reader.read();
      signal.throwIfAborted();
      if (done) break;
      size += value.length;
      if (size > MAX_ANSWER) {
        cancel();
        throw new ZkcxError(
          'ERR_RSP_SERVER',
          `${address} answered ${name} with more than ${MAX_ANSWER} bytes`,
        );
      }
      parts.push(value);
    }
  } finally {
    signal.removeEventListener('abort', cancel);
  }
  // takes a byte order mark away
  return new TextDecoder().decode(joinBytes(parts));
}

function understood(text: string): HttpAnswer {
  if (text.trim() === '') return { kind: 'empty' };
  try {
    const json = JSON.parse(text) as unknown;
    return json === null ? { kind: 'empty' } : { kind: 'json', json };
  } catch {
    return { kind: 'other', words: readable(text), isPage: /^\s*</.test(text) };
  }
}

function refusalOrNone(json: unknown): StatusCode | undefined {
  try {
    return refusalIn(json);
  } catch {
    return undefined;
  }
}

const told = ({ subjectCode, reasonCode, message }: StatusCode) =>
  `${message} (${statusWords(`${subjectCode}/${reasonCode}`)})`;

/** Where servers that are none of SGP.22 put their words (RFC 9457 among them). */
const WORDS = ['message', 'error_description', 'detail', 'error', 'title'];

function wordsOf(answer: HttpAnswer): string {
  if (answer.kind === 'other') return answer.words;
  if (answer.kind === 'empty' || typeof answer.json !== 'object') return '';
  const members = answer.json as Readonly<Record<string, unknown>>;
  const words = WORDS.map((name) => members[name]).find((value) => typeof value === 'string');
  return typeof words === 'string' ? readable(words) : '';
}
