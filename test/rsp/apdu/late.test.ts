/** An interface that answers late, or something else than what was asked for. */
import { PassThrough } from 'node:stream';
import { expect, test } from '@jest/globals';
import { apduOverLines } from '../../../src/rsp/apdu/client.ts';
import { openIsdr } from '../../../src/rsp/apdu/index.ts';

type Answer = { ecode: number; data?: string | null };

/** An interface whose other side is a function: undefined is silence. */
function interfaceOf(
  answer: (func: string, number: number) => Answer | undefined,
  timeout: number,
) {
  const input = new PassThrough();
  const output = new PassThrough();
  const asked: string[] = [];
  output.on('data', (line: Buffer) => {
    const { payload } = JSON.parse(String(line)) as { payload: { func: string } };
    asked.push(payload.func);
    const said = answer(payload.func, asked.length);
    if (said !== undefined) input.write(`${JSON.stringify({ type: 'apdu', payload: said })}\n`);
  });
  const apdu = apduOverLines(input, output, async () => void input.end(), timeout);
  return { apdu, asked, input };
}

const failure = async (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    ({ code, message }: { code?: string; message: string }) => `${code} ${message}`,
  );

test('no answer is taken for that of another command', async () => {
  const { apdu, asked, input } = interfaceOf(
    (func) => (func === 'transmit' ? undefined : { ecode: 1 }),
    20,
  );
  const channel = await openIsdr(apdu);
  const request = () => channel.request(Uint8Array.of(0xbf, 0x20, 0), 'question');
  expect(await failure(request())).toMatch(/^ERR_RSP_APDU .*did not answer in 20 ms/);
  // the answer comes after all
  input.write('{"type":"apdu","payload":{"ecode":0,"data":"BF20009000"}}\n');
  expect(await failure(request())).toMatch(/did not answer/);
  expect(asked.filter((func) => func === 'transmit')).toHaveLength(1);
});

test('closing does not take long, and is tried to its end', async () => {
  const { apdu, asked } = interfaceOf(
    (func) => (func === 'logic_channel_close' ? { ecode: -1 } : { ecode: 1 }),
    1_000,
  );
  const channel = await openIsdr(apdu);
  expect(await failure(channel.close())).toMatch(/^ERR_RSP_APDU .*failed at logic_channel_close/);
  expect(asked).toEqual(['connect', 'logic_channel_open', 'logic_channel_close', 'disconnect']);
});

test.each([
  ['lines that are no JSON', 'hello\n'],
  ['an answer of another form', '{"type":"apdu","payload":{"ecode":"0"}}\n'],
  ['data that are no hexadecimal', '{"type":"apdu","payload":{"ecode":0,"data":"xyz"}}\n'],
  ['a line without end', 'x'.repeat(3_000_000)],
])('%s end the work', async (_, line) => {
  const { apdu, input } = interfaceOf(() => undefined, 2_000);
  const opened = failure(openIsdr(apdu));
  input.write(line);
  expect(await opened).toMatch(/^ERR_RSP_APDU/);
});

test('a card that was taken out says what to do', async () => {
  const { apdu } = interfaceOf((func) => ({ ecode: func === 'transmit' ? -1 : 1 }), 1_000);
  const channel = await openIsdr(apdu);
  const work = channel.request(Uint8Array.of(0xbf, 0x20, 0), 'question');
  expect(await failure(work)).toMatch(/put it back and run the command again/);
});

test('answers with all that GET RESPONSE would bring are taken', async () => {
  const data = 'AB'.repeat(60_000);
  const { apdu } = interfaceOf(
    (func) => ({
      ecode: func === 'transmit' ? 0 : 1,
      data: func === 'transmit' ? `${data}9000` : null,
    }),
    5_000,
  );
  const channel = await openIsdr(apdu);
  expect(await channel.request(Uint8Array.of(0xbf, 0x2d, 0), 'question')).toHaveLength(60_000);
});
