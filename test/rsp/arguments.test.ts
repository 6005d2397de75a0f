/** What `zkcx/rsp` makes, and the functions that are passed to it: values and answers of other forms are refused. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { checkedClock } from '../../src/arguments.ts';
import * as rsp from '../../src/rsp/index.ts';
import { EuiccInfo1 } from '../../src/sgp22/messages/euicc-info.ts';
import { assertTyped, type Call, codeOf, errorOf } from '../support/arguments.ts';
import { NOW } from '../support/certificates/chains.ts';
import { keepOn, METADATA, testAnchor, testCard, testEuicc } from '../support/rsp/emulator.ts';
import { initiateRequest, sgp26Euicc } from '../support/rsp/soft-euicc.ts';
import { ADDRESS, testTrust } from '../support/rsp/smdpp.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const offline: rsp.Fetch = () => Promise.reject(Error('offline'));
const server = rsp.es9pClient(ADDRESS, { fetch: offline });
const now = () => NOW;
const anyFunction = (exported: unknown) => exported as Call;

let euicc: rsp.Euicc;
let channel: rsp.Es10Channel;
let card: rsp.Es10;
beforeAll(async () => {
  ({ euicc, channel, card } = await testCard());
});
afterAll(() => euicc.close());

describe('what is made', () => {
  const functionsOf = (made: object) =>
    Object.entries(made).filter((entry): entry is [string, Call] => typeof entry[1] === 'function');

  test('es10 sends no value that a message cannot hold', async () => {
    const functions = functionsOf(card).filter(([name]) => name !== 'memoryReset');
    expect(functions.length).toBeGreaterThan(15);
    for (const [, call] of functions) await assertTyped(call, 60);
    const wrong = [
      card.setNickname('8949000000000000017', 5 as never),
      card.enableProfile({ iccid: 8949 as never }),
      card.enableProfile({ iccid: METADATA.iccid }, 'no' as never),
      card.memoryReset(['everything' as never]),
      card.setDefaultDpAddress(undefined as never),
      card.removeNotification(NaN),
      card.cancelSession({ transactionId: 'A0' as never, reason: 0 }),
      card.zkcxServer({ smdpOid: '2.999', authKey: { x: 1, y: 2 }, packageKey: {} } as never),
    ];
    for (const call of wrong) expect(codeOf(await errorOf(() => call))).toBe('ERR_RSP_VALUE');
  });

  test('a client of ES9+, its requests, and its address', async () => {
    for (const [, call] of functionsOf(server)) await assertTyped(call);
    for (const address of ['a b', 'a/b', 'a.example.com?', 'user@a.example.com', '', 'a:0', 5]) {
      const make = () => rsp.es9pClient(address as never, { fetch: offline });
      expect(codeOf(await errorOf(make))).toBe('ERR_ARGUMENT');
    }
  });

  test('a fetch, an interface to a card, a channel, a card, an eUICC', async () => {
    const fetch = rsp.tlsFetch({ ciCertificates: [], now });
    const apdu = keepOn(euicc);
    for (const call of [fetch, apdu.openChannel, apdu.closeChannel, apdu.transmit]) {
      await assertTyped(anyFunction(call), 60);
    }
    await assertTyped((data) => channel.request(data as never), 60);
    await assertTyped((command) => euicc.card.transmit(command as never), 60);
    await assertTyped((aid) => euicc.profilePackage(aid as never), 60);
  });

  test('a card behind lines', async () => {
    const served = await rsp.serveApduTcp(euicc.card);
    const apdu = await rsp.apduOfTcp('127.0.0.1', served.port);
    for (const call of [apdu.openChannel, apdu.closeChannel, apdu.transmit]) {
      await assertTyped(anyFunction(call), 30);
    }
    await apdu.disconnect();
    await served.close();
  });
});

describe('what functions that are passed in answer', () => {
  test('a clock that tells no time ends requests as a failure of the server, not of the device', async () => {
    const defects: unknown[] = [];
    const service = await rsp.serveSmdp({
      folder: join(folder, 'smdpp'),
      settings: { address: ADDRESS },
      trust: testTrust(),
      es9p: { host: '127.0.0.1', port: 0 },
      now: () => NaN as never,
      onEvent: ({ defect }) => defects.push(codeOf(defect)),
    });
    const { fetch } = globalThis;
    const client = rsp.es9pClient(`127.0.0.1:${service.es9p.port}`, { fetch, plain: true });
    const { euiccInfo1, ...request } = initiateRequest(sgp26Euicc(), ADDRESS);
    const sent = { ...request, euiccInfo1: EuiccInfo1.decode(EuiccInfo1.encode(euiccInfo1)) };
    const error = await errorOf(() => client.call('initiateAuthentication', sent));
    await service.close();
    expect(error).toMatchObject({ code: 'ERR_RSP_SERVER', reason: '503' });
    expect(defects).toEqual(['ERR_ARGUMENT']);
  });

  test('a clock in something else than seconds is none', () => {
    for (const answer of [5, NaN, '5', undefined, null, -1n, 2n ** 60n, new Date()]) {
      const clock = checkedClock(() => answer as never, 'the clock');
      expect(clock).toThrow(expect.objectContaining({ code: 'ERR_ARGUMENT' }));
    }
    expect(checkedClock(now, 'the clock')()).toBe(NOW);
  });

  test('a store that holds no eUICC, an extension that is none', async () => {
    for (const state of [undefined, {}, { ...(await rsp.memoryStore().load()), version: 2 }]) {
      const store = { ...rsp.memoryStore(), load: async () => state as never };
      expect(codeOf(await errorOf(() => testEuicc({ store })))).toBe('ERR_ARGUMENT');
    }
    for (const zkcx of [5, {}, { functions: { '/x': 'call' }, maxBody: 1, close: () => {} }]) {
      const service = rsp.serveSmdp({
        folder: join(folder, 'extended'),
        settings: { address: ADDRESS },
        trust: testTrust(),
        es9p: { host: '127.0.0.1', port: 0 },
        now,
        zkcx: async () => zkcx as never,
      });
      // nothing stays open: the next one has the folder
      expect(codeOf(await errorOf(() => service))).toBe('ERR_ARGUMENT');
    }
  });

  test('random bytes are as many as are asked for', async () => {
    for (const made of [undefined, new Uint8Array(15), 'x'.repeat(16), Array(16).fill(0)]) {
      const options = { now: NOW, random: () => made as never };
      const call = () => rsp.probeServer(server, [testAnchor()], options);
      expect(codeOf(await errorOf(call))).toBe('ERR_ARGUMENT');
    }
  });
});
