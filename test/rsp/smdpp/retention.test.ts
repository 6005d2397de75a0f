/** What the server drops by itself, and when. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openLevel } from '../../../src/level.ts';
import { cancelOrder } from '../../../src/rsp/smdpp/es2p/orders.ts';
import { install, type Order } from '../../../src/rsp/smdpp/order.ts';
import { Sweeper, type Swept } from '../../../src/rsp/smdpp/retention/sweeper.ts';
import type { SmdpOptions } from '../../../src/rsp/smdpp/settings.ts';
import { foundIn } from '../../support/data-folder.ts';
import { refusalOf } from '../../support/rsp/refusal.ts';
import { cancelSession, installationResult, sgp26Euicc } from '../../support/rsp/soft-euicc.ts';
import { TestSmdp } from '../../support/rsp/smdpp.ts';

const DAY = 86_400;
const euicc = sgp26Euicc();
/** Its EID. */
const DEVICE = '89049032123451234512345678901235';

let smdp: TestSmdp;
beforeEach(async () => {
  smdp = await TestSmdp.open();
});
afterEach(() => smdp.close());

const sweep = () => new Sweeper(smdp.server.context).sweep();
const after = (seconds: number) => {
  smdp.time += BigInt(seconds);
  return sweep();
};
const NOTHING: Partial<Swept> = { packages: 0, orders: 0, claims: 0, failures: [] };

async function reopened(retention: SmdpOptions['retention']) {
  await smdp.close();
  smdp = await TestSmdp.open({ retention: retention as never });
}

/** Downloaded, and installed unless told otherwise. */
async function downloaded({
  installed = true,
  ...order
}: { installed?: boolean; eid?: string } = {}) {
  const { iccid, matchingId, sequence } = await smdp.order(order);
  const { transactionId } = await smdp.download(euicc, matchingId);
  const pendingNotification = installationResult(euicc, transactionId, iccid);
  if (installed) await smdp.server.handleNotification({ pendingNotification });
  return { iccid, sequence, matchingId, pendingNotification };
}

const packagesOf = async ({ iccid, sequence }: { iccid: string; sequence: number }) => {
  const { store } = smdp.server.context;
  return {
    profile: (await store.package(iccid)) !== undefined,
    bound: (await store.boundPackage(sequence)) !== undefined,
  };
};

async function cancelledByUser({ matchingId }: Pick<Order, 'matchingId'>): Promise<void> {
  const { transactionId } = await smdp.authenticate(euicc, matchingId);
  const { cancelSessionResponse } = cancelSession(euicc, transactionId, 0);
  const response = { ...cancelSessionResponse, der: new Uint8Array() };
  await smdp.server.cancelSession({ transactionId, cancelSessionResponse: response });
}

const AVAILABLE = { finalProfileStatusIndicator: 'Available' } as const;

describe('packages', () => {
  test('stay until the installation, and go with the next sweep', async () => {
    const order = await downloaded({ installed: false });
    expect(await sweep()).toMatchObject(NOTHING);
    expect(await packagesOf(order)).toEqual({ profile: true, bound: true });
    // a lost package can still be fetched again
    await smdp.download(euicc, order.matchingId);
    const { pendingNotification } = order;
    await smdp.server.handleNotification({ pendingNotification });
    expect(await sweep()).toMatchObject({ packages: 1, orders: 0 });
    expect(await packagesOf(order)).toEqual({ profile: false, bound: false });
    expect(await smdp.storedOrder(order.iccid)).toMatchObject({ state: 'installed' });
    expect(await sweep()).toMatchObject(NOTHING);
  });

  test('stay for their period', async () => {
    await reopened({ packages: 2 * DAY });
    const order = await downloaded();
    expect(await after(2 * DAY - 1)).toMatchObject(NOTHING);
    expect(await packagesOf(order)).toEqual({ profile: true, bound: true });
    expect(await after(1)).toMatchObject({ packages: 1 });
    expect(await packagesOf(order)).toEqual({ profile: false, bound: false });
  });

  test('of a profile that can be ordered again stay', async () => {
    const order = await smdp.order();
    await cancelledByUser(order);
    expect(await sweep()).toMatchObject({ packages: 1 });
    expect(await packagesOf(order)).toEqual({ profile: true, bound: false });
    await cancelOrder(smdp.server.context, { ...AVAILABLE, iccid: order.iccid });
    await after(40 * DAY);
    const again = await smdp.order({ iccid: order.iccid });
    expect(await refusalOf(smdp.download(euicc, again.matchingId))).toBe('accepted');
  });

  test('of one that never can go', async () => {
    const order = await smdp.order();
    const finalProfileStatusIndicator = 'Unavailable';
    await cancelOrder(smdp.server.context, { finalProfileStatusIndicator, iccid: order.iccid });
    await sweep();
    expect(await packagesOf(order)).toEqual({ profile: false, bound: false });
  });
});

