/** A profile that was withdrawn and ordered again: its ICCID, and here its MatchingID too, are those of before. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { cancelOrder, downloadOrder } from '../../../src/rsp/smdpp/es2p/orders.ts';
import { refusalOf } from '../../support/rsp/refusal.ts';
import {
  cancelSession,
  installationResult,
  notification,
  otherEuicc,
  sgp26Euicc,
} from '../../support/rsp/soft-euicc.ts';
import { TestSmdp } from '../../support/rsp/smdpp.ts';

let smdp: TestSmdp;
beforeAll(async () => {
  smdp = await TestSmdp.open();
});
afterAll(() => smdp.close());

const euicc = sgp26Euicc();
const other = otherEuicc('89049032123451234512345678901236');

const withdraw = (iccid: string, finalProfileStatusIndicator: 'Available' | 'Unavailable') =>
  cancelOrder(smdp.server.context, { iccid, finalProfileStatusIndicator });

const cancel = (transactionId: Uint8Array, reason: number) => {
  const { cancelSessionResponse } = cancelSession(euicc, transactionId, reason);
  const response = { ...cancelSessionResponse, der: new Uint8Array() };
  return refusalOf(smdp.server.cancelSession({ transactionId, cancelSessionResponse: response }));
};

/** A device is offered an order, which somebody else orders again before it goes on. */
async function orderedAgain(next: { readonly confirmationCode?: string } = {}) {
  const { iccid, matchingId } = await smdp.order();
  const answer = await smdp.authenticate(euicc, matchingId);
  await withdraw(iccid, 'Available');
  await smdp.order({ iccid, matchingId, ...next });
  return { answer, iccid, order: async () => (await smdp.storedOrder(iccid))! };
}

describe('a device that was offered the order of before', () => {
  test('8.10.1/3.9 for the package: its session ended with the order', async () => {
    const { answer, order } = await orderedAgain();
    const before = await order();
    expect(await refusalOf(smdp.bind(euicc, answer))).toBe('8.10.1/3.9');
    expect(await order()).toEqual(before);
  });

  test('uses up no try of the next order with its confirmation codes', async () => {
    const { answer, order } = await orderedAgain({ confirmationCode: '1234' });
    const before = await order();
    for (let i = 0; i < 3; i++) {
      expect(await refusalOf(smdp.bind(euicc, answer, { code: '9999' }))).toBe('8.10.1/3.9');
    }
    expect(await order()).toEqual(before);
  });

  test.each([0, 1, 5])('cancels nothing, with reason %i', async (reason) => {
    const { answer, order } = await orderedAgain();
    const before = await order();
    expect(await cancel(answer.transactionId, reason)).toBe('8.10.1/3.9');
    expect(await order()).toEqual(before);
  });

  test('finds its session ended after a restart too', async () => {
    const { answer, order } = await orderedAgain();
    const before = await order();
    await smdp.restart();
    expect(await refusalOf(smdp.bind(euicc, answer))).toBe('8.10.1/3.9');
    expect(await order()).toEqual(before);
  });

  test('does not come back with what it sent at the moment of the withdrawal', async () => {
    const { iccid, matchingId } = await smdp.order();
    const answer = await smdp.authenticate(euicc, matchingId);
    const [fetched, , cancelled] = await Promise.all([
      refusalOf(smdp.bind(euicc, answer)),
      refusalOf(withdraw(iccid, 'Available')),
      cancel(answer.transactionId, 0),
    ]);
    // whichever was first: who has the package keeps the order, and who has not has no session
    expect(['accepted', '8.10.1/3.9']).toContain(fetched);
    expect(['accepted', '8.10.1/3.9']).toContain(cancelled);
    if (fetched !== 'accepted') expect((await smdp.storedOrder(iccid))?.state).toBe('cancelled');
    const stored: string[] = [];
    for await (const { transactionId } of smdp.server.context.store.sessions()) {
      stored.push(transactionId);
    }
    expect(stored).not.toContain(Buffer.from(answer.transactionId).toString('hex'));
  });

  test('says nothing about the next one with a result or a notification', async () => {
    const { iccid, matchingId } = await smdp.order();
    const { transactionId } = await smdp.download(euicc, matchingId);
    await cancel(transactionId, 5);
    await withdraw(iccid, 'Available');
    await smdp.order({ iccid, matchingId });
    await smdp.download(other, matchingId);
    const before = await smdp.storedOrder(iccid);
    const handle = (pendingNotification: ReturnType<typeof notification>) =>
      smdp.server.handleNotification({ pendingNotification });
    expect(await handle(installationResult(euicc, transactionId, iccid))).toBe('ignored');
    expect(await handle(notification(euicc, iccid, 'delete', 3))).toBe('ignored');
    expect(await smdp.storedOrder(iccid)).toEqual(before);
  });
});

