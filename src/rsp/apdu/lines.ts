/** Lines of text out of a stream of bytes, each of a limited size. */
import type { Readable } from 'node:stream';
import { ZkcxError } from '../../errors.ts';
import { MAX_LINE } from './protocol.ts';

/**
 * The lines of a stream, without their ends; empty ones are left out, so is an unfinished last one.
 * Throws ERR_RSP_APDU for a line above `max` characters.
 */
export async function* readLines(input: Readable, max = MAX_LINE): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of input) {
    rest += decoder.decode(chunk as Uint8Array, { stream: true });
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n')) {
      const line = rest.slice(0, end).trim();
      rest = rest.slice(end + 1);
      if (line.length > max) throw tooLong(max);
      if (line !== '') yield line;
    }
    if (rest.length > max) throw tooLong(max);
  }
}

function tooLong(max: number): ZkcxError {
  return new ZkcxError('ERR_RSP_APDU', `a line of the APDU protocol is above ${max} bytes`);
}