describe('an order', () => {
  const stored = (sequence: number) => smdp.server.context.store.order(sequence);

  test('is erased when its period after the installation is over, and not before', async () => {
    const { sequence, iccid, pendingNotification } = await downloaded({ eid: DEVICE });
    expect(await after(30 * DAY - 1)).toMatchObject({ packages: 1, orders: 0 });
    expect(await stored(sequence)).toMatchObject({ eid: DEVICE, state: 'installed' });
    expect(await after(1)).toMatchObject({ orders: 1 });
    expect(await stored(sequence)).toBeUndefined();
    expect(await smdp.storedOrder(iccid)).toBeUndefined();
    // and the profile is not given to anybody else
    expect(await refusalOf(smdp.order({ iccid }))).toBe('8.2.1/3.3');
    expect(await smdp.server.handleNotification({ pendingNotification })).toBe('ignored');
    expect(await sweep()).toMatchObject(NOTHING);
  });

  test('that failed leaves no more than its operator needs to put the profile back in stock', async () => {
    const order = await smdp.order({ eid: DEVICE });
    await cancelledByUser(order);
    const { iccid, sequence } = order;
    expect(await after(30 * DAY)).toMatchObject({ orders: 1 });
    const left = await stored(sequence);
    expect(left).toMatchObject({ iccid, sequence, state: 'error', erased: true, history: [] });
    expect(JSON.stringify(left)).not.toContain(DEVICE);
    expect(await after(400 * DAY)).toMatchObject(NOTHING);
    // no EID is left that it had to be named with
    expect(await refusalOf(cancelOrder(smdp.server.context, { ...AVAILABLE, iccid }))).toBe(
      'accepted',
    );
    expect(await refusalOf(smdp.order({ iccid }))).toBe('accepted');
    expect(await after(30 * DAY)).toMatchObject({ orders: 1 });
    expect(await stored(sequence)).toBeUndefined();
  });

  test('that expired ends a period later', async () => {
    const expiresAt = Number(smdp.time) + DAY;
    const order = await smdp.order({ eid: DEVICE, expiresAt });
    expect(await after(31 * DAY - 1)).toMatchObject(NOTHING);
    expect(await refusalOf(smdp.authenticate(euicc, order.matchingId))).toBe('8.8.5/4.10');
    expect(await after(1)).toMatchObject({ orders: 1 });
    expect(await stored(order.sequence)).toMatchObject({ state: 'error', failure: 'expired' });
    expect(await refusalOf(smdp.authenticate(euicc, order.matchingId))).toBe('8.2.6/3.8');
  });

  test('whose device says nothing any more ends, and its profile goes to nobody else', async () => {
    const order = await downloaded({ installed: false });
    expect(await after(180 * DAY - 1)).toMatchObject(NOTHING);
    expect(await after(1)).toMatchObject({ orders: 1 });
    expect(await stored(order.sequence)).toBeUndefined();
    expect(await packagesOf(order)).toEqual({ profile: false, bound: false });
    expect(await refusalOf(smdp.order({ iccid: order.iccid }))).toBe('8.2.1/3.3');
  });

  test('that waits for its device stays', async () => {
    const order = await smdp.order({ eid: DEVICE, matchingId: '' });
    expect(await after(3_650 * DAY)).toMatchObject(NOTHING);
    expect(await stored(order.sequence)).toMatchObject({ state: 'released', eid: DEVICE });
  });

  test('of a later customer has nothing of an earlier one', async () => {
    const order = await smdp.order({ eid: DEVICE });
    await cancelledByUser(order);
    const { iccid } = order;
    await cancelOrder(smdp.server.context, { ...AVAILABLE, iccid, eid: DEVICE });
    const next = await smdp.order({ iccid });
    expect(next.history.map(({ event }) => event)).toEqual(['ordered', 'confirmed and released']);
    expect(JSON.stringify(next)).not.toContain(DEVICE);
    expect(next.attempts).toBe(0);
    // erasing the earlier one takes nothing from it
    expect(await after(30 * DAY)).toMatchObject({ orders: 1 });
    expect(await smdp.storedOrder(iccid)).toEqual(next);
    expect(await refusalOf(smdp.download(euicc, next.matchingId))).toBe('accepted');
  });

  test('is one of many that go in steps, while others are worked on', async () => {
    const orders = [];
    for (let i = 0; i < 130; i++) orders.push(await smdp.order());
    const { context } = smdp.server;
    for (const order of orders) {
      const change = context.store.change().putOrder(install(order, Number(smdp.time)), order);
      await change.commit({ durable: false });
    }
    const waiting = await smdp.order();
    smdp.time += BigInt(30 * DAY);
    const [swept, outcome] = await Promise.all([
      sweep(),
      refusalOf(smdp.download(euicc, waiting.matchingId)),
    ]);
    expect(swept).toMatchObject({ packages: 130, orders: 130 });
    expect(outcome).toBe('accepted');
  });

  test('that cannot be read keeps no other from going', async () => {
    const damaged = await downloaded();
    const { store } = smdp.server.context;
    const order = (await stored(damaged.sequence))!;
    const wrong = { ...order, rebinding: 'no' } as never;
    await store.change().putOrder(wrong, order).commit({ durable: false });
    const other = await downloaded();
    const swept = await after(30 * DAY);
    expect(swept).toMatchObject({ packages: 1, orders: 1 });
    expect(swept.failures).toMatchObject([{ code: 'ERR_RSP_STORE' }, { code: 'ERR_RSP_STORE' }]);
    expect(swept.rewritten).toBeGreaterThan(0);
    expect(await stored(other.sequence)).toBeUndefined();
  });
});

