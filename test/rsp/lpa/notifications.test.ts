/** The queue of notifications, against servers that come and go. */
import { expect, test } from '@jest/globals';
import { ZkcxError } from '../../../src/errors.ts';
import { es9pClient, sendNotifications } from '../../../src/rsp/lpa/index.ts';
import type { Fetch } from '../../../src/rsp/lpa/index.ts';
import { install, es10Of, METADATA, testEuicc } from '../../support/rsp/emulator.ts';

const A = 'a.example.com';
const B = 'b.example.com';

/** A card that has told of its installation, and has four notifications more. */
async function busyCard() {
  const card = await es10Of(await testEuicc());
  await install(card);
  for (const { seqNumber } of await card.listNotifications()) {
    await card.removeNotification(seqNumber);
  }
  for (let i = 0; i < 2; i++) {
    await card.enableProfile({ iccid: METADATA.iccid });
    await card.disableProfile({ iccid: METADATA.iccid });
  }
  return card;
}

const done = () => Promise.resolve(new Response(null, { status: 204 }));

test('what does not arrive stays, later ones for the same server wait', async () => {
  const card = await busyCard();
  const asked: string[] = [];
  const fetch: Fetch = (url) => {
    asked.push(new URL(url).host);
    return url.includes(A) ? Promise.resolve(new Response('', { status: 503 })) : done();
  };
  const server = (address: string) => es9pClient(address, { fetch });
  const results = await sendNotifications(card, { server, attempts: 2, delay: 1 });
  expect(results.map(({ event, address, failure }) => [event, address, failure?.code])).toEqual([
    ['enable', A, 'ERR_RSP_SERVER'],
    ['disable', B, undefined],
    ['enable', A, 'ERR_RSP_SERVER'],
    ['disable', B, undefined],
  ]);
  expect(asked).toEqual([A, A, B, B]);
  const left = await card.listNotifications();
  expect(left.map(({ notificationAddress }) => notificationAddress)).toEqual([A, A]);
});

test('a server that comes back gets all, in order', async () => {
  const card = await busyCard();
  const numbers = (await card.listNotifications()).map(({ seqNumber }) => seqNumber);
  let calls = 0;
  const fetch: Fetch = () => (++calls <= 2 ? Promise.reject(Error('no network')) : done());
  const server = (address: string) => es9pClient(address, { fetch });
  const sent = await sendNotifications(card, { server, delay: 1 });
  expect(sent.map(({ seqNumber, failure }) => [seqNumber, failure])).toEqual(
    numbers.map((number) => [number, undefined]),
  );
  expect(calls).toBe(6);
  expect(await card.listNotifications()).toEqual([]);
});

test('a refusal is not tried again', async () => {
  const card = await busyCard();
  let calls = 0;
  const header = {
    functionExecutionStatus: {
      status: 'Failed',
      statusCodeData: { subjectCode: '8.1', reasonCode: '6.1' },
    },
  };
  const fetch: Fetch = () => {
    calls++;
    return Promise.resolve(Response.json({ header }));
  };
  const server = (address: string) => es9pClient(address, { fetch });
  const seqNumbers = [(await card.listNotifications())[0]!.seqNumber];
  const [result] = await sendNotifications(card, { server, delay: 1, seqNumbers });
  expect(result?.failure?.code).toBe('ERR_RSP_REFUSED');
  expect(calls).toBe(1);
  expect(await card.listNotifications()).toHaveLength(4);
});

/** Addresses that activation codes do not have either. */
const NO_ADDRESSES = [
  '',
  'https://x',
  'a.example.com/gsma',
  'a.example.com/x?',
  'user@a.example.com',
  'a.example.com:0',
  'a.example.com:65536',
  'b\u00fccher.example',
  'a b',
  '[::1]',
  'zkcx.example.com',
];

test.each(NO_ADDRESSES)('%j keeps its own notifications, and no others', async (odd) => {
  const card = await es10Of(await testEuicc());
  const addresses = [odd, B];
  await install(card, {
    notificationConfigurationInfo: addresses.map((notificationAddress, i) => ({
      profileManagementOperation: [i === 0 ? 'enable' : 'disable'],
      notificationAddress,
    })),
  });
  for (const { seqNumber } of await card.listNotifications()) {
    await card.removeNotification(seqNumber);
  }
  await card.enableProfile({ iccid: METADATA.iccid });
  await card.disableProfile({ iccid: METADATA.iccid });
  const asked: string[] = [];
  const server = (address: string) => {
    asked.push(address);
    return es9pClient(address, { fetch: done });
  };
  const results = await sendNotifications(card, { server });
  expect(results.map(({ address, failure }) => [address, failure?.code, failure?.reason])).toEqual([
    [odd, 'ERR_RSP_VALUE', 'notificationAddress'],
    [B, undefined, undefined],
  ]);
  expect(asked).toEqual([B]);
});

