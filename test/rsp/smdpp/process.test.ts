/** `zkcx smdpp` as its operator meets it: commands, a server, and the end of a process. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { AdministrationFunction } from '../../../src/rsp/smdpp/administration.ts';
import { administrate } from '../../../src/rsp/smdpp/service.ts';
import type { ShownOrder } from '../../../src/rsp/smdpp/shown-order.ts';
import { told } from '../../support/cli.ts';
import { privateCopy } from '../../support/private-copy.ts';
import { CI } from '../../support/sgp26-files.ts';
import { TestClient } from '../../support/rsp/client.ts';
import { refusalOf } from '../../support/rsp/refusal.ts';
import { serveArguments, startServer } from '../../support/rsp/serve.ts';
import { otherEuicc, sgp26Euicc } from '../../support/rsp/soft-euicc.ts';
import type { SoftEuicc } from '../../support/rsp/soft-euicc.ts';
import { ADDRESS, testPackage } from '../../support/rsp/smdpp.ts';

const folder = mkdtempSync(join(tmpdir(), 'zkcx-smdpp-'));
const data = join(folder, 'data');
let server: ChildProcess | undefined;
let url: string;
afterAll(() => void server?.kill('SIGKILL'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Milliseconds; processes start slowly on a busy machine. */
const PATIENCE = 180_000;

const now = () => BigInt(Math.floor(Date.now() / 1000));

const smdpp = (...args: string[]) => told('smdpp', ...args, '--data', data);

const serve = () => startServer(serveArguments(data), (started) => (server = started));

async function end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
  const ended = once(server!, 'exit');
  server!.kill(signal);
  const [code] = (await ended) as [number | null];
  server = undefined;
  return code;
}

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

/** A download over HTTP, up to the package. */
async function download(url: string, euicc: SoftEuicc, matchingId: string): Promise<unknown> {
  const client = new TestClient(url);
  try {
    return await client.download(euicc, matchingId);
  } finally {
    client.close();
  }
}

const administer = (name: AdministrationFunction, body: object) =>
  administrate(data, name, body, { now });

describe('zkcx smdpp', () => {
  const iccid = '8944000000000000019';

  test('a key that is none is named', async () => {
    const file = privateCopy(CI);
    for (const option of ['--auth', '--pb']) {
      const args = serveArguments(data, option, `${CI},${file}`).slice(5);
      const { status, error } = await told('smdpp', 'serve', ...args);
      expect([status, error?.code]).toEqual([2, 'ERR_RSP_IDENTITY']);
      expect(error?.message).toContain(`${file}: this is no unencrypted EC key`);
    }
  });

  test(
    'profile and order, without a server',
    async () => {
      const file = join(folder, 'profile.der');
      writeFileSync(file, testPackage(iccid));
      const names = ['--provider', 'Operator', '--name', 'Plan', '--address', ADDRESS];
      const added = await smdpp('profile', 'add', file, ...names);
      expect(added).toMatchObject({ status: 0, profile: { iccid, version: [2, 1] } });
      const secret = join(folder, 'code');
      writeFileSync(secret, '1234\n', { mode: 0o600 });
      const code = ['--confirmation-code-file', secret, '--matching-id', 'BY-HAND'];
      const ordered = await smdpp('order', 'add', '--iccid', iccid, ...code, '--address', ADDRESS);
      expect(ordered).toMatchObject({
        order: { iccid, state: 'released', confirmationCode: { failures: 0 } },
        activationCode: `LPA:1$${ADDRESS}$BY-HAND$$1`,
      });
      // neither the code nor its hash is shown
      expect(JSON.stringify(ordered)).not.toMatch(/1234|hash/);
    },
    PATIENCE,
  );

  test(
    'order list and cancel, profile list, while a server runs',
    async () => {
      url = await serve();
      expect(await smdpp('order', 'list')).toMatchObject({
        orders: [{ iccid, state: 'released' }],
      });
      expect(await smdpp('order', 'release-claim', iccid)).toMatchObject({
        status: 1,
        error: { code: 'ERR_RSP_REFUSED', message: expect.stringContaining('No device has taken') },
      });
      const finalProfileStatusIndicator = 'Available';
      await administer('cancelOrder', { iccid, finalProfileStatusIndicator });
      expect(await smdpp('order', 'cancel', iccid)).toMatchObject({
        status: 1,
        ok: false,
        error: { code: 'ERR_RSP_REFUSED', reason: '8.2.1/3.9' },
      });
      // what is no ICCID is no question that could be answered with no
      for (const [verb, ...args] of [
        ['show', 'x'],
        ['cancel', '123'],
        ['add', '--iccid', '1'],
      ]) {
        const answer = await smdpp('order', verb!, ...args);
        expect(answer).toMatchObject({ status: 2, error: { code: 'ERR_ARGUMENT' } });
        expect(JSON.stringify(answer)).toContain('iccid: must be 18 to 20 digits');
      }
      expect(await administer('listProfiles', {})).toMatchObject({ profiles: [{ iccid }] });
    },
    PATIENCE,
  );

  // ZKCX_KILLS=10 kills it ten times, each time at another moment
  const kills = Array.from({ length: Number(process.env.ZKCX_KILLS ?? 1) }, (_, i) => i + 1);

  test.each(kills)(
    'a killed server has lost no order and delivers no profile twice (%i)',
    async (round) => {
      const matchingIds = Array.from({ length: 8 }, (_, i) => `KILL-${round}-${i}`);
      for (const [i, matchingId] of matchingIds.entries()) {
        const each = `89440000000000${String(round).padStart(3, '0')}1${i}`;
        const names = { serviceProviderName: 'Operator', profileName: 'Plan' };
        await administer('addProfile', { package: base64(testPackage(each)), ...names });
        await administer('addOrder', { iccid: each, matchingId });
      }
      const euicc = sgp26Euicc();
      const got = new Set<string>();
      const enough = 1 + (round % 5);
      const [late, ...early] = matchingIds as [string, ...string[]];
      let ended: Promise<unknown> | undefined;
      const fetch = async (matchingId: string) => {
        await download(url, euicc, matchingId);
        got.add(matchingId);
        // the last one has just begun, the others are anywhere
        if (got.size === enough) ended = Promise.allSettled([fetch(late), end('SIGKILL')]);
      };
      await Promise.allSettled(early.map(fetch));
      await ended;
      expect(got.size).toBeGreaterThanOrEqual(enough);
      expect(got.has(late)).toBe(false);

      url = await serve();
      const { orders } = (await administer('listOrders', {})) as { orders: ShownOrder[] };
      const mine = orders.filter((order) => matchingIds.includes(order.matchingId ?? ''));
      expect(mine).toHaveLength(matchingIds.length);
      const other = otherEuicc('89049032123451234512345678901236');
      for (const { matchingId, state, deliveredTo } of mine) {
        if (got.has(matchingId!)) expect(state).toBe('downloaded');
        // a package that may be out belongs to its device; the others can be had by any
        const outcome = await refusalOf(download(url, other, matchingId!));
        expect(outcome).toBe(deliveredTo === undefined ? 'accepted' : '8.1.1/3.8');
        if (deliveredTo !== undefined) {
          expect(await refusalOf(download(url, euicc, matchingId!))).toBe('accepted');
        }
      }
    },
    PATIENCE,
  );

  test('ends when it is told to', async () => expect(await end('SIGTERM')).toBe(0), PATIENCE);
});
