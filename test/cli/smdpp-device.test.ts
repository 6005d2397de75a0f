/** `order purge`, `device show` and `device forget`, on a folder alone and beside its server. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ShownDevice } from '../../src/rsp/smdpp/retention/device.ts';
import { serveSmdp, type SmdpService } from '../../src/rsp/smdpp/service.ts';
import { sha256 } from '@noble/hashes/sha2.js';
import { foundIn } from '../support/data-folder.ts';
import { told, zkcx } from '../support/cli.ts';
import { NOW } from '../support/certificates/chains.ts';
import { refusalOf } from '../support/rsp/refusal.ts';
import { TestClient } from '../support/rsp/client.ts';
import { sgp26Euicc } from '../support/rsp/soft-euicc.ts';
import { ADDRESS, testPackage, testTrust } from '../support/rsp/smdpp.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const EID = '89049032123451234512345678901235';
const PSEUDONYM = '123456789012345678901234567890123456789';
const euicc = sgp26Euicc();
const KEY = Buffer.from(euicc.key.point.slice(1));
const CODE_HASH = Buffer.from(sha256(new TextEncoder().encode('24680')));

let service: SmdpService | undefined;
const serve = async (data: string) => {
  service = await serveSmdp({
    folder: data,
    settings: { address: ADDRESS },
    trust: testTrust(),
    es9p: { host: '127.0.0.1', port: 0 },
    now: () => NOW,
  });
  return service;
};
const stop = async () => {
  await service?.close();
  service = undefined;
};
afterAll(stop);

const iccidOf = (i: number) => `894400000000000001${i}`;

/** A folder with an order of each kind; `downloaded` of them by the device. */
async function filled(data: string): Promise<void> {
  const smdpp = (...args: string[]) => told('smdpp', ...args, '--data', data);
  for (let i = 0; i < 4; i++) {
    const file = join(data, '..', `profile-${i}.der`);
    writeFileSync(file, testPackage(iccidOf(i)));
    const names = ['--provider', 'Operator', '--name', 'Plan', '--address', ADDRESS];
    expect(await smdpp('profile', 'add', file, ...names)).toMatchObject({ status: 0 });
  }
  const secret = join(data, '..', 'code');
  writeFileSync(secret, '24680\n', { mode: 0o600 });
  const order = (i: number, ...more: string[]) =>
    smdpp(
      'order',
      'add',
      '--iccid',
      iccidOf(i),
      '--matching-id',
      `ORDER-${i}`,
      '--address',
      ADDRESS,
      ...more,
    );
  await order(0, '--eid', EID);
  await order(1, '--eid', EID, '--confirmation-code-file', secret);
  await order(2);
  await order(3);
  const { es9p } = await serve(data);
  const client = new TestClient(es9p.url);
  const { transactionId } = await client.download(euicc, 'ORDER-0');
  await client.installed(euicc, transactionId, iccidOf(0));
  // a session that is over only in a while, about no order
  expect(await refusalOf(client.download(euicc, 'UNKNOWN'))).toBe('8.2.6/3.8');
  client.close();
  await stop();
}

