/** Many sessions, their limits, and what is left of them after the process. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { refusalOf } from '../../support/rsp/refusal.ts';
import {
  authenticateServer,
  eidOf,
  installationResult,
  otherEuicc,
  sgp26Euicc,
} from '../../support/rsp/soft-euicc.ts';
import { TestSmdp } from '../../support/rsp/smdpp.ts';
import { Locks } from '../../../src/rsp/server/locks.ts';
import { isExpired } from '../../../src/rsp/smdpp/order.ts';
import type { Session } from '../../../src/rsp/smdpp/session.ts';
import { SessionTable } from '../../../src/rsp/smdpp/sessions.ts';
import { SmdpStore } from '../../../src/rsp/smdpp/store.ts';

let smdp: TestSmdp;
beforeEach(async () => {
  smdp = await TestSmdp.open();
});
afterEach(() => smdp.close());

const euicc = sgp26Euicc();
const other = otherEuicc('89049032123451234512345678901236');

/** The service checks its clock; what is inside is safe without that. */
test('by a time that is none sessions and orders are over', () => {
  const limits = { lifetime: 60, begunLifetime: 60, count: 1, begun: 1, begunPerAddress: 1 };
  const session = { transactionId: '01', createdAt: 1, state: 'initiated' } as Session;
  const none = [NaN, undefined, 'tomorrow'] as unknown as bigint[];
  for (const time of none) {
    const table = new SessionTable(limits, () => time, [session]);
    expect([time, table.get('01')]).toEqual([time, undefined]);
    expect(isExpired({ expiresAt: 2 }, time)).toBe(true);
  }
  expect(new SessionTable(limits, () => 60n, [session]).get('01')).toBe(session);
  expect(isExpired({ expiresAt: 2 }, 1n)).toBe(false);
});

describe('after a restart', () => {
  test('every step of a download goes on', async () => {
    const { matchingId, iccid } = await smdp.order({ confirmationCode: '1' });
    const { transactionId, serverSigned1 } = await smdp.initiate(euicc);
    await smdp.restart();
    const response = authenticateServer(euicc, serverSigned1, { matchingId });
    const authenticateServerResponse = { ...response, der: new Uint8Array() };
    const answer = await smdp.server.authenticateClient({
      transactionId,
      authenticateServerResponse,
    });
    await smdp.restart();
    expect(await refusalOf(smdp.bind(euicc, answer, { code: '2' }))).toBe('8.2.7/3.8');
    await smdp.restart();
    const bound = await smdp.bind(euicc, answer, { code: '1' });
    expect(bound.boundProfilePackage.length).toBeGreaterThan(3_000);
    await smdp.restart();
    expect(await refusalOf(smdp.bind(euicc, answer, { code: '1' }))).toBe('8.10.1/3.9');
    const pendingNotification = installationResult(euicc, transactionId, iccid);
    expect(await smdp.server.handleNotification({ pendingNotification })).toBe('recorded');
    await smdp.restart();
    expect(await smdp.storedOrder(iccid)).toMatchObject({
      state: 'installed',
      attempts: 1,
      confirmation: { failures: 1 },
    });
  });

  test('a package is the same, and a used session stays used', async () => {
    const { matchingId } = await smdp.order({ rebinding: false });
    await smdp.download(euicc, matchingId);
    await smdp.restart();
    expect(await refusalOf(smdp.download(euicc, matchingId))).toBe('accepted');
  });

  test('sessions that are over stay over', async () => {
    const { matchingId } = await smdp.order();
    const answer = await smdp.authenticate(euicc, matchingId);
    await smdp.restart();
    smdp.time += 1_800n;
    expect(await refusalOf(smdp.bind(euicc, answer))).toBe('8.10.1/3.9');
  });

  test('orders keep their sequence', async () => {
    const first = await smdp.order();
    await smdp.restart();
    const second = await smdp.order({ iccid: await smdp.profile() });
    expect(second.sequence).toBeGreaterThan(first.sequence);
  });
});

describe('default orders', () => {
  test('go to the devices that ask, one each, also at the same time', async () => {
    const iccids = [];
    for (let i = 0; i < 2; i++) {
      iccids.push((await smdp.order({ matchingId: '', anyDevice: true })).iccid);
    }
    const answers = await Promise.all([smdp.authenticate(euicc), smdp.authenticate(other)]);
    await Promise.all([smdp.bind(euicc, answers[0]!), smdp.bind(other, answers[1]!)]);
    const orders = await Promise.all(iccids.map((iccid) => smdp.storedOrder(iccid)));
    const eids = orders.map((order) => order?.delivery?.eid);
    expect(eids.sort()).toEqual([eidOf(euicc), eidOf(other)].sort());
    // nothing is left for a third one; those two may come back for theirs
    const third = otherEuicc('89049032123451234512345678901237');
    expect(await refusalOf(smdp.authenticate(third))).toBe('8.1.1/3.8');
  });

  test('that are on offer to another device are not shown', async () => {
    await smdp.order({ matchingId: '', anyDevice: true });
    await smdp.authenticate(euicc);
    expect(await refusalOf(smdp.authenticate(other))).toBe('8.1.1/3.8');
    smdp.time += 1_800n;
    expect(await refusalOf(smdp.authenticate(other))).toBe('accepted');
  });

  test('of an EID come first', async () => {
    await smdp.order({ matchingId: '', anyDevice: true });
    const mine = await smdp.order({ matchingId: '', eid: eidOf(euicc) });
    await smdp.download(euicc);
    expect((await smdp.storedOrder(mine.iccid))?.state).toBe('downloaded');
  });
});

describe('one message of a kind', () => {
  test('is accepted, however many arrive at the same time', async () => {
    const { matchingId, iccid } = await smdp.order();
    const answer = await smdp.authenticate(euicc, matchingId);
    const outcomes = await Promise.all(
      Array.from({ length: 5 }, () => refusalOf(smdp.bind(euicc, answer))),
    );
    expect(outcomes.filter((outcome) => outcome === 'accepted')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === '8.10.1/3.9')).toHaveLength(4);
    expect((await smdp.storedOrder(iccid))?.delivery?.sessions).toHaveLength(1);
  });
});

test('two processes cannot open one store', async () => {
  await expect(SmdpStore.open(smdp.folder)).rejects.toMatchObject({
    code: 'ERR_RSP_STORE',
    reason: 'locked',
  });
});

test('a lock lets one in at a time, in order, also after an error', async () => {
  const locks = new Locks();
  const log: string[] = [];
  const work = (name: string) =>
    locks.run('key', async () => {
      log.push(`${name} in`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      log.push(`${name} out`);
      if (name === 'a') throw Error('a');
    });
  const outcomes = await Promise.allSettled([work('a'), work('b')]);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  expect(log).toEqual(['a in', 'a out', 'b in', 'b out']);
});
