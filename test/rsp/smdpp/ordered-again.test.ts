/** A profile that was cancelled and ordered again: its ICCID, and here its MatchingID too, are those of before. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { cancelOrder } from '../../../src/rsp/smdpp/es2p/orders.ts';
import { refusalOf } from '../../support/rsp/refusal.ts';
import { cancelSession, sgp26Euicc } from '../../support/rsp/soft-euicc.ts';
import { TestSmdp } from '../../support/rsp/smdpp.ts';

let smdp: TestSmdp;
beforeAll(async () => {
  smdp = await TestSmdp.open();
});
afterAll(() => smdp.close());

const euicc = sgp26Euicc();

/** A device is offered an order, which somebody else orders again before it goes on. */
async function orderedAgain(next: { readonly confirmationCode?: string } = {}) {
  const { iccid, matchingId } = await smdp.order();
  const answer = await smdp.authenticate(euicc, matchingId);
  const { context } = smdp.server;
  await cancelOrder(context, { iccid, finalProfileStatusIndicator: 'Available' });
  await smdp.order({ iccid, matchingId, ...next });
  return { answer, order: async () => (await smdp.storedOrder(iccid))! };
}

test('8.2/3.7 for the package: it is of the next order', async () => {
  const { answer, order } = await orderedAgain();
  const before = await order();
  expect(await refusalOf(smdp.bind(euicc, answer))).toBe('8.2/3.7');
  expect(await order()).toEqual(before);
});

test('a confirmation code of the device uses up no try of the next order', async () => {
  const { answer, order } = await orderedAgain({ confirmationCode: '1234' });
  const before = await order();
  expect(await refusalOf(smdp.bind(euicc, answer, { code: '9999' }))).toBe('8.2/3.7');
  expect(await order()).toEqual(before);
});

test('a cancellation ends the session and not the next order', async () => {
  const { answer, order } = await orderedAgain();
  const before = await order();
  const { transactionId } = answer;
  const { cancelSessionResponse } = cancelSession(euicc, transactionId, 0);
  const response = { ...cancelSessionResponse, der: new Uint8Array() };
  const request = { transactionId, cancelSessionResponse: response };
  expect(await refusalOf(smdp.server.cancelSession(request))).toBe('accepted');
  expect(await order()).toEqual(before);
  expect(await refusalOf(smdp.server.cancelSession(request))).toBe('8.10.1/3.9');
});
