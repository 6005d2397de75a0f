/** The same work over Redis: several workers, those that die, those that lie, and who asks stopping. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  jest,
  test,
} from '@jest/globals';
import { runQueued, type QueueOptions } from '../../src/aggregate/queue.ts';
import { openRedis, shownUrl } from '../../src/aggregate/redis.ts';
import { runJobs } from '../../src/aggregate/run.ts';
import { ProofStore } from '../../src/aggregate/store.ts';
import { Prover } from '../../src/prover/prover.ts';
import { ROOT } from '../support/command.ts';
import {
  ended,
  hasRedis,
  PASSWORD,
  startRedis,
  type TestRedis,
} from '../support/aggregate/redis.ts';
import { startNode, withoutPackage } from '../support/start.ts';
import { treeKey, treeVerdict, treeWork, treeWorker, VALUES } from '../support/aggregate/tree.ts';

// many processes start, and other tests use the cores beside them
jest.setTimeout(240_000);

const work = treeWork(VALUES);
const folder = mkdtempSync(join(tmpdir(), 'zkcx-queue-'));
const processes: ChildProcess[] = [];
let redis: TestRedis;
let store: ProofStore;
let here: string;
let count = 0;

afterAll(() => rmSync(folder, { recursive: true }));

/** A process of test/support/aggregate, run until it has printed `until`; `events` are the lines it prints. */
async function start(
  { script, args, until }: { script: string; args: string[]; until: string },
  env: Record<string, string>,
) {
  const file = fileURLToPath(new URL(`../support/aggregate/${script}`, import.meta.url));
  const child = spawn('node', ['--import', 'tsx', file, redis.url, ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '', ...env },
  });
  processes.push(child);
  const events: string[] = [];
  await new Promise<void>((resolve) => {
    child.stdout!.on('data', (data: Buffer) => {
      events.push(...data.toString().split('\n').filter(Boolean));
      if (events.includes(until)) resolve();
    });
  });
  return { child, events };
}

/** A worker that waits for jobs. */
const startWorker = (env: Record<string, string> = {}) =>
  start({ script: 'queue.worker.ts', args: ['1000'], until: 'ready' }, env);

const ask = (options: Partial<QueueOptions> = {}) =>
  runQueued(work, {
    redis: redis.url,
    store,
    keyOf: treeKey,
    work: here,
    poll: 50,
    ...options,
  });

/** Proofs that workers made. */
const proved = (...all: { events: string[] }[]) =>
  all.flatMap(({ events }) => events.filter((event) => event === 'proved')).length;

async function keysLeft(): Promise<string[]> {
  const { connection, close } = await openRedis(redis.url);
  const keys = await connection.keys('zkcx:aggregate:run*');
  close();
  return keys;
}