describe('that a device had its one', () => {
  const PSEUDONYM = '123456789012345678901234567890123456789';

  test('outlives the order by its own period, as a hash', async () => {
    const { sequence } = await downloaded();
    const { store } = smdp.server.context;
    const before = (await store.order(sequence))!;
    const taken = { ...before, oncePerDevice: true, takenBy: PSEUDONYM };
    await store.change().putOrder(taken, before).commit({ durable: true });
    const claims = async () => {
      const found: number[] = [];
      for await (const claim of smdp.server.context.store.claims(PSEUDONYM)) found.push(claim);
      return found;
    };
    expect(await after(30 * DAY)).toMatchObject({ orders: 1, claims: 0 });
    expect(await claims()).toEqual([sequence]);
    expect(foundIn(smdp.folder, { pseudonym: Buffer.from(PSEUDONYM) })).toEqual([]);
    await smdp.restart();
    expect(await after(335 * DAY - 1)).toMatchObject({ claims: 0 });
    expect(await claims()).toEqual([sequence]);
    expect(await after(1)).toMatchObject({ claims: 1 });
    expect(await claims()).toEqual([]);
    expect(await sweep()).toMatchObject(NOTHING);
  });
});

describe('sessions', () => {
  const stored = async () => {
    const found: string[] = [];
    for await (const { transactionId } of smdp.server.context.store.sessions())
      found.push(transactionId);
    return found.length;
  };

  test('go from memory and from the disk when their time is over, also where nobody comes', async () => {
    await smdp.initiate(euicc);
    await smdp.authenticate(euicc, (await smdp.order()).matchingId);
    expect(await refusalOf(smdp.authenticate(euicc, 'UNKNOWN'))).toBe('8.2.6/3.8');
    const { sessions } = smdp.server.context;
    const begun = sessions.size;
    expect(begun).toBe(3);
    expect(await sweep()).toMatchObject({ sessions: 0 });
    expect(sessions.size).toBe(begun);
    await after(1_800);
    expect([sessions.size, await stored()]).toEqual([0, 0]);
  });

  test('that ended in a crash leave no record', async () => {
    await smdp.authenticate(euicc, (await smdp.order()).matchingId);
    smdp.time += 1_800n;
    await smdp.restart();
    expect(await stored()).toBe(1);
    expect(await sweep()).toMatchObject({ sessions: 1 });
    expect(await stored()).toBe(0);
  });

  test('that run are not touched, whenever a sweep comes', async () => {
    await reopened({ packages: 0, orders: 0, undecided: DAY, claims: 0 });
    const { matchingId, iccid } = await smdp.order();
    await smdp.initiate(euicc);
    await sweep();
    const answer = await smdp.authenticate(euicc, matchingId);
    await sweep();
    await smdp.bind(euicc, answer);
    await sweep();
    const pendingNotification = installationResult(euicc, answer.transactionId, iccid);
    expect(await smdp.server.handleNotification({ pendingNotification })).toBe('recorded');
    expect(await sweep()).toMatchObject({ packages: 1, orders: 1 });
    const { cancelSessionResponse } = cancelSession(euicc, answer.transactionId, 0);
    const response = { ...cancelSessionResponse, der: new Uint8Array() };
    const { transactionId } = answer;
    await smdp.server.cancelSession({ transactionId, cancelSessionResponse: response });
  });
});

