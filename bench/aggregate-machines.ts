/**
 * `npm run bench:machines -- [--chains 8] [--prove]`: which proofs the aggregation of so many chains takes, with one
 * EUM for all of them and with one each. With --prove also makes them, from certificates, twice: by two
 * workers on a Redis of its own, and in one process with the same blinds. Both must come to one root.
 * 17 proofs a run for 8 chains, and two provers at once: some 10 GB and most of an hour.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type ChainToAggregate, planAggregate } from '../src/aggregate/plan.ts';
import { parseEnvelope } from '../src/prover/envelope.ts';
import { verifyAggregate } from '../src/prover/verify-aggregate.ts';
import { freshBlind } from '../src/witness/chain.ts';
import { ROOT } from '../test/support/command.ts';
import { PROVEN_ANCHOR, PROVEN_AT, PROVEN_TRUST } from '../test/support/credentials.ts';
import { device, deviceOfItsOwn } from '../test/support/aggregate/chains.ts';
import { ended, startRedis } from '../test/support/aggregate/redis.ts';

const { values } = parseArgs({
  options: {
    chains: { type: 'string', default: '8' },
    prove: { type: 'boolean', default: false },
  },
});
const CI = 'fixtures/sgp26/CertificateIssuer/CERT_CI_ECDSA_NIST.der';
const numbers = Array.from({ length: Number(values.chains) }, (_, i) => i + 2);
const shared = numbers.map(device);

function show(name: string, chains: readonly ChainToAggregate[]): void {
  const { jobs } = planAggregate({ trust: [PROVEN_ANCHOR], chains, at: PROVEN_AT }, () =>
    freshBlind(randomBytes),
  );
  const counts: Record<string, number> = {};
  for (const { program, method } of jobs) {
    counts[`${program}.${method}`] = (counts[`${program}.${method}`] ?? 0) + 1;
  }
  console.log(`${chains.length} chains, ${name}: ${jobs.length} proofs,`, counts);
}

show('one EUM for all', shared);
show('an EUM each', numbers.map(deviceOfItsOwn));
if (values.prove) await prove();
process.exit();

async function prove(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'zkcx-aggregate-'));
  const redis = await startRedis();
  const workers = [1, 2].map(() => zkcx({ ZKCX_REDIS: redis.url }, 'worker'));
  try {
    const chains = shared.map((chain, i) => files(folder, chain, i));
    const [apart, alone] = [join(folder, 'apart'), join(folder, 'alone')];
    await aggregate(apart, chains, { ZKCX_REDIS: redis.url });
    await Promise.all(workers.map((worker) => ended(worker, 'SIGTERM')));
    // the same blinds, so that both make the same claims
    mkdirSync(join(alone, 'work'), { recursive: true, mode: 0o700 });
    copyFileSync(join(apart, 'work', 'blinds.json'), join(alone, 'work', 'blinds.json'));
    await aggregate(alone, chains, {});
    const roots = await Promise.all([apart, alone].map(rootOf));
    console.log('two workers on Redis:', roots[0], '\none process:         ', roots[1]);
    if (roots[0] !== roots[1]) throw Error('two roots for one list');
  } finally {
    for (const worker of workers) worker.kill('SIGKILL');
    await redis.stop();
    rmSync(folder, { recursive: true });
  }
}

function zkcx(env: Record<string, string>, ...args: string[]): ChildProcess {
  return spawn('node', ['--import', 'tsx', 'src/cli/main.ts', ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...env },
  });
}

async function aggregate(out: string, chains: string[], env: Record<string, string>) {
  const start = performance.now();
  const args = ['aggregate', '--ci', CI, '--at', String(PROVEN_AT), '--out', out, ...chains];
  const status = await new Promise((resolve) => zkcx(env, ...args).once('exit', resolve));
  if (status !== 0) throw Error('zkcx aggregate failed');
  console.log(`${((performance.now() - start) / 1000).toFixed(0)} s`);
}

async function rootOf(out: string): Promise<bigint> {
  const envelope = parseEnvelope(readFileSync(join(out, 'aggregate.json'), 'utf8'));
  const trustRoot = PROVEN_TRUST.root.toBigInt();
  return (await verifyAggregate(envelope, { trustRoot, at: PROVEN_AT })).root;
}

/** A chain as the command takes it: files with commas in between. */
function files(folder: string, chain: ChainToAggregate, number: number): string {
  const certificates = 'certificates' in chain ? chain.certificates : [];
  const names = certificates.map((_, i) => join(folder, `chain-${number}-${i}.der`));
  names.forEach((name, i) => writeFileSync(name, certificates[i]!.der));
  return names.join(',');
}
