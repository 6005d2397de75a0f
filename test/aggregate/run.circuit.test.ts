/** Work on one machine: order, what is kept, damage, cancelling, and the death of the proving process. */
import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ATTEMPTS, runJobs, type RunOptions } from '../../src/aggregate/run.ts';
import type { AggregateProgress } from '../../src/aggregate/progress.ts';
import { ProofStore } from '../../src/aggregate/store.ts';
import { Prover, type ProverEvent } from '../../src/prover/prover.ts';
import { killProver } from '../support/aggregate/kill.ts';
import { sealed } from '../support/aggregate/seal.ts';
import { treeVerdict, treeWork, treeWorker, VALUES } from '../support/aggregate/tree.ts';

const folder = mkdtempSync(join(tmpdir(), 'zkcx-aggregate-'));
const PROVER = 'tree.worker.ts';
const work = treeWork(VALUES);
/** Programs of jobs in this work: 1 leaf, 8 grow, 7 join. */
const JOBS = 16;
let store: ProofStore;
let proofs: string;
let prover: Prover;
let count = 0;

beforeEach(async () => {
  proofs = join(folder, `proofs-${count++}`);
  store = await ProofStore.open(proofs, treeVerdict);
  prover = new Prover({ worker: treeWorker });
});
afterEach(() => prover.close());
afterAll(() => rmSync(folder, { recursive: true }));

/** Run, and note what was proven. */
async function run(options: Partial<RunOptions> = {}) {
  const proved: string[] = [];
  const onEvent = (event: ProverEvent) => {
    if (event.type === 'proved') proved.push(event.method);
    options.onEvent?.(event);
  };
  const made = await runJobs(work, { prover, store, ...options, onEvent });
  return { root: made.get(work.root.id), made, proved };
}

const file = (index: number) => join(proofs, `${work.jobs[index]!.id}.json`);

describe('a run', () => {
  test('proves the shared link once, then the rest, and tells how far it is', async () => {
    const progress: AggregateProgress[] = [];
    const { root, made, proved } = await run({ onProgress: (state) => progress.push(state) });
    expect(root?.publicOutput).toEqual(work.root.publicOutput);
    expect(work.wanted.every((id) => made.has(id))).toBe(true);
    expect(proved).toEqual(work.jobs.map(({ method }) => method));
    expect(proved.filter((method) => method === 'leaf')).toHaveLength(1);
    expect(progress.map(({ done }) => done)).toEqual(Array.from({ length: JOBS + 1 }, (_, i) => i));
    expect(new Set(progress.map(({ total }) => total))).toEqual(new Set([JOBS]));
    expect(progress[0]).toEqual({ done: 0, total: JOBS });
    expect(progress[8]!.left).toBeGreaterThan(progress[15]!.left!);
    expect(progress[JOBS]!.left).toBe(0);
  });

  test('makes nothing again that is there', async () => {
    const first = await run();
    const again = await run();
    expect(again.proved).toEqual([]);
    expect(again.root).toEqual(first.root);
  });

  test('stops when told to, and goes on where it was', async () => {
    const abort = new AbortController();
    let left = 5;
    const onEvent = ({ type }: ProverEvent) => {
      if (type === 'proving' && --left === 0) abort.abort();
    };
    const stopped = run({ signal: abort.signal, onEvent });
    await expect(stopped).rejects.toMatchObject({ code: 'ERR_PROVER_CANCELLED' });
    const { proved, root } = await run();
    expect(proved).toHaveLength(JOBS - 4);
    expect(root?.publicOutput).toEqual(work.root.publicOutput);
  });

  test('loses nothing when its process is killed five times, at random moments', async () => {
    let planned = 0;
    let kills = 0;
    const onEvent = ({ type }: ProverEvent) => {
      if (type !== 'proving' || planned === 5 || Math.random() < 0.3) return;
      planned += 1;
      // a proof takes 20 ms: some of them strike between two jobs
      setTimeout(() => (killProver(PROVER) ? kills++ : planned--), Math.random() * 25);
    };
    const { root, proved } = await run({ onEvent });
    expect(kills).toBe(5);
    expect(proved).toHaveLength(JOBS);
    expect(root?.publicOutput).toEqual(work.root.publicOutput);
  });

  test('gives up a job that kills its process every time', async () => {
    let begun = 0;
    const onEvent = ({ type }: ProverEvent) => {
      if (type !== 'proving') return;
      begun += 1;
      killProver(PROVER);
    };
    await expect(run({ onEvent })).rejects.toMatchObject({ code: 'ERR_PROVER_CRASHED' });
    expect(begun).toBe(ATTEMPTS);
  });

  test('does not take a proof of something else than was planned', async () => {
    const [first, ...others] = work.jobs;
    const lie = { ...work, jobs: [{ ...first!, publicOutput: ['52'] }, ...others] };
    await expect(runJobs(lie, { prover, store })).rejects.toMatchObject({
      code: 'ERR_PROVER_FAILED',
    });
  });
});

describe('a store', () => {
  const damages: [string, (index: number) => void][] = [
    ['half a file', (i) => writeFileSync(file(i), readFileSync(file(i)).subarray(0, 40))],
    ['an empty file', (i) => writeFileSync(file(i), '')],
    ['another document', (i) => writeFileSync(file(i), '{"format":"zkcx-proof"}')],
    ['a file without an end', (i) => writeFileSync(file(i), ' '.repeat(400_000))],
    ['the proof of another job', (i) => copyFileSync(file(i - 1), file(i))],
    [
      'a proof that does not verify',
      (i) => {
        const [output] = work.jobs[i]!.publicOutput;
        const forged = { ...sealed('77', output!), proof: sealed('77', '1').proof };
        writeFileSync(file(i), JSON.stringify(forged));
      },
    ],
  ];

  // the root, a member, and one below the root that then is needed no more
  test.each(damages)('finds %s, puts it aside, and has it made again', async (_, damage) => {
    const { root } = await run();
    for (const index of [JOBS - 1, 3]) damage(index);
    const again = await run();
    expect(again.root).toEqual(root);
    expect(again.proved).toEqual(['grow', 'join']);
    expect(readdirSync(join(proofs, 'damaged')).sort()).toEqual(
      [work.jobs[3]!.id, work.root.id].map((id) => `${id}.json`).sort(),
    );
  });

  test('does not ask for what lies below a proof that is there', async () => {
    await run();
    rmSync(file(JOBS - 2));
    rmSync(file(0));
    expect((await run()).proved).toEqual([]);
    rmSync(file(JOBS - 1));
    expect((await run()).proved).toEqual(['join', 'join']);
  });

  test('keeps no proof that does not verify', async () => {
    const job = work.root;
    const [output] = job.publicOutput;
    await expect(
      store.write(job, { ...sealed('77', output!), proof: 'AAAA' }),
    ).rejects.toMatchObject({
      code: 'ERR_AGGREGATE_PROOF',
    });
    await expect(store.write(job, sealed('77', '1'))).rejects.toMatchObject({
      code: 'ERR_AGGREGATE_PROOF',
    });
    expect(await store.read(job)).toBeUndefined();
  });

  test('lets others read nothing', async () => {
    await run();
    expect(statSync(file(0)).mode & 0o077).toBe(0);
    expect(statSync(proofs).mode & 0o077).toBe(0);
  });
});
