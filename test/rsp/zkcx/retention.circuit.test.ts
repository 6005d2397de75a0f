/** What is left of downloads in zkCX once their periods are over: see retention.test.ts for classic ones. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { sealNotification } from '../../../src/rsp/zkcx/channel.ts';
import { encodeZkcxRequest } from '../../../src/rsp/zkcx/messages.ts';
import { readEvidence } from '../../../src/rsp/zkcx/server/evidence.ts';
import { ZKCX_MODES } from '../../../src/rsp/zkcx/negotiation.ts';
import { forgetDevice } from '../../../src/rsp/smdpp/retention/forget.ts';
import { Sweeper } from '../../../src/rsp/smdpp/retention/sweeper.ts';
import { foundIn, piecesOf } from '../../support/data-folder.ts';
import { refusalOf } from '../../support/rsp/refusal.ts';
import { eidOf, installationResult } from '../../support/rsp/soft-euicc.ts';
import { authenticated, begin, device } from './server-device.ts';
import { ZkcxSmdp } from './zkcx-smdp.ts';

let server: ZkcxSmdp;
beforeEach(async () => {
  server = await ZkcxSmdp.open();
});
afterEach(() => server.close());

const one = device();
const DAY = 86_400n;
const text = (value: string) => new TextEncoder().encode(value);

const sweep = () => new Sweeper(server.smdp.server.context).sweep();

/** A whole download, once per device; what of it is personal. */
async function downloaded(mode: (typeof ZKCX_MODES)[number]) {
  const { matchingId, iccid, sequence } = await server.smdp.order({ oncePerDevice: true });
  const { visit, smdpSignature2 } = await authenticated(server, one, mode, matchingId);
  const { notificationKey } = await visit.fetch(smdpSignature2);
  const pendingNotification = installationResult(one.euicc, visit.signedId, iccid, {
    signer: visit.signer,
  });
  const body = encodeZkcxRequest('handleNotification', { pendingNotification });
  const sealed = await sealNotification(notificationKey, visit.parts.transcript.session, body);
  await visit.send('handleNotification', sealed);
  const order = (await server.smdp.server.context.store.order(sequence))!;
  expect(order.state).toBe('installed');
  const { delivery, takenBy } = order;
  const evidence = readEvidence(delivery!.sessions[0]!.evidence!);
  const personal = {
    pseudonym: text(takenBy!),
    'notification key': evidence.notificationSecret,
    'session hash': evidence.sessionHash,
    ...piecesOf('session key', visit.signer.point.slice(1), 32),
    ...(mode === 'zkcx-device' ? { EID: text(eidOf(one.euicc)) } : {}),
  };
  return { personal, takenBy: takenBy!, iccid };
}

describe.each(ZKCX_MODES)('a download in %s', (mode) => {
  test('leaves nothing of the device but that it had its one, as a hash', async () => {
    const { personal, takenBy } = await downloaded(mode);
    expect(foundIn(server.smdp.folder, personal)).toEqual(Object.keys(personal));
    server.smdp.time += 30n * DAY;
    expect(await sweep()).toMatchObject({ packages: 1, orders: 1, claims: 0, failures: [] });
    expect(foundIn(server.smdp.folder, personal)).toEqual([]);
    // what is accepted in the test counts no longer by then
    server.smdp.time -= 30n * DAY;
    const { matchingId } = await server.smdp.order({ oncePerDevice: true });
    const visit = await begin(server, one, mode);
    expect(await refusalOf(visit.authenticate(matchingId))).toBe('8.2.6/3.8');

    const { context } = server.smdp.server;
    const forgotten = await forgetDevice(context, { name: takenBy, dryRun: false });
    expect(forgotten).toMatchObject({ orders: 0, claims: 1, left: { orders: [] } });
    const again = await authenticated(server, one, mode, matchingId);
    await again.visit.fetch(again.smdpSignature2);
    // a claim of an order that has not ended stays
    expect(await forgetDevice(context, { name: takenBy, dryRun: false })).toMatchObject({
      orders: 0,
      claims: 0,
      left: { orders: [{ state: 'downloaded' }] },
    });
  });

  test('is forgotten with what it took, by its pseudonym', async () => {
    const { personal, takenBy } = await downloaded(mode);
    const { context } = server.smdp.server;
    const forgotten = await forgetDevice(context, { name: takenBy, dryRun: false });
    expect(forgotten).toMatchObject({ orders: 1, claims: 1, left: { orders: [] } });
    expect(foundIn(server.smdp.folder, personal)).toEqual([]);
  });
});

test('a device that is forgotten by its EID is forgotten by the pseudonym that came with it', async () => {
  await downloaded('zkcx-device');
  const { context } = server.smdp.server;
  const forgotten = await forgetDevice(context, { name: eidOf(one.euicc), dryRun: false });
  expect(forgotten).toMatchObject({ orders: 1, claims: 1 });
  const { matchingId } = await server.smdp.order({ oncePerDevice: true });
  const { visit, smdpSignature2 } = await authenticated(server, one, 'zkcx', matchingId);
  await visit.fetch(smdpSignature2);
});

test('sessions that are over go from memory with their keys, also where nobody comes', async () => {
  const { matchingId } = await server.smdp.order();
  await authenticated(server, one, 'zkcx', matchingId);
  const { sessions } = server.smdp.server.context;
  expect(sessions.all()).toHaveLength(1);
  await sweep();
  expect(sessions.all()).toHaveLength(1);
  server.smdp.time += 600n;
  await sweep();
  // as if the clock went back: they are gone, and not only over
  server.smdp.time -= 600n;
  expect(sessions.all()).toEqual([]);
});
