/**
 * After a download with the settings that a server has by default, nothing that names the device, and no key, is left
 * in any file of the data folder once the periods are over. The same search finds all of it before.
 */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { cardInterface, openIsdr } from '../../src/rsp/apdu/index.ts';
import { downloadProfile, es10, es9pClient } from '../../src/rsp/lpa/index.ts';
import { es9pApp } from '../../src/rsp/smdpp/app.ts';
import { Sweeper, type Swept } from '../../src/rsp/smdpp/retention/sweeper.ts';
import { serveSmdp } from '../../src/rsp/smdpp/service.ts';
import { agree } from '../../src/sgp22/bpp/index.ts';
import { deriveSessionKeys } from '../../src/sgp22/bpp/bsp.ts';
import { CURVE } from '../../src/sgp22/messages/curve.ts';
import { eidBytes } from '../../src/sgp22/messages/identifiers.ts';
import { fixture, KEYS } from '../support/certificates/keys.ts';
import { NOW } from '../support/certificates/chains.ts';
import { foundIn, piecesOf } from '../support/data-folder.ts';
import { testEuicc } from '../support/rsp/emulator.ts';
import { refusalOf } from '../support/rsp/refusal.ts';
import { eidOf, otherEuicc } from '../support/rsp/soft-euicc.ts';
import { ADDRESS, TestSmdp, testTrust } from '../support/rsp/smdpp.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const EID = '89049032123451234512345678901235';
const TS48_ICCID = '89000123456789012341';
const PROFILE = fixture('rsp/profiles/TS48v3_SAIP2.1_BERTLV.der');
const DAY = 86_400n;

let smdp: TestSmdp;
beforeEach(async () => {
  smdp = await TestSmdp.open({ replaceSessionKeys: true });
});
afterEach(() => smdp.close());

const text = (value: string) => new TextEncoder().encode(value);

/** An EID as text, and as messages have it. */
const eidForms = (name: string, eid: string) => ({
  [`${name}, text`]: text(eid),
  [`${name}, bytes`]: eidBytes(eid),
});

/** 16 bytes each, so every key in it; those that are padding are left out, and the header, which is shown to users. */
function profileKeys(): Record<string, Uint8Array> {
  const pieces = Object.entries(piecesOf('profile', PROFILE.slice(160), 16));
  return Object.fromEntries(pieces.filter(([, piece]) => new Set(piece).size > 10));
}

/** The device's side of a download, by LPA and eUICC over APDUs. */
async function download(matchingId: string) {
  const { card } = await testEuicc();
  const channel = await openIsdr(cardInterface(card));
  const app = es9pApp(smdp.server);
  const server = es9pClient(ADDRESS, { fetch: async (url, init) => app.request(url, init) });
  const done = await downloadProfile({
    es10: es10(channel),
    server,
    notificationServer: () => server,
    matchingId,
    device: { tac: Uint8Array.of(1, 2, 3, 4), deviceCapabilities: {} },
    consent: async () => 'accept',
    confirmationCode: async () => '24680',
  });
  await channel.close();
  expect(done.notification?.failure).toBeUndefined();
}

/** Keys of the package: what it was bound with, and what it says. They are in none of the files, at no time. */
async function packageKeys(): Promise<Record<string, Uint8Array>> {
  const { delivery } = (await smdp.storedOrder(TS48_ICCID))!;
  const seed = smdp.drawn.findIndex(({ length }) => length === 48);
  const [oneTime, hostId, , ppkEnc, ppkCmac] = smdp.drawn.slice(seed);
  const secret = CURVE.secretKeyFrom(oneTime!);
  const otpk = new Uint8Array(Buffer.from(delivery!.euiccOtpk, 'hex'));
  const shared = agree(secret, otpk);
  const keys = deriveSessionKeys(shared, hostId!, eidBytes(EID));
  return { hostId: hostId!, secret, shared, ppkEnc: ppkEnc!, ppkCmac: ppkCmac!, ...keys };
}