(hasRedis ? describe : describe.skip)('a queue', () => {
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());
  beforeEach(async () => {
    const { connection, close } = await openRedis(redis.url);
    await connection.flushall();
    close();
    here = join(folder, `work-${count++}`);
    store = await ProofStore.open(join(here, 'proofs'), treeVerdict);
  });
  afterEach(async () => {
    await Promise.all(processes.splice(0).map((child) => ended(child, 'SIGTERM')));
  });

  test('shares the work of 8 chains between two workers and comes to the same root', async () => {
    const two = await Promise.all([startWorker(), startWorker()]);
    const progress: number[] = [];
    const made = await ask({ onProgress: ({ done }) => progress.push(done) });
    const alone = new Prover({ worker: treeWorker });
    const local = await ProofStore.open(join(here, 'alone'), treeVerdict);
    const same = await runJobs(work, { prover: alone, store: local });
    alone.close();
    expect(made.get(work.root.id)).toEqual(same.get(work.root.id));
    expect(work.wanted.every((id) => made.has(id))).toBe(true);
    for (const worker of two) expect(proved(worker)).toBeGreaterThan(0);
    // each once, the shared link too
    expect(proved(...two)).toBe(work.jobs.length);
    expect(progress).toEqual(Array.from({ length: work.jobs.length + 1 }, (_, i) => i));
    // private witnesses do not stay there
    expect(await keysLeft()).toEqual([]);
  });

  test('gives the job of a killed worker to another one, and takes its result once', async () => {
    const slow = { ZKCX_TEST_MS: '300' };
    const first = await startWorker(slow);
    const asked = ask();
    while (!first.events.includes('proving')) await setTimeout(10);
    await ended(first.child, 'SIGKILL');
    const second = await startWorker();
    const made = await asked;
    expect(made.get(work.root.id)?.publicOutput).toEqual(work.root.publicOutput);
    expect(proved(first)).toBe(0);
    expect(proved(second)).toBe(work.jobs.length);
    const kept = readdirSync(join(here, 'proofs')).filter((name) => name.endsWith('.json'));
    expect(kept.sort()).toEqual(work.jobs.map(({ id }) => `${id}.json`).sort());
  });

  test('begins a job again when only the proving process of a worker dies', async () => {
    const pid = join(here, 'pid');
    const worker = await startWorker({ ZKCX_TEST_PID: pid, ZKCX_TEST_MS: '100' });
    const asked = ask();
    while (!worker.events.includes('proving')) await setTimeout(5);
    process.kill(Number(readFileSync(pid, 'utf8')), 'SIGKILL');
    const made = await asked;
    expect(made.get(work.root.id)?.publicOutput).toEqual(work.root.publicOutput);
    expect(proved(worker)).toBe(work.jobs.length);
  });

  test('goes on after a stop with what is there, and leaves nothing behind', async () => {
    const worker = await startWorker();
    const abort = new AbortController();
    const onProgress = ({ done }: { done: number }) => {
      if (done === 4) abort.abort();
    };
    const stopped = ask({ signal: abort.signal, onProgress });
    await expect(stopped).rejects.toMatchObject({ code: 'ERR_PROVER_CANCELLED' });
    const seen: number[] = [];
    const made = await ask({ onProgress: ({ done }) => seen.push(done) });
    expect(seen[0]).toBeGreaterThanOrEqual(4);
    expect(made.get(work.root.id)?.publicOutput).toEqual(work.root.publicOutput);
    // those that the worker was busy with at that moment may have been made twice
    expect(proved(worker)).toBeLessThanOrEqual(work.jobs.length + 3);
  });

  test('fetches what was finished while nobody asked', async () => {
    const worker = await startWorker();
    const asker = await start({ script: 'asker.worker.ts', args: [here], until: 'done 2' }, {});
    await ended(asker.child, 'SIGKILL');
    while (proved(worker) < work.jobs.length) await setTimeout(20);
    await ended(worker.child, 'SIGTERM');
    // nobody is left to prove anything
    const made = await ask();
    expect(made.get(work.root.id)?.publicOutput).toEqual(work.root.publicOutput);
    expect(await keysLeft()).toEqual([]);
  });

  test('hands a job back when its worker is told to end', async () => {
    const first = await startWorker({ ZKCX_TEST_MS: '2000' });
    const asked = ask();
    while (!first.events.includes('proving')) await setTimeout(10);
    await ended(first.child, 'SIGTERM');
    expect(first.events).toContain('done 0');
    await startWorker();
    expect((await asked).get(work.root.id)?.publicOutput).toEqual(work.root.publicOutput);
  });

  test('does not take the word of a worker for a proof', async () => {
    await startWorker();
    const lied = await ProofStore.open(join(here, 'strict'), async () => false);
    await expect(ask({ store: lied })).rejects.toMatchObject({ code: 'ERR_AGGREGATE_PROOF' });
    expect(await keysLeft()).toEqual([]);
  });

  test('says when a worker has other circuits', async () => {
    await startWorker({ ZKCX_TEST_KEY: '771' });
    await expect(ask()).rejects.toMatchObject({ code: 'ERR_PROVER_KEY' });
  });

  test('says when a circuit refuses', async () => {
    await startWorker();
    const [first, ...others] = work.jobs;
    const refused = { ...work, jobs: [{ ...first!, publicInput: '78' }, ...others] };
    const asked = runQueued(refused, {
      redis: redis.url,
      store,
      keyOf: treeKey,
      work: here,
      poll: 50,
    });
    await expect(asked).rejects.toMatchObject({ code: 'ERR_PROVER_REFUSED' });
  });

  test('is not opened with a wrong password, which is not shown', async () => {
    const wrong = redis.url.replace(PASSWORD, 'guessed');
    const opened = openRedis(wrong);
    await expect(opened).rejects.toMatchObject({ code: 'ERR_AGGREGATE_REDIS' });
    await expect(opened).rejects.not.toThrow(/guessed/);
    expect(shownUrl(redis.url)).not.toContain(PASSWORD);
  });
});

describe('a Redis', () => {
  test('that is not there is said to be so', async () => {
    const opened = openRedis('redis://:secret@127.0.0.1:1');
    await expect(opened).rejects.toMatchObject({ code: 'ERR_AGGREGATE_REDIS' });
    await expect(opened).rejects.toThrow(/^no Redis answers at redis:\/\/127\.0\.0\.1:1:/);
  });

  test.each(['http://host', 'redis:', 'user:secret@host', ''])('has a URL, not %p', async (url) => {
    await expect(openRedis(url)).rejects.toMatchObject({ code: 'ERR_AGGREGATE_REDIS' });
    await expect(openRedis(url)).rejects.not.toThrow(/secret/);
  });

  test('needs packages that are not always installed', () => {
    const command = ['src/cli/main.ts', 'worker', '--redis', 'redis://127.0.0.1:1'];
    const { status, stderr } = startNode([
      '--import',
      'tsx',
      ...withoutPackage('bullmq'),
      ...command,
    ]);
    expect(status).toBe(2);
    expect(stderr).toMatch(/npm install bullmq ioredis \(ERR_AGGREGATE_PACKAGES\)/);
  });
});