test.each(['a.example.com:8443', 'A.EXAMPLE.COM', 'xn--bcher-kva.example', 'localhost'])(
  '%s is an address, as in activation codes',
  async (notificationAddress) => {
    const card = await es10Of(await testEuicc());
    await install(card, {
      notificationConfigurationInfo: [
        { profileManagementOperation: ['enable'], notificationAddress },
      ],
    });
    for (const { seqNumber } of await card.listNotifications()) {
      await card.removeNotification(seqNumber);
    }
    await card.enableProfile({ iccid: METADATA.iccid });
    const urls: string[] = [];
    const fetch: Fetch = (url) => {
      urls.push(url);
      return done();
    };
    const server = (address: string) => es9pClient(address, { fetch });
    const [sent] = await sendNotifications(card, { server });
    expect(sent?.failure).toBeUndefined();
    expect(urls).toEqual([`https://${notificationAddress}/gsma/rsp2/es9plus/handleNotification`]);
  },
);

test('later ones wait for a server however its name is written', async () => {
  const card = await es10Of(await testEuicc());
  await install(card, {
    notificationConfigurationInfo: [
      { profileManagementOperation: ['enable'], notificationAddress: A },
      { profileManagementOperation: ['disable'], notificationAddress: A.toUpperCase() },
    ],
  });
  for (const { seqNumber } of await card.listNotifications()) {
    await card.removeNotification(seqNumber);
  }
  await card.enableProfile({ iccid: METADATA.iccid });
  await card.disableProfile({ iccid: METADATA.iccid });
  let calls = 0;
  const fetch: Fetch = () => {
    calls++;
    return Promise.resolve(new Response('', { status: 503 }));
  };
  const server = (address: string) => es9pClient(address, { fetch });
  await sendNotifications(card, { server, attempts: 1 });
  expect(calls).toBe(1);
});

test('one that the eUICC does not give out, or does not forget, holds up no other', async () => {
  const card = await busyCard();
  const [first, second] = await card.listNotifications();
  const odd = {
    ...card,
    retrieveNotification: async (seqNumber: number) => {
      if (seqNumber === first!.seqNumber) throw new ZkcxError('ERR_DER_TAG', 'garbled');
      return card.retrieveNotification(seqNumber);
    },
    removeNotification: async (seqNumber: number) => {
      if (seqNumber === second!.seqNumber) throw new ZkcxError('ERR_RSP_CARD', 'no');
      await card.removeNotification(seqNumber);
    },
  };
  const server = (address: string) => es9pClient(address, { fetch: done });
  const results = await sendNotifications(odd, { server });
  expect(results.map(({ failure }) => failure?.code)).toEqual([
    'ERR_DER_TAG',
    'ERR_RSP_CARD',
    undefined,
    undefined,
  ]);
  expect(results[1]!.failure!.message).toMatch('the server has it');
});

test('a card that is gone ends it', async () => {
  const card = await busyCard();
  const gone = new ZkcxError('ERR_RSP_APDU', 'gone');
  const pulled = { ...card, retrieveNotification: () => Promise.reject(gone) };
  const server = (address: string) => es9pClient(address, { fetch: done });
  await expect(sendNotifications(pulled, { server })).rejects.toBe(gone);
});

test('a notification of a zkCX session never goes as SGP.22 sends it, and later ones wait for it', async () => {
  const card = await es10Of(await testEuicc());
  await install(card, {
    notificationConfigurationInfo: [
      { profileManagementOperation: ['enable'], notificationAddress: `zkcx!${A}` },
      { profileManagementOperation: ['disable'], notificationAddress: A },
    ],
  });
  for (const { seqNumber } of await card.listNotifications()) {
    await card.removeNotification(seqNumber);
  }
  await card.enableProfile({ iccid: METADATA.iccid });
  await card.disableProfile({ iccid: METADATA.iccid });
  const asked: string[] = [];
  const server = (address: string) => {
    asked.push(address);
    return es9pClient(address, { fetch: done });
  };
  const results = await sendNotifications(card, { server });
  expect(results.map(({ address, failure }) => [address, failure?.code])).toEqual([
    [A, 'ERR_HOLDER_CONSENT'],
    [A, 'ERR_HOLDER_CONSENT'],
  ]);
  expect(asked).toEqual([A]);
});
