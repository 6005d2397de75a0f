/**
 * `npx tsx bench/smdpp.ts [--sessions N] [--flood] [--json]`: the SM-DP+ as a process on loopback, N downloads
 * at the same time, each with its own order; sessions a second, latency, memory, and a check that every
 * order ended as installed. With --flood from other addresses at the same time: 2,000 silent connections, 10,000
 * sessions that are only begun from one address, and more of them from fifty.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { administrate, type ShownOrder } from '../src/rsp/smdpp/index.ts';
import { TestClient } from '../test/support/rsp/client.ts';
import { attackers, Flood } from '../test/support/rsp/flood.ts';
import { ADDRESS, testPackage } from '../test/support/rsp/smdpp.ts';
import { sgp26Euicc } from '../test/support/rsp/soft-euicc.ts';

const { values } = parseArgs({
  options: {
    sessions: { type: 'string', default: '200' },
    flood: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const count = Number(values.sessions);
const root = fileURLToPath(new URL('../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'zkcx-bench-'));
const now = () => BigInt(Math.floor(Date.now() / 1000));
const call = (name: Parameters<typeof administrate>[1], body: object) =>
  administrate(folder, name, body, { now });
const iccidOf = (i: number) => `8944${String(i).padStart(15, '0')}`;

const server = serve();
try {
  const url = await urlOf(server);
  for (let i = 0; i < count; i++) {
    const upp = Buffer.from(testPackage(iccidOf(i))).toString('base64');
    await call('addProfile', { package: upp, serviceProviderName: 'Load', profileName: 'Load' });
    await call('addOrder', { iccid: iccidOf(i), matchingId: `LOAD-${i}` });
  }
  const client = new TestClient(url);
  const euicc = sgp26Euicc();
  const flood = values.flood ? attack(url) : undefined;
  const started = performance.now();
  const outcomes = await Promise.allSettled(
    Array.from({ length: count }, async (_, i) => {
      const { transactionId } = await client.download(euicc, `LOAD-${i}`);
      await client.installed(euicc, transactionId, iccidOf(i));
    }),
  );
  const seconds = (performance.now() - started) / 1000;
  client.close();
  await flood?.finished();
  await flood?.stop();
  const { orders } = (await call('listOrders', { limit: 10_000 })) as { orders: ShownOrder[] };
  const latencies = client.latencies.sort((a, b) => a - b);
  const quantile = (share: number) => Math.round(latencies[Math.floor(share * latencies.length)]!);
  const result = {
    sessions: count,
    failed: outcomes.filter(({ status }) => status === 'rejected').length,
    installed: orders.filter(({ state }) => state === 'installed').length,
    seconds: Number(seconds.toFixed(1)),
    sessionsPerSecond: Number((count / seconds).toFixed(1)),
    latencyMs: { median: quantile(0.5), p99: quantile(0.99), max: Math.round(latencies.at(-1)!) },
    peakMemoryMb: peakMemory(server),
    ...(flood === undefined ? {} : { flood: flood.counts }),
  };
  console.log(values.json ? JSON.stringify(result) : result);
  if (result.failed > 0 || result.installed !== count) process.exitCode = 1;
} finally {
  server.kill('SIGTERM');
  await new Promise((resolve) => server.once('exit', resolve));
  rmSync(folder, { recursive: true });
}

function attack(url: string): Flood {
  const flood = new Flood(url, sgp26Euicc());
  flood.keepSilent(attackers(1, 4), 2_000);
  flood.begin('127.0.2.1', 50, 10_000);
  for (const address of attackers(3, 50)) flood.begin(address, 1, 100);
  return flood;
}

function serve(): ChildProcess {
  const pair = (path: string, name: string) => {
    // git keeps no modes, and the server takes no key that others can read
    const key = join(folder, `${name}.pem`);
    copyFileSync(join(root, path, `SK_S_SM_${name}_ECDSA_NIST.pem`), key);
    chmodSync(key, 0o600);
    return `${path}/CERT_S_SM_${name}_ECDSA_NIST.der,${key}`;
  };
  const flags = {
    data: folder,
    address: ADDRESS,
    listen: '127.0.0.1:0',
    ci: 'fixtures/sgp26/CertificateIssuer/CERT_CI_ECDSA_NIST.der',
    auth: pair('fixtures/sgp26/DPauth', 'DPauth'),
    pb: pair('fixtures/sgp26/DPpb', 'DPpb'),
  };
  const options = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]);
  const main = ['--import', 'tsx', 'src/cli/main.ts', 'smdpp', 'serve', '--json'];
  const stdio = ['ignore', 'pipe', 'ignore'] as const;
  return spawn('node', [...main, ...options], { cwd: root, stdio: [...stdio] });
}

async function urlOf({ stdout }: ChildProcess): Promise<string> {
  let text = '';
  for await (const chunk of stdout!) {
    text += String(chunk);
    if (text.endsWith('}\n')) break;
  }
  return (JSON.parse(text) as { es9p: string }).es9p;
}

/** Megabytes, where the system tells. */
function peakMemory({ pid }: ChildProcess): number | undefined {
  try {
    const kilobytes = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? undefined : Math.round(Number(kilobytes) / 1024);
  } catch {
    return undefined;
  }
}
