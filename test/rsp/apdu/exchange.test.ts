/** Status words of cards, and what an LPA does about them (ETSI TS 102 221, 7.3.1.1 and 10.2.1). */
import { describe, expect, test } from '@jest/globals';
import { openIsdr } from '../../../src/rsp/apdu/index.ts';
import type { Es10RequestKind } from '../../../src/rsp/apdu/index.ts';
import { es10 } from '../../../src/rsp/lpa/index.ts';
import { answers, bytesOf, hexOf, scriptedCard } from '../../support/rsp/scripted-card.ts';

const ENABLE = bytesOf('bf3111a00c5a0a989400000000000010f78101ff');
const ENABLED = 'bf3103800100';
const INFO1 = 'bf2009820302 0500 a900 aa00'.replaceAll(' ', '');
const GET_INFO1 = '81e2910003bf2000';

/** The response to a request, and the commands that it took. */
async function ask(
  list: string[],
  kind: Es10RequestKind = 'question',
  request = bytesOf('bf2000'),
) {
  const card = scriptedCard(answers(...list));
  const channel = await openIsdr(card);
  const response = hexOf(await channel.request(request, kind));
  return { response, sent: card.sent };
}

const failure = async (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    ({ code, reason }: { code?: string; reason?: string }) => `${code} ${reason}`,
  );

describe('a request is done', () => {
  test.each<[string, string[], string[]]>([
    ['with 9000', [`${INFO1}9000`], []],
    ['with a proactive command waiting', [`${INFO1}910b`], []],
    ['with a data transfer under way', [`${INFO1}9205`], []],
    ['in two steps', ['610c', `${INFO1}9000`], ['81c000000c']],
    ['in two steps, with a proactive command waiting', ['610c', `${INFO1}910b`], ['81c000000c']],
    [
      'in three',
      ['610c', `${INFO1.slice(0, 8)}6108`, `${INFO1.slice(8)}9000`],
      ['81c000000c', '81c0000008'],
    ],
    [
      'with data at once and more to fetch',
      [`${INFO1.slice(0, 8)}6108`, `${INFO1.slice(8)}9000`],
      ['81c0000008'],
    ],
    ['with 256 bytes to fetch', ['6100', `${INFO1}9000`], ['81c0000000']],
    [
      'after another Le for GET RESPONSE',
      ['6110', '6c0c', `${INFO1}9000`],
      ['81c0000010', '81c000000c'],
    ],
    [
      'after another Le, more than once',
      ['6110', '6c04', `${INFO1.slice(0, 8)}6110`, '6c08', `${INFO1.slice(8)}9000`],
      ['81c0000010', '81c0000004', '81c0000010', '81c0000008'],
    ],
    ['after a Le that the card wants', ['6c0c', `${INFO1}9000`], [`${GET_INFO1}0c`]],
    ['with a warning and data', [`${INFO1}6281`], []],
    ['with data after a warning', ['6200', '6c0c', `${INFO1}9000`], ['81c0000000', '81c000000c']],
    ['with data after a warning of retries', ['63c2', `${INFO1}9000`], ['81c0000000']],
    ['with data that a warning names', ['62f3', `${INFO1}9000`], ['81c0000000']],
    [
      'with more data that a warning names',
      [`${INFO1.slice(0, 8)}62f1`, `${INFO1.slice(8)}62f2`, '9000'],
      ['81c0000000', '81c0000000'],
    ],
    [
      'by GET RESPONSE of the other class',
      ['610c', '6e00', `${INFO1}9000`],
      ['81c000000c', '01c000000c'],
    ],
  ])('%s', async (_, list, more) => {
    expect(await ask(list)).toEqual({ response: INFO1, sent: [GET_INFO1, ...more] });
  });
});

describe('a request without an answer', () => {
  test('that changes nothing is sent again with Le, and so is every later one', async () => {
    const card = scriptedCard((command) =>
      command === `${GET_INFO1}00` ? `${INFO1}9000` : '9000',
    );
    const channel = await openIsdr(card);
    expect(hexOf(await channel.request(bytesOf('bf2000'), 'question'))).toBe(INFO1);
    await channel.request(bytesOf('bf2000'), 'question');
    expect(card.sent).toEqual([GET_INFO1, `${GET_INFO1}00`, `${GET_INFO1}00`]);
  });

  test('that changes something is not sent twice: it comes after a question that shows how', async () => {
    let enabled = 0;
    const card = scriptedCard((command) => {
      const namesLe = command.length === 2 * (5 + Number.parseInt(command.slice(8, 10), 16) + 1);
      if (command.includes('bf31')) enabled++;
      if (!namesLe) return '9000';
      return `${command.includes('bf31') ? ENABLED : INFO1}9000`;
    });
    const channel = await openIsdr(card);
    expect(hexOf(await channel.request(ENABLE, 'command'))).toBe(ENABLED);
    expect(enabled).toBe(1);
  });

  test('of a card of which it is known has Le from the beginning', async () => {
    const card = scriptedCard(answers(`${ENABLED}9000`));
    const channel = await openIsdr(card, { le: true });
    await channel.request(ENABLE, 'command');
    expect(card.sent).toEqual([`81e2910014${hexOf(ENABLE)}00`]);
  });

  test('may be found by GET RESPONSE', async () => {
    const { response } = await ask([`${INFO1}9000`, '9000', `${ENABLED}9000`], 'command', ENABLE);
    expect(response).toBe(ENABLED);
  });

  test('is refused in the end, with what to do', async () => {
    expect(await failure(ask(['9000']))).toBe('ERR_RSP_APDU empty');
    await expect(ask(['9000'], 'command', ENABLE)).rejects.toThrow('--le');
  });

  test('is as it should be for a segment', async () => {
    for (const sw of ['9000', '910b', '6300', '6200']) {
      expect((await ask([sw, '6985'], 'segment')).response).toBe('');
    }
  });
});

