import type { Readable, Writable } from 'node:stream';
import { once } from 'node:events';
import { checked } from '../../arguments.ts';
import { ZkcxError } from '../../errors.ts';
import * as argument from './arguments.ts';
import { cardInterface } from './interface.ts';
import type { Card } from './interface.ts';
import { readLines } from './lines.ts';
import { FAILED, formatAnswer, parseRequest } from './protocol.ts';
import type { ApduAnswer, ApduRequest } from './protocol.ts';

/**
 * Let an LPA use a card over the line protocol until its side of the stream ends. Every request is
 * answered, in order: what is wrong or fails with `ecode` -1, lines of other types not at all.
 *
 * @throws ERR_RSP_APDU for a line without end; errors of the streams as they are
 */
export async function serveApdu(card: Card, input: Readable, output: Writable): Promise<void> {
  checked(card, argument.card, 'the card of serveApdu');
  checked(input, argument.readable, 'the input of serveApdu');
  checked(output, argument.writable, 'the output of serveApdu');
  for await (const line of readLines(input)) {
    const answer = await answerLine(card, line);
    if (answer !== undefined && !output.write(formatAnswer(answer))) {
      await drained(output);
    }
  }
}

/** Or there is nobody any more who could read on. */
async function drained(output: Writable): Promise<void> {
  const done = new AbortController();
  const { signal } = done;
  try {
    await Promise.race([once(output, 'drain', { signal }), once(output, 'close', { signal })]);
  } finally {
    done.abort();
  }
}

async function answerLine(card: Card, line: string): Promise<ApduAnswer | undefined> {
  try {
    const request = parseRequest(line);
    return request === undefined ? undefined : await run(card, request);
  } catch (error) {
    if (!(error instanceof ZkcxError)) throw error;
    return { ecode: FAILED, data: new Uint8Array() };
  }
}

async function run(card: Card, { func, param }: ApduRequest): Promise<ApduAnswer> {
  const apdu = cardInterface(card);
  const done = { ecode: 0, data: new Uint8Array() };
  switch (func) {
    case 'connect':
      await apdu.connect();
      return done;
    case 'disconnect':
      await apdu.disconnect();
      return done;
    case 'logic_channel_open':
      return { ecode: await apdu.openChannel(param), data: new Uint8Array() };
    case 'logic_channel_close':
      await apdu.closeChannel(param[0] ?? 0);
      return done;
    case 'transmit':
      return { ecode: 0, data: await apdu.transmit(param) };
  }
}
