/** A server process under attack from many addresses at the same time, and devices that download meanwhile. */
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { administrate } from '../../../src/rsp/smdpp/service.ts';
import type { ShownOrder } from '../../../src/rsp/smdpp/shown-order.ts';
import { TestClient } from '../../support/rsp/client.ts';
import { attackers, Flood } from '../../support/rsp/flood.ts';
import { serveArguments, startServer } from '../../support/rsp/serve.ts';
import { testPackage } from '../../support/rsp/smdpp.ts';
import { sgp26Euicc } from '../../support/rsp/soft-euicc.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

let server: ChildProcess | undefined;
afterAll(() => void server?.kill('SIGKILL'));

const PATIENCE = 120_000;
const DOWNLOADS = 5;
const now = () => BigInt(Math.floor(Date.now() / 1000));
const iccidOf = (i: number) => `8944${String(i).padStart(15, '0')}`;

test(
  'with 2,000 silent connections and sessions begun from everywhere, honest sessions go on to their end',
  async () => {
    const data = join(temporaryFolder(), 'data');
    const args = serveArguments(data, '--begun-sessions-per-address', '100');
    const url = await startServer(args, (started) => (server = started));
    const call = (name: Parameters<typeof administrate>[1], body: object) =>
      administrate(data, name, body, { now });
    for (let i = 0; i < DOWNLOADS; i++) {
      const upp = Buffer.from(testPackage(iccidOf(i))).toString('base64');
      await call('addProfile', { package: upp, serviceProviderName: 'A', profileName: 'A' });
      await call('addOrder', { iccid: iccidOf(i), matchingId: `HONEST-${i}` });
    }
    const euicc = sgp26Euicc();
    const client = new TestClient(url);
    const flood = new Flood(url, euicc);
    try {
      flood.keepSilent(attackers(1, 4), 2_000);
      flood.begin('127.0.2.1', 4);
      for (const address of attackers(3, 10)) flood.begin(address, 1);
      while (flood.counts.silent < 2_000 || flood.counts.begun < 300) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      const before = flood.counts.begun;
      for (let i = 0; i < DOWNLOADS; i++) {
        const { transactionId } = await client.download(euicc, `HONEST-${i}`);
        await client.installed(euicc, transactionId, iccidOf(i));
      }
      // the flood went on all the time
      expect(flood.counts.begun).toBeGreaterThan(before);
    } finally {
      await flood.stop();
      client.close();
    }
    const { orders } = (await call('listOrders', {})) as { orders: ShownOrder[] };
    expect(orders.map(({ state }) => state)).toEqual(Array(DOWNLOADS).fill('installed'));
    expect(flood.counts.begun).toBeGreaterThan(300);
  },
  PATIENCE,
);
