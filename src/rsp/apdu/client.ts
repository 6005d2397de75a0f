import type { Readable, Writable } from 'node:stream';
import { ZkcxError } from '../../errors.ts';
import { type ApduInterface, checkedInterface } from './interface.ts';
import { readLines } from './lines.ts';
import { formatRequest, MAX_ANSWER_LINE, parseAnswer } from './protocol.ts';
import type { ApduAnswer, ApduFunction } from './protocol.ts';

/** Installing a large profile is the longest thing that one command asks of a card. */
const ANSWER_TIMEOUT = 60_000;

/** Nothing depends on what closing is answered: a card that resets itself does not answer at all. */
const CLOSING_TIMEOUT = 5_000;

/**
 * The LPA's side of the line protocol, over a child process's streams or a socket.
 *
 * @param close end the connection; called on `disconnect`
 * @param timeout milliseconds that one answer may take
 */
export function apduOverLines(
  input: Readable,
  output: Writable,
  close: () => Promise<void>,
  timeout = ANSWER_TIMEOUT,
): ApduInterface {
  const answers = readAnswers(input);
  /** Why no answer that still comes would belong to what is asked. */
  let broken: ZkcxError | undefined;
  // a broken pipe shows as an ended input; without a listener it would end the program
  output.on('error', () => {});

  async function call(
    func: ApduFunction,
    param: Uint8Array = new Uint8Array(),
    patience = timeout,
  ): Promise<Uint8Array | number> {
    if (broken !== undefined) throw broken;
    output.write(formatRequest({ func, param }));
    const { ecode, data } = await nextAnswer(answers, patience).catch((error: ZkcxError) => {
      broken = error;
      throw error;
    });
    if (ecode < 0) throw failedAt(func);
    return func === 'logic_channel_open' ? ecode : data;
  }

  const closing = Math.min(timeout, CLOSING_TIMEOUT);
  return checkedInterface({
    connect: async () => void (await call('connect')),
    async disconnect() {
      try {
        await call('disconnect', undefined, closing);
      } finally {
        await close();
      }
    },
    openChannel: async (aid) => (await call('logic_channel_open', aid)) as number,
    closeChannel: async (channel) =>
      void (await call('logic_channel_close', Uint8Array.of(channel), closing)),
    transmit: async (command) => (await call('transmit', command)) as Uint8Array,
  });
}

function failedAt(func: ApduFunction): ZkcxError {
  const advice =
    func === 'transmit' || func === 'connect'
      ? ': if the card was reset or taken out, put it back and run the command again'
      : '';
  return new ZkcxError('ERR_RSP_APDU', `the APDU interface failed at ${func}${advice}`, {
    reason: func,
  });
}

async function* readAnswers(input: Readable): AsyncGenerator<ApduAnswer> {
  for await (const line of readLines(input, MAX_ANSWER_LINE)) {
    const answer = parseAnswer(line);
    if (answer !== undefined) yield answer;
  }
}

/** Throws ZkcxErrors alone. */
async function nextAnswer(answers: AsyncGenerator<ApduAnswer>, timeout: number) {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new ZkcxError('ERR_RSP_APDU', `the APDU interface did not answer in ${timeout} ms`));
    }, timeout);
  });
  try {
    const { value, done } = await Promise.race([answers.next(), late]);
    if (done === true || value === undefined) throw ended();
    return value as ApduAnswer;
  } catch (cause) {
    throw cause instanceof ZkcxError ? cause : ended(cause);
  } finally {
    clearTimeout(timer);
  }
}

function ended(cause?: unknown): ZkcxError {
  return new ZkcxError('ERR_RSP_APDU', 'the APDU interface ended before it answered', { cause });
}