describe('an order', () => {
  test('ends the sessions of all devices that it was offered to', async () => {
    const { iccid, matchingId } = await smdp.order();
    const answers = [
      [euicc, await smdp.authenticate(euicc, matchingId)],
      [other, await smdp.authenticate(other, matchingId)],
      [euicc, await smdp.authenticate(euicc, matchingId)],
    ] as const;
    const foreign = await smdp.order();
    const kept = await smdp.authenticate(euicc, foreign.matchingId);
    await withdraw(iccid, 'Unavailable');
    for (const [device, answer] of answers) {
      expect(await refusalOf(smdp.bind(device, answer))).toBe('8.10.1/3.9');
    }
    expect(await refusalOf(smdp.bind(euicc, kept))).toBe('accepted');
  });

  test('begins without the history of the one before, which is kept apart', async () => {
    const { order } = await orderedAgain();
    const next = await order();
    expect(next.history.map(({ event }) => event)).toEqual(['ordered', 'confirmed and released']);
    const all = [];
    for await (const one of smdp.server.context.store.orders()) {
      if (one.iccid === next.iccid) all.push(one);
    }
    expect(all.map(({ state }) => state)).toEqual(['cancelled', 'released']);
    expect(all[0]?.history.map(({ event }) => event)).toContain('authenticated');
    expect(all[1]?.sequence).toBeGreaterThan(all[0]!.sequence);
  });

  test('has a time at which it ended, and none while it goes on', async () => {
    const { iccid, matchingId } = await smdp.order();
    expect(await smdp.storedOrder(iccid)).not.toHaveProperty('endedAt');
    const { transactionId } = await smdp.download(euicc, matchingId);
    smdp.time += 50n;
    await cancel(transactionId, 5);
    const ended = Number(smdp.time);
    expect(await smdp.storedOrder(iccid)).toMatchObject({ state: 'error', endedAt: ended });
    smdp.time += 50n;
    await withdraw(iccid, 'Unavailable');
    // it ended when the device gave up
    expect(await smdp.storedOrder(iccid)).toMatchObject({ state: 'unavailable', endedAt: ended });
  });
});

describe('an ICCID that was freed', () => {
  const profileType = 'freed';
  const next = async () => (await downloadOrder(smdp.server.context, { profileType })).iccid;

  test('is at the end of the stock of its type', async () => {
    const stock = [];
    for (let i = 0; i < 3; i++) stock.push(await smdp.profile({ profileType }));
    const [one, two, three] = stock;
    expect(await next()).toBe(one);
    await withdraw(one!, 'Available');
    expect(await next()).toBe(two);
    await withdraw(two!, 'Available');
    await smdp.restart();
    expect([await next(), await next(), await next()]).toEqual([three, one, two]);
    expect(await refusalOf(next())).toBe('8.2.5/3.7');
    await withdraw(three!, 'Unavailable');
    expect(await refusalOf(next())).toBe('8.2.5/3.7');
    expect(await refusalOf(smdp.order({ iccid: three! }))).toBe('8.2.1/3.3');
  });

  test('can be ordered by its name before its turn, once', async () => {
    const stock = [await smdp.profile({ profileType }), await smdp.profile({ profileType })];
    await smdp.order({ iccid: stock[1]! });
    expect(await next()).toBe(stock[0]);
    expect(await refusalOf(next())).toBe('8.2.5/3.7');
    expect(await refusalOf(smdp.order({ iccid: stock[1]! }))).toBe('8.2.1/3.3');
  });

  test('of a type with odd characters, or one that another begins with, is found by its own', async () => {
    const types = ['a', 'a!b', 'é"', 'ab'];
    const stock = [];
    for (const profileType of types) stock.push(await smdp.profile({ profileType }));
    const order = (profileType: string) => downloadOrder(smdp.server.context, { profileType });
    for (const [i, type] of types.entries()) expect((await order(type)).iccid).toBe(stock[i]);
    expect(await refusalOf(order('a!'))).toBe('8.2.5/3.9');
  });
});