test('a download', async () => {
  await smdp.profile({ package: Buffer.from(PROFILE).toString('base64') });
  const { matchingId, sequence } = await smdp.order({
    iccid: TS48_ICCID,
    eid: EID,
    confirmationCode: '24680',
  });
  const declined = otherEuicc('89049032123451234512345678901236');
  expect(await refusalOf(smdp.authenticate(declined, matchingId))).toBe('8.1.1/3.8');
  await download(matchingId!);
  const order = (await smdp.storedOrder(TS48_ICCID))!;
  expect(order.state).toBe('installed');
  const { store } = smdp.server.context;
  const bound = (await store.boundPackage(sequence))!;
  const personal: Record<string, Uint8Array> = {
    ...eidForms('EID', EID),
    ...piecesOf('key of the eUICC', KEYS.euicc.point.slice(1), 32),
    ...piecesOf('key of the other eUICC', declined.key.point.slice(1), 32),
    'EID of the other': text(eidOf(declined)),
    'hash of the code': Buffer.from(order.confirmation!.hash, 'hex'),
    'one-time key': Buffer.from(order.delivery!.euiccOtpk, 'hex'),
    TransactionID: Buffer.from(order.delivery!.sessions[0]!.transactionId, 'hex'),
    ...piecesOf('bound package', bound.slice(0, 16_000), 500),
    ...profileKeys(),
  };
  const names = Object.keys(personal);
  const keys = await packageKeys();
  expect(Object.keys(keys).length).toBe(8);
  expect(names.length).toBeGreaterThan(100);

  expect(foundIn(smdp.folder, personal)).toEqual(names);
  const { hostId, ...secrets } = keys;
  // so these are the values of this package
  expect(foundIn(smdp.folder, { hostId: hostId! })).toEqual(['hostId']);
  expect(foundIn(smdp.folder, secrets)).toEqual([]);
  // also after a restart, which writes the log to tables
  await smdp.restart();
  expect(foundIn(smdp.folder, personal)).toEqual(names);

  const sweeper = new Sweeper(smdp.server.context);
  expect(await sweeper.sweep()).toMatchObject({ packages: 1, orders: 0 });
  // the package has gone, what concerns the order is there
  const after = foundIn(smdp.folder, personal);
  expect(after.filter((name) => /profile|bound/.test(name))).toEqual([]);
  expect(after).toContain('EID, text');

  smdp.time += 30n * DAY;
  expect(await sweeper.sweep()).toMatchObject({ orders: 1, failures: [] });
  // keys of the database are in its own files until it is opened twice more
  const left = foundIn(smdp.folder, personal).filter((name) => name !== 'TransactionID');
  expect(left).toEqual([]);
  await smdp.restart();
  await smdp.restart();
  expect(foundIn(smdp.folder, { ...personal, ...keys })).toEqual([]);
  // and what is to stay is there
  expect(foundIn(smdp.folder, { iccid: text(TS48_ICCID) })).toEqual(['iccid']);
});

test('a server sweeps by itself, on its own clock', async () => {
  let time = NOW;
  const folder = temporaryFolder();
  const sweeps: Swept[] = [];
  let heard = () => {};
  const service = await serveSmdp({
    folder,
    settings: { address: ADDRESS, retention: { interval: 1 } },
    trust: testTrust(),
    es9p: { host: '127.0.0.1', port: 0 },
    now: () => time,
    onSweep: (swept) => {
      sweeps.push(swept);
      heard();
    },
  });
  try {
    const { store, sessions } = service.server.context;
    const session = {
      transactionId: '00'.repeat(16),
      createdAt: Number(NOW),
      state: 'refused' as const,
      serverAddress: ADDRESS,
      serverChallenge: '00'.repeat(16),
      ciPkId: '00',
      serverCiPkId: '00',
      device: { eid: EID },
    };
    sessions.begin(session, '');
    sessions.set(session);
    await store.change().putSession(session).commit({ durable: true });
    expect(foundIn(folder, eidForms('EID', EID))).toHaveLength(2);
    time += 1_800n;
    await new Promise<void>((resolve) => {
      heard = () => {
        if (sweeps.some((swept) => swept.sessions === 1)) resolve();
      };
    });
    expect(foundIn(folder, eidForms('EID', EID))).toEqual([]);
  } finally {
    await service.close();
  }
  const count = sweeps.length;
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  expect(sweeps).toHaveLength(count);
});