describe('blocks', () => {
  const long = new Uint8Array(300).fill(0xbf);

  test('go on after 9000, 91xx and warnings', async () => {
    const { response, sent } = await ask(['9000', '910b', `${INFO1}9000`], 'segment', long);
    expect([response, sent.map((one) => one.slice(0, 10))]).toEqual([
      INFO1,
      ['81e2110078', '81e2110178', '81e291023c'],
    ]);
    expect((await ask(['63f1', '6200', `${INFO1}9000`], 'segment', long)).sent).toHaveLength(3);
  });

  test('stop at an answer that comes before the end', async () => {
    const { response, sent } = await ask(['610c', `${INFO1}9000`], 'segment', long);
    expect([response, sent]).toEqual([INFO1, [expect.stringMatching(/^81e2110078/), '81c000000c']]);
  });

  test('stop at a refusal', async () => {
    expect(await failure(ask(['9000', '6a80', `${INFO1}9000`], 'segment', long))).toBe(
      'ERR_RSP_APDU 6A80',
    );
  });

  test.each([
    [1, 256, 'done'],
    [1, 257, 'ERR_RSP_APDU blocks'],
    [120, 30_720, 'done'],
    [120, 30_721, 'ERR_RSP_APDU blocks'],
    [255, 65_280, 'done'],
  ])('of %i bytes hold a request of %i bytes: %s', async (blockSize, size, expected) => {
    const card = scriptedCard(answers('9000'));
    const channel = await openIsdr(card, { blockSize });
    expect(await failure(channel.request(new Uint8Array(size), 'segment'))).toBe(expected);
  });

  test('above 255 bytes have extended lengths', async () => {
    const card = scriptedCard(answers('9000'));
    const channel = await openIsdr(card, { blockSize: 2_048, le: true });
    await channel.request(new Uint8Array(300), 'segment');
    await channel.request(new Uint8Array(255), 'segment');
    expect(card.sent).toEqual([
      `81e2910000012c${'00'.repeat(300)}0000`,
      `81e29100ff${'00'.repeat(255)}00`,
    ]);
  });
});

describe('a card that does not end', () => {
  test.each([
    ['more to fetch, for ever', ['61ff']],
    ['another Le, for ever', ['6c10']],
    ['another Le for GET RESPONSE, for ever', ['6110', '6c10']],
    ['a byte and more, for ever', ['aa61ff']],
    ['256 bytes and more, for ever', [`${'aa'.repeat(256)}6100`]],
    ['more by warnings, for ever', ['62f1']],
    ['one and the other, in turn', ['6110', '6c10', '6110', '6c10', '6110']],
  ])('with %s is refused', async (_, list) => {
    const began = performance.now();
    expect(await failure(ask(list))).toBe('ERR_RSP_APDU endless');
    expect(performance.now() - began).toBeLessThan(10_000);
  });
});

describe('a refusal', () => {
  test.each([
    ['6881', 'run the command again'],
    ['6985', 'lpa notifications'],
    ['6700', '--block-size'],
    ['6a84', 'memory is full'],
    ['9300', 'try again'],
    ['6e00', 'run the command again'],
    ['6581', 'memory failed'],
    ['6f00', 'answered 6F00'],
    ['6300', 'a warning, and no data'],
  ])('with %s says what to do', async (sw, advice) => {
    const work = ask([sw, '6985']);
    expect(await failure(work)).toBe(`ERR_RSP_APDU ${sw.toUpperCase()}`);
    await expect(work).rejects.toThrow(advice);
  });

  test('of less than a status word is an error too', async () => {
    for (const answer of ['', '90']) expect(await failure(ask([answer]))).toMatch(/^ERR_RSP_APDU/);
  });
});

describe('the channel', () => {
  const answering = answers(`${INFO1}9000`);

  test.each([
    [0, '80e2'],
    [3, '83e2'],
    [4, 'c0e2'],
    [19, 'cfe2'],
  ])('of number %i has its class', async (number, header) => {
    const card = scriptedCard(answering, { openChannel: async () => number });
    const channel = await openIsdr(card);
    await channel.request(bytesOf('bf2000'), 'question');
    expect(card.sent[0]).toMatch(RegExp(`^${header}`));
  });

  test.each([20, 255, 1.5, NaN, Infinity])('of number %d is none', async (number) => {
    const card = scriptedCard(answering, { openChannel: async () => number });
    expect(await failure(openIsdr(card))).toBe('ERR_RSP_APDU channel');
  });

  test('is the basic one if it is asked for', async () => {
    const closed: number[] = [];
    const card = scriptedCard((command) => (command.startsWith('00a4') ? '6120' : `${INFO1}9000`), {
      openChannel: () => Promise.reject(Error('not asked for')),
      closeChannel: async (number) => void closed.push(number),
    });
    const channel = await openIsdr(card, { basicChannel: true });
    expect((await es10(channel).euiccInfo1()).svn).toBe('2.5.0');
    await channel.close();
    expect([card.sent[0]?.slice(0, 10), closed]).toEqual(['00a4040010', []]);
  });
});
