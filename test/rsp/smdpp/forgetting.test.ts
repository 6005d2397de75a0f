/** Erasing what waits to be told to operators, with the orders that it is about. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { cancelOrder } from '../../../src/rsp/smdpp/es2p/orders.ts';
import { showDevice } from '../../../src/rsp/smdpp/retention/device.ts';
import { forgetDevice } from '../../../src/rsp/smdpp/retention/forget.ts';
import { purgeOrders } from '../../../src/rsp/smdpp/retention/purge.ts';
import { foundIn } from '../../support/data-folder.ts';
import { TestSmdp } from '../../support/rsp/smdpp.ts';

const EID = '89049032123451234512345678901235';
const RESULT = Buffer.from('a signed result of the eUICC, with its signature');

let smdp: TestSmdp;
beforeEach(async () => {
  smdp = await TestSmdp.open();
});
afterEach(() => smdp.close());

/** An order that has ended, of which a message waits that does not name the device, and another order's message. */
async function waiting() {
  const { iccid, sequence } = await smdp.order({ eid: EID });
  const other = await smdp.order();
  const { context } = smdp.server;
  const finalProfileStatusIndicator = 'Available';
  await cancelOrder(context, { iccid, eid: EID, finalProfileStatusIndicator });
  const record = { iccid, at: Number(smdp.time), point: 4, call: '00' };
  const change = context.store.change();
  const resultData = RESULT.toString('base64');
  change.putProgress(1, { ...record, order: sequence, resultData }, () => undefined);
  const others = { ...record, iccid: other.iccid, order: other.sequence };
  await change.putProgress(2, others, () => undefined).commit({ durable: true });
  return { iccid, sequence, other, context };
}

const left = async () => {
  const found: number[] = [];
  for await (const [key] of smdp.server.context.store.progress()) found.push(key);
  return found;
};

test('a device that is forgotten takes the messages about its orders along', async () => {
  const { context, sequence } = await waiting();
  const { messages } = await showDevice(context, { name: EID });
  expect(messages).toMatchObject([{ order: sequence, point: 4, signedResult: 'kept' }]);
  expect(JSON.stringify(messages)).not.toContain(RESULT.toString('base64'));
  expect(foundIn(smdp.folder, { RESULT })).toEqual(['RESULT']);
  const rehearsed = await forgetDevice(context, { name: EID, dryRun: true });
  expect(rehearsed).toMatchObject({ orders: 1, messages: 1 });
  expect(await left()).toEqual([1, 2]);
  expect(await forgetDevice(context, { name: EID, dryRun: false })).toMatchObject({ messages: 1 });
  expect(await left()).toEqual([2]);
  expect(foundIn(smdp.folder, { RESULT, EID: Buffer.from(EID) })).toEqual([]);
});

test('an order that is purged takes the messages about it along', async () => {
  const { context, sequence } = await waiting();
  const order = String(sequence);
  await purgeOrders(context, { order, dryRun: true });
  expect(await left()).toEqual([1, 2]);
  await purgeOrders(context, { order, dryRun: false });
  expect(await left()).toEqual([2]);
  expect(foundIn(smdp.folder, { RESULT })).toEqual([]);
});
