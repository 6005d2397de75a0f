/** The card as readers see it: channels, selection, blocks, status words; and its line protocol. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { PassThrough, Writable } from 'node:stream';
import { beforeEach, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import {
  apduOfTcp,
  cardInterface,
  channelOfClass,
  classOnChannel,
  encodeCommand,
  ISDR_AID,
  openIsdr,
  parseCommand,
  parseResponse,
  serveApdu,
  serveApduTcp,
  SW,
} from '../../../src/rsp/apdu/index.ts';
import type { Euicc } from '../../../src/rsp/euicc/index.ts';
import { es10 } from '../../../src/rsp/lpa/index.ts';
import { EID, testEuicc } from '../../support/rsp/emulator.ts';

const GET_EID = 'bf3e035c015a';
const EID_RESPONSE = `bf3e125a10${EID}`;

let euicc: Euicc;
beforeEach(async () => {
  euicc = await testEuicc();
});

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));

/** Answer of the card to a command, both in hexadecimal. */
const send = async (hex: string) =>
  Buffer.from(await euicc.card.transmit(bytes(hex.replaceAll(' ', '')))).toString('hex');

const SELECT = `00 a4 04 00 10 ${Buffer.from(ISDR_AID).toString('hex')}`;

describe('commands', () => {
  test('are read as they were written', () => {
    const byte = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(
        byte,
        byte,
        byte,
        byte,
        fc.uint8Array({ maxLength: 255 }),
        fc.option(fc.integer({ min: 1, max: 256 }), { nil: undefined }),
        (cla, ins, p1, p2, data, le) => {
          const command = { cla, ins, p1, p2, data, ...(le === undefined ? {} : { le }) };
          expect(parseCommand(encodeCommand(command))).toEqual(command);
        },
      ),
    );
  });

  test('of any bytes get an answer', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (command) => {
        const { sw } = parseResponse(await euicc.card.transmit(command));
        expect(sw === SW.done || sw >= 0x6100).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  test('STORE DATA of any bytes gets an answer, and nothing changes', async () => {
    await send(SELECT);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(0x20, 0x21, 0x22, 0x28, 0x29, 0x2b, 0x2d, 0x30, 0x31, 0x33, 0x36, 0x38),
        fc.uint8Array({ maxLength: 60 }),
        async (tag, rest) => {
          const data = Uint8Array.of(0xbf, tag, ...rest);
          const store = { cla: 0x80, ins: 0xe2, p1: 0x91, p2: 0, data };
          const { sw } = parseResponse(await euicc.card.transmit(encodeCommand(store)));
          expect(sw === SW.done || sw >= 0x6100).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
    expect(await es10(await openIsdr(cardInterface(euicc.card))).profiles()).toEqual([]);
  });

  test('name their channel', () => {
    for (let channel = 0; channel < 20; channel++) {
      expect(channelOfClass(classOnChannel(0x00, channel))).toBe(channel);
      expect(channelOfClass(classOnChannel(0x80, channel))).toBe(channel);
    }
    // secure messaging
    expect(channelOfClass(0x04)).toBeUndefined();
    expect(channelOfClass(0x60)).toBeUndefined();
  });
});

describe('the card', () => {
  test('answers SELECT with the template of the ISD-R', async () => {
    expect(await send(SELECT)).toBe('6107');
    expect(await send('00 c0 00 00 07')).toBe('e00582030205009000');
    expect(await send('00 c0 00 00 07')).toBe('6985');
    expect(await send('00 a4 04 00 05 a000000151')).toBe('6a82');
    expect(await send('00 a4 00 00 02 3f00')).toBe('6a86');
  });

  test('takes requests on a channel where the ISD-R is selected', async () => {
    expect(await send(`80 e2 91 00 06 ${GET_EID}`)).toBe('6985');
    await send(SELECT);
    expect(await send(`80 e2 91 00 06 ${GET_EID}`)).toBe('6115');
    expect(await send('80 c0 00 00 15')).toBe(`${EID_RESPONSE}9000`);
    expect(await send(`00 e2 91 00 06 ${GET_EID}`)).toBe('6e00');
    expect(await send('80 ca 00 00 00')).toBe('6d00');
  });

  test('gives a response in as many pieces as are asked for', async () => {
    await send(SELECT);
    await send(`80 e2 91 00 06 ${GET_EID}`);
    expect(await send('80 c0 00 00 05')).toBe(`${EID_RESPONSE.slice(0, 10)}6110`);
    expect(await send('80 c0 00 00 10')).toBe(`${EID_RESPONSE.slice(10)}9000`);
  });

  test('puts blocks together in their order', async () => {
    await send(SELECT);
    expect(await send('80 e2 11 00 02 bf3e')).toBe('9000');
    expect(await send('80 e2 11 01 02 035c')).toBe('9000');
    expect(await send('80 e2 91 02 02 015a')).toBe('6115');
    // a block left out, and one without a beginning
    expect(await send('80 e2 11 00 02 bf3e')).toBe('9000');
    expect(await send('80 e2 91 02 02 015a')).toBe('6a86');
    expect(await send('80 e2 91 01 02 015a')).toBe('6a86');
    // the LPA begins anew
    expect(await send('80 e2 11 00 02 bf20')).toBe('9000');
    expect(await send(`80 e2 91 00 06 ${GET_EID}`)).toBe('6115');
    expect(await send(`80 e2 55 00 06 ${GET_EID}`)).toBe('6a86');
  });

  test('refuses functions that it does not have, and requests that it cannot read', async () => {
    await send(SELECT);
    expect(await send('80 e2 91 00 03 bf7f00')).toBe('6a88');
    // UpdateMetadata and LoadCRL
    expect(await send('80 e2 91 00 03 bf2a00')).toBe('6a88');
    expect(await send('80 e2 91 00 03 bf3500')).toBe('6a88');
    expect(await send('80 e2 91 00 00')).toBe('6a88');
    expect(await send('80 e2 91 00 04 bf3e015c')).toBe('6a80');
    expect(await send('80 e2 91 00 06 bf3e035c014f')).toBe('6a80');
    expect(await send('80 e2 91 00 05 bf3d')).toBe('6700');
  });

  test('has channels apart from each other', async () => {
    expect(await send('00 70 00 00 01')).toBe('019000');
    expect(await send('01' + SELECT.slice(2))).toBe('6107');
    expect(await send(`80 e2 91 00 06 ${GET_EID}`)).toBe('6985');
    expect(await send(`81 e2 91 00 06 ${GET_EID}`)).toBe('6115');
    expect(await send('00 70 00 00 01')).toBe('029000');
    expect(await send('00 70 00 00 01')).toBe('039000');
    expect(await send('00 70 00 00 01')).toBe('6a81');
    expect(await send('00 70 80 01 00')).toBe('9000');
    expect(await send('00 70 80 01 00')).toBe('6881');
    expect(await send('81 c0 00 00 15')).toBe('6881');
    await euicc.card.reset();
    expect(await send('82 c0 00 00 15')).toBe('6881');
  });

  test.each([1, 7, 120, 255])('works in blocks of %i bytes', async (blockSize) => {
    const channel = await openIsdr(cardInterface(euicc.card), { blockSize });
    const functions = es10(channel);
    const name = 'a name of up to 64 bytes';
    await functions.setDefaultDpAddress(name);
    expect((await functions.configuredAddresses()).defaultDpAddress).toBe(name);
    await channel.close();
  });

  test('has its ISD-R under another AID', async () => {
    const aid = bytes('a06573746b6d65ffffffffff4953442d');
    euicc = await testEuicc({ aid });
    const apdu = cardInterface(euicc.card);
    await expect(openIsdr(apdu)).rejects.toMatchObject({ code: 'ERR_RSP_APDU', reason: '6A82' });
    expect(await es10(await openIsdr(apdu, { aid })).eid()).toBe(EID);
  });
});

describe('the line protocol', () => {
  /** Lines that the card's side answers to these. */
  async function talk(...lines: string[]): Promise<unknown[]> {
    const output = new PassThrough();
    const input = new PassThrough();
    input.end(lines.map((line) => `${line}\n`).join(''));
    await serveApdu(euicc.card, input, output);
    output.end();
    const text = Buffer.concat(await output.toArray()).toString();
    return text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as unknown);
  }

  const request = (func: string, param: string | null = null) =>
    JSON.stringify({ type: 'apdu', payload: { func, param } });
  const answer = (ecode: number, data: string | null = null) => ({
    type: 'apdu',
    payload: { ecode, data },
  });

  test('is that of open LPAs', async () => {
    const aid = Buffer.from(ISDR_AID).toString('hex').toUpperCase();
    expect(
      await talk(
        request('connect'),
        request('logic_channel_open', aid),
        request('transmit', `81E2910006${GET_EID.toUpperCase()}`),
        request('transmit', '81C0000015'),
        request('logic_channel_close', '01'),
        request('disconnect'),
      ),
    ).toEqual([
      answer(0),
      answer(1),
      answer(0, '6115'),
      answer(0, `${EID_RESPONSE}9000`.toUpperCase()),
      answer(0),
      answer(0),
    ]);
  });

  test('answers what is wrong, passes over what is not for it', async () => {
    expect(
      await talk(
        'no JSON',
        '{"type":"lpa","payload":{"code":0}}',
        request('transmit', 'abc'),
        request('dance'),
        '[]',
        '',
        request('logic_channel_open', 'A000000151'),
        request('logic_channel_close', '07'),
        request('transmit', ''),
      ),
    ).toEqual([
      answer(-1),
      answer(-1),
      answer(-1),
      answer(-1),
      answer(-1),
      answer(-1),
      answer(0, '6700'),
    ]);
  });

  test('ends at a line without end', async () => {
    await expect(talk('x'.repeat(100_000))).rejects.toMatchObject({ code: 'ERR_RSP_APDU' });
  });

  test('goes over TCP, to one reader at a time', async () => {
    const server = await serveApduTcp(euicc.card);
    const apdu = await apduOfTcp('127.0.0.1', server.port);
    const channel = await openIsdr(apdu);
    expect(await es10(channel).eid()).toBe(EID);
    const second = await apduOfTcp('127.0.0.1', server.port);
    await expect(openIsdr(second)).rejects.toMatchObject({ code: 'ERR_RSP_APDU' });
    await channel.close();
    await server.close();
    await expect(apduOfTcp('127.0.0.1', server.port)).rejects.toMatchObject({
      code: 'ERR_RSP_APDU',
    });
  });

  test('goes to a loopback address unless it is told otherwise', async () => {
    for (const host of ['0.0.0.0', '::', '192.0.2.1']) {
      const served = serveApduTcp(euicc.card, { host });
      await expect(served).rejects.toMatchObject({ code: 'ERR_RSP_APDU' });
    }
    const server = await serveApduTcp(euicc.card, { host: '0.0.0.0', exposed: true });
    await server.close();
  });

  test('turns a reader away that says nothing', async () => {
    const server = await serveApduTcp(euicc.card, { idleTimeout: 200 });
    const silent = connect({ port: server.port, host: '127.0.0.1' });
    await once(silent, 'connect');
    await once(silent.resume(), 'close');
    const channel = await openIsdr(await apduOfTcp('127.0.0.1', server.port));
    expect(await es10(channel).eid()).toBe(EID);
    await channel.close();
    await server.close();
  });

  test('ends with a reader that reads no answer and goes', async () => {
    const input = new PassThrough();
    const deaf = new Writable({ highWaterMark: 1, write: () => {} });
    const served = serveApdu(euicc.card, input, deaf);
    input.end(`${JSON.stringify({ type: 'apdu', payload: { func: 'connect' } })}\n`);
    setTimeout(() => deaf.destroy(), 100);
    await expect(served).resolves.toBeUndefined();
  });
});
