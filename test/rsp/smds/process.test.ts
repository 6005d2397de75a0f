/** `zkcx smds serve` as a process that is killed between a write and its answer. */
import type { ChildProcess } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { createPrivateKey } from 'node:crypto';
import { CI } from '../../support/sgp26-files.ts';
import { startServing } from '../../support/rsp/serve.ts';
import { eidOf, sgp26Euicc } from '../../support/rsp/soft-euicc.ts';
import { serverTls, SMDS_ADDRESS, SMDS_OID } from '../../support/rsp/smds.ts';
import { discover, event, idsIn, register } from '../../support/rsp/smds-device.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();
const euicc = sgp26Euicc();

let server: ChildProcess | undefined;
afterEach(() => void server?.kill('SIGKILL'));

function pairFiles(role: 'ds-auth-v2' | 'ds-tls-v2'): string {
  const { cert, key } = serverTls(role, SMDS_OID);
  const files = [join(folder, `${role}.pem`), join(folder, `${role}.key`)] as const;
  writeFileSync(files[0], cert);
  const sec1 = createPrivateKey(key).export({ type: 'sec1', format: 'pem' });
  writeFileSync(files[1], sec1, { mode: 0o600 });
  return files.join(',');
}

async function serve() {
  const flags = {
    data: join(folder, 'data'),
    address: SMDS_ADDRESS,
    ci: CI,
    auth: pairFiles('ds-auth-v2'),
    tls: pairFiles('ds-tls-v2'),
    listen: '127.0.0.1:0',
    es12: '127.0.0.1:0',
    'log-file': join(folder, 'log'),
  };
  const options = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]);
  const args = ['--import', 'tsx', 'src/cli/main.ts', 'smds', 'serve', '--json', ...options];
  const served = (await startServing(args, (child) => (server = child))) as unknown as {
    es11: string;
    es12: string;
  };
  const byName = (url: string) => url.replace('127.0.0.1', 'localhost');
  return { es11: byName(served.es11), es12: byName(served.es12) };
}

test('has what it answered for, takes what it did not again, and has each event once', async () => {
  const smds = await serve();
  const answered: string[] = [];
  const call = async (i: number) => {
    const { refused } = await register(smds, event(`E-${i}`));
    if (refused === undefined) answered.push(`E-${i}`);
    // as soon as anything is answered: others are written, or being written
    if (answered.length === 3) server?.kill('SIGKILL');
  };
  await Promise.allSettled(Array.from({ length: 8 }, (_, i) => call(i)));
  const again = await serve();
  const before = idsIn(await discover(again, euicc));
  expect(before).toEqual(expect.arrayContaining(answered));
  for (let i = 0; i < 8; i++) {
    const { refused } = await register(again, event(`E-${i}`));
    expect(refused).toBe(before.includes(`E-${i}`) ? '8.9.5/3.3' : undefined);
  }
  const found = idsIn(await discover(again, euicc));
  expect([...found].sort()).toEqual(Array.from({ length: 8 }, (_, i) => `E-${i}`));
  const log = readFileSync(join(folder, 'log'), 'utf8');
  expect(log).toContain('"function":"registerEvent"');
  expect(log).not.toContain(eidOf(euicc));
}, 60_000);