describe.each([['alone'], ['beside its server']])('a folder %s', (how) => {
  const data = join(temporaryFolder(), 'data');
  const smdpp = (...args: string[]) => told('smdpp', ...args, '--data', data);
  beforeAll(async () => {
    await filled(data);
    if (how !== 'alone') await serve(data);
  }, 60_000);
  afterAll(stop);

  test('shows all that is known of an EID, and no secret', async () => {
    const answer = await smdpp('device', 'show', EID);
    expect(answer.status).toBe(0);
    const { orders, sessions, profile, claims } = answer as unknown as ShownDevice;
    expect([profile, claims]).toEqual([undefined, []]);
    expect(orders).toMatchObject([
      {
        iccid: iccidOf(0),
        state: 'installed',
        delivery: { eid: EID, oneTimeKey: 'kept', sessions: [{ euiccKey: 'kept' }] },
      },
      { iccid: iccidOf(1), state: 'released', eid: EID, confirmationCodeHash: 'kept' },
    ]);
    // of a folder alone they are what the last server left
    const byState = sessions.toSorted((a, b) => a.state.localeCompare(b.state));
    expect(byState).toMatchObject([
      { state: 'delivered', eid: EID, euiccKey: 'kept' },
      { state: 'refused', eid: EID, euiccKey: 'kept' },
    ]);
    for (const secret of [KEY.subarray(0, 32), CODE_HASH]) {
      expect(JSON.stringify(answer)).not.toContain(secret.toString('hex'));
    }
    const { stdout } = await zkcx('smdpp', 'device', 'show', EID, '--data', data);
    expect(stdout).toMatch(/Order 5\n {2}iccid: +8944/);
    expect(stdout).toMatch(/confirmationCodeHash: +kept/);
    expect(stdout).toMatch(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ {2}installed/);
    expect(stdout).not.toContain(CODE_HASH.toString('hex'));
  });

  test('shows what is known of an ICCID', async () => {
    const { profile, orders } = (await smdpp(
      'device',
      'show',
      iccidOf(2),
    )) as unknown as ShownDevice;
    expect(profile).toMatchObject({
      iccid: iccidOf(2),
      package: expect.any(Number),
      inStock: false,
    });
    expect(orders).toMatchObject([{ iccid: iccidOf(2), state: 'released' }]);
  });

  test('knows nothing of another name', async () => {
    for (const name of ['89049032123451234512345678901236', PSEUDONYM]) {
      expect(await smdpp('device', 'show', name)).toMatchObject({
        status: 1,
        ok: false,
        orders: [],
      });
    }
    expect(await smdpp('device', 'show', 'x')).toMatchObject({
      status: 2,
      error: { code: 'ERR_ARGUMENT' },
    });
    const { status, stdout } = await zkcx('smdpp', 'device', 'show', PSEUDONYM, '--data', data);
    expect([status, stdout]).toEqual([1, 'Nothing is known of this name\n']);
  });

  test('forgets a device, and says what it leaves', async () => {
    const rehearsed = await smdpp('device', 'forget', EID, '--dry-run');
    expect(rehearsed).toMatchObject({ status: 1, dryRun: true, orders: 1, sessions: 2 });
    expect(foundIn(data, { key: KEY.subarray(0, 32) })).toEqual(['key']);
    const forgotten = await smdpp('device', 'forget', EID);
    expect(forgotten).toMatchObject({
      status: 1,
      ok: false,
      orders: 1,
      sessions: 2,
      left: { orders: [{ iccid: iccidOf(1), state: 'released' }], sessions: 0 },
    });
    expect(foundIn(data, { key: KEY.subarray(0, 32) })).toEqual([]);
    const { orders, sessions } = (await smdpp('device', 'show', EID)) as unknown as ShownDevice;
    expect([orders.length, sessions.length]).toEqual([1, 0]);
    // what was left can be forgotten once it has ended
    await smdpp('order', 'cancel', iccidOf(1), '--eid', EID);
    expect(await smdpp('device', 'forget', EID)).toMatchObject({ status: 0, ok: true, orders: 1 });
    expect(foundIn(data, { eid: Buffer.from(EID), code: CODE_HASH })).toEqual([]);
    expect(await smdpp('device', 'show', EID)).toMatchObject({ status: 1 });
    expect(await smdpp('device', 'forget', EID)).toMatchObject({ status: 0, orders: 0 });
  });

  test('purges one order, by its number or its ICCID, and no live one', async () => {
    const live = { status: 1, error: { code: 'ERR_RSP_REFUSED', reason: '8.2.1/3.3' } };
    expect(await smdpp('order', 'purge', iccidOf(2))).toMatchObject(live);
    expect(await smdpp('order', 'purge', '9999')).toMatchObject({
      status: 1,
      error: { reason: '8.2.1/3.9' },
    });
    const { order } = (await smdpp('order', 'show', iccidOf(2))) as unknown as {
      order: { sequence: number };
    };
    expect(await smdpp('order', 'purge', String(order.sequence))).toMatchObject(live);
    await smdpp('order', 'cancel', iccidOf(2));
    expect(await smdpp('order', 'purge', iccidOf(2), '--dry-run')).toMatchObject({
      status: 0,
      count: 1,
      orders: [{ sequence: order.sequence, state: 'cancelled' }],
    });
    expect(await smdpp('order', 'purge', String(order.sequence))).toMatchObject({
      status: 0,
      count: 1,
    });
    expect(await smdpp('order', 'show', iccidOf(2))).toMatchObject({ status: 1 });
    // its profile is in stock, with its package
    expect(await smdpp('order', 'add', '--iccid', iccidOf(2))).toMatchObject({ status: 0 });
  });

  test('purges all that ended before', async () => {
    await smdpp('order', 'cancel', iccidOf(3));
    const before = (time: string, ...more: string[]) =>
      smdpp('order', 'purge', '--ended-before', time, ...more);
    expect(await before('2001-01-01')).toMatchObject({ status: 0, count: 0 });
    expect(await before('9000-01-01', '--dry-run')).toMatchObject({ count: 1, dryRun: true });
    const purge = ['smdpp', 'order', 'purge', '--ended-before', '9000-01-01', '--data', data];
    const { stdout } = await zkcx(...purge);
    expect(stdout).toMatch(/^\d+ {2}8944000000000000013 {2}cancelled {2}\S+Z\nErased 1 order\n$/);
    expect(await before('9000-01-01')).toMatchObject({ count: 0, orders: [] });
  });

  test.each([[[]], [['8944000000000000013', '--ended-before', '2001-01-01']]])(
    'purge with %j is a usage error',
    async (args) => {
      expect(await smdpp('order', 'purge', ...args)).toMatchObject({
        status: 2,
        error: { code: 'ERR_CLI_USAGE' },
      });
    },
  );
});