describe('the disk', () => {
  const EID = { eid: Buffer.from(DEVICE) };

  test('is cleaned of what was deleted before a crash', async () => {
    await downloaded({ eid: DEVICE });
    expect(foundIn(smdp.folder, EID)).toEqual(['eid']);
    smdp.time += BigInt(30 * DAY);
    const { context } = smdp.server;
    // everything but the rewriting
    const store = Object.assign(Object.create(context.store) as typeof context.store, {
      rewrite: () => Promise.reject(Error('the process ends')),
    });
    for (const method of ['order', 'due', 'change', 'sessions', 'dueClaims'] as const) {
      Object.assign(store, { [method]: context.store[method].bind(context.store) });
    }
    const swept = await new Sweeper({ ...context, store }).sweep();
    expect(swept).toMatchObject({ orders: 1, rewritten: 0 });
    expect(foundIn(smdp.folder, EID)).toEqual(['eid']);
    await smdp.restart();
    expect(await sweep()).toMatchObject({ orders: 0 });
    expect(foundIn(smdp.folder, EID)).toEqual([]);
  });

  test('has EIDs and pseudonyms in no key, since keys get into files that nothing rewrites', async () => {
    const order = await smdp.order({ eid: DEVICE, matchingId: '' });
    const { store } = smdp.server.context;
    const names = { pseudonym: '12345678901234567890', takenBy: '98765432109876543210' };
    const delivery = { eid: DEVICE, pseudonym: names.pseudonym, euiccOtpk: '04', sessions: [] };
    const taken = { ...order, state: 'downloaded' as const, delivery, takenBy: names.takenBy };
    await store.change().putOrder(taken, order).commit({ durable: true });
    const found: number[] = [];
    for await (const sequence of store.pending({ eid: DEVICE })) found.push(sequence);
    for await (const sequence of store.pending({ pseudonym: names.pseudonym }))
      found.push(sequence);
    for await (const sequence of store.claims(names.takenBy)) found.push(sequence);
    expect(found).toEqual([order.sequence, order.sequence, order.sequence]);
    await store.close();
    const level = await openLevel(smdp.folder, {
      values: 'utf8',
      what: 'the store',
      code: 'ERR_RSP_STORE',
    });
    const keys = (await level.keys().all()).join('\n');
    await level.close();
    expect(keys).toMatch(/pending!.*\n.*pending!/);
    for (const name of [DEVICE, ...Object.values(names)]) expect(keys).not.toContain(name);
    await smdp.restart();
  });

  test('keeps no EID of a device that was refused, once its session is over', async () => {
    expect(await refusalOf(smdp.authenticate(euicc, 'UNKNOWN'))).toBe('8.2.6/3.8');
    expect(foundIn(smdp.folder, EID)).toEqual(['eid']);
    await after(1_800);
    expect(foundIn(smdp.folder, EID)).toEqual([]);
  });

  test('is not rewritten where nothing was deleted', async () => {
    await sweep();
    await smdp.order();
    expect(await sweep()).toMatchObject({ rewritten: 0 });
  });

  test('is cleaned of what a reader still had when it was deleted', async () => {
    await downloaded({ eid: DEVICE });
    const reader = smdp.server.context.store.orders()[Symbol.asyncIterator]();
    await reader.next();
    smdp.time += BigInt(30 * DAY);
    const sweeping = sweep();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(foundIn(smdp.folder, EID)).toEqual(['eid']);
    await reader.return?.();
    await sweeping;
    expect(foundIn(smdp.folder, EID)).toEqual([]);
  });
});
