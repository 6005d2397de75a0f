/**
 * Jobs -> proofs by workers on any number of machines, over BullMQ on Redis. Flows carry the jobs: trees
 * in which a job waits for those that it needs. A proof that several jobs need is no tree, so it is a
 * flow of its own, and its proof goes into the data of theirs.
 *
 * Redis holds private witnesses during an aggregation: it must be trusted like this machine.
 * Results are verified before they count, so a worker can refuse or delay, but not deceive.
 */
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import type { FlowJob, FlowProducer, Queue } from 'bullmq';
import { z } from 'zod';
import { bytesToHex } from '../bytes.ts';
import { type ErrorCode, ZkcxError } from '../errors.ts';
import { jsonProof, type JsonProof } from '../prover/envelope.ts';
import { readFileLimited, writeFileAtomic } from '../files.ts';
import { type AggregateJob, jobBody, type JobInput, type KeyOf, needsOf } from './job.ts';
import { type AggregateProgress, ProgressMeter } from './progress.ts';
import { openRedis, PREFIX, QUEUE, type RedisQueue } from './redis.ts';
import { ATTEMPTS } from './run.ts';
import { type ProofStore, remaining, type Work } from './store.ts';

/** What a worker is told. A `proof` among the inputs is the id of a child in Redis. */
export const queuedJob = jobBody.extend({
  /** Hash of the verification key that the proof is for. */
  key: z.string().max(80),
});

/** What a worker answers; `ms` milliseconds of proving. */
export const queuedResult = z.strictObject({ proof: jsonProof, ms: z.number().nonnegative() });

/** How often an aggregation is put into the queue: again when a result is wrong or lost. */
const RUNS = 3;

/** How long results and failures stay in Redis should nobody fetch them: seconds. */
const KEPT = { age: 86_400 };

export interface QueueOptions {
  /** See `openRedis`. */
  readonly redis: string;
  readonly store: ProofStore;
  readonly keyOf: KeyOf;
  /** Folder for what a restart has to know. */
  readonly work: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: AggregateProgress) => void;
  /** Milliseconds between two looks at Redis; default 500. */
  readonly poll?: number;
}

/**
 * Have every proof made that is wanted and not kept yet. Each result is stored once, by the caller, who
 * may be stopped and started again. Throws ERR_AGGREGATE_PACKAGES, ERR_AGGREGATE_REDIS, ERR_AGGREGATE_WORKER (a worker
 * gave up), ERR_AGGREGATE_PROOF (what came back was wrong again and again), ERR_PROVER_* as `runJobs`.
 */
export async function runQueued(
  work: Work,
  options: QueueOptions,
): Promise<ReadonlyMap<string, JsonProof>> {
  const redis = await openRedis(options.redis);
  try {
    await fetchEarlier(work, redis, options);
    for (let run = 1; ; run++) {
      try {
        return await runOnce(work, redis, options);
      } catch (error) {
        const again = error instanceof ZkcxError && AGAIN.has(error.code);
        if (!again || run === RUNS) throw error;
      }
    }
  } finally {
    redis.close();
  }
}

const AGAIN = new Set<ErrorCode>(['ERR_AGGREGATE_PROOF', 'ERR_AGGREGATE_REDIS']);

async function runOnce(work: Work, redis: RedisQueue, options: QueueOptions) {
  const { store, keyOf, signal, onProgress, poll = 500 } = options;
  const { proofs, jobs } = await remaining(work, store);
  const meter = new ProgressMeter(jobs, work.jobs.length - jobs.length, () => performance.now());
  onProgress?.(meter.progress);
  if (jobs.length === 0) return proofs;
  const run = new QueuedRun(redis, `run${bytesToHex(randomBytes(8))}`);
  await writeFileAtomic(runFile(options.work), JSON.stringify({ run: run.name }), 0o600);
  const queued = new Set<string>();
  try {
    while (jobs.some(({ id }) => !proofs.has(id))) {
      if (signal?.aborted) throw cancelled();
      const flows = flowsOf(jobs, { proofs, queued }, (body) => run.flow(body, keyOf));
      for (const flow of flows) await run.add(flow);
      const ready = jobs.filter(
        (job) =>
          queued.has(job.id) &&
          !proofs.has(job.id) &&
          needsOf(job).every((need) => proofs.has(need)),
      );
      let found = false;
      for (const job of ready) {
        const result = await run.result(job);
        if (result === undefined) continue;
        await store.write(job, result.proof);
        proofs.set(job.id, result.proof);
        meter.finished(job, result.ms);
        onProgress?.(meter.progress);
        found = true;
      }
      if (!found) await pause(poll, signal);
    }
    return proofs;
  } catch (error) {
    const stopped = error instanceof ZkcxError && error.code === 'ERR_PROVER_CANCELLED';
    if (stopped)
      await fetchFinished(
        run,
        jobs.filter(({ id }) => !proofs.has(id)),
        store,
      );
    throw error;
  } finally {
    await run.end(work.jobs);
    await rm(runFile(options.work), { force: true });
  }
}

/** A job with the children that have to be done before it, all in one flow. */
interface FlowBody {
  readonly job: AggregateJob;
  readonly proofs: ReadonlyMap<string, JsonProof>;
  readonly children: readonly FlowJob[];
}

/**
 * The largest trees of jobs that can go into the queue now, and marks them as queued. A job can when each
 * proof that it needs is there, or is made by a job of the same tree that no other one needs.
 */
function flowsOf(
  jobs: readonly AggregateJob[],
  { proofs, queued }: { proofs: ReadonlyMap<string, JsonProof>; queued: Set<string> },
  flow: (body: FlowBody) => FlowJob,
): FlowJob[] {
  const users = new Map<string, number>();
  for (const need of jobs.flatMap(needsOf)) users.set(need, (users.get(need) ?? 0) + 1);
  /** Trees that nothing else has taken in yet, by the id of their root. */
  const trees = new Map<string, FlowJob>();
  for (const job of jobs) {
    if (queued.has(job.id) || proofs.has(job.id)) continue;
    const missing = needsOf(job).filter((need) => !proofs.has(need));
    if (!missing.every((need) => trees.has(need) && users.get(need) === 1)) continue;
    const children = missing.map((need) => trees.get(need)!);
    for (const need of missing) trees.delete(need);
    trees.set(job.id, flow({ job, proofs, children }));
    queued.add(job.id);
  }
  return [...trees.values()];
}

/** One aggregation in the queue. Its name tells its jobs from those of others. */
class QueuedRun {
  readonly name: string;
  private readonly connection: RedisQueue['connection'];
  private readonly queue: Queue;
  private readonly producer: FlowProducer;

  constructor({ bullmq, connection }: RedisQueue, name: string) {
    this.name = name;
    this.connection = connection;
    this.queue = new bullmq.Queue(QUEUE, { connection, prefix: PREFIX });
    this.producer = new bullmq.FlowProducer({ connection, prefix: PREFIX });
    // the connection's own errors; it connects again by itself
    this.queue.on('error', () => undefined);
    this.producer.on('error', () => undefined);
  }

  flow({ job, proofs, children }: FlowBody, keyOf: KeyOf): FlowJob {
    const { id, ...body } = job;
    const inputs = body.inputs.map((input): JobInput => {
      if ('value' in input) return input;
      const proof = proofs.get(input.proof);
      return proof === undefined ? { proof: this.idOf(input.proof) } : { value: proof };
    });
    const data: z.infer<typeof queuedJob> = { ...body, inputs, key: keyOf(job.program).hash };
    return {
      name: `${job.program}.${job.method}`,
      queueName: QUEUE,
      data,
      opts: {
        jobId: this.idOf(id),
        attempts: ATTEMPTS,
        failParentOnFailure: true,
        removeOnComplete: KEPT,
        removeOnFail: KEPT,
      },
      children: [...children],
    };
  }

  async add(flow: FlowJob): Promise<void> {
    await this.producer.add(flow);
  }

  /** What a worker made of a job; undefined as long as it is not finished. */
  async result({ id }: AggregateJob): Promise<z.infer<typeof queuedResult> | undefined> {
    const job = await this.queue.getJob(this.idOf(id));
    if (job === undefined) {
      throw new ZkcxError(
        'ERR_AGGREGATE_REDIS',
        'Redis lost a job: it must not evict or flush keys',
      );
    }
    if (job.finishedOn === undefined) return undefined;
    const state = await job.getState();
    if (state === 'failed') throw failure(job.failedReason);
    if (state !== 'completed') return undefined;
    const parsed = queuedResult.safeParse(job.returnvalue);
    if (parsed.success) return parsed.data;
    throw new ZkcxError('ERR_AGGREGATE_PROOF', 'what a worker sent back is not a proof');
  }

  /** Take everything out of Redis, but for what a worker is busy with: that expires. */
  async end(jobs: readonly AggregateJob[]): Promise<void> {
    // a tree goes as a whole, unless a worker has a part of it
    for (const removeChildren of [true, false]) {
      for (const { id } of jobs.toReversed()) {
        await this.queue.remove(this.idOf(id), { removeChildren }).catch(() => 0);
      }
    }
    for (const { id } of jobs) {
      await this.connection.expire(`${PREFIX}:${QUEUE}:${this.idOf(id)}`, KEPT.age);
    }
    await this.producer.close();
    await this.queue.close();
  }

  private idOf(id: string): string {
    return `${this.name}-${id}`;
  }
}

const runFile = (work: string) => join(work, 'queue.json');

const runSchema = z.strictObject({ run: z.string().regex(/^run[0-9a-f]{16}$/) });

/** Fetch the proofs of an aggregation that was stopped before it could fetch them itself. */
async function fetchEarlier(work: Work, redis: RedisQueue, { store, work: folder }: QueueOptions) {
  const name = await earlierRun(folder);
  if (name === undefined) return;
  const run = new QueuedRun(redis, name);
  await fetchFinished(run, (await remaining(work, store)).jobs, store);
  await run.end(work.jobs);
}

/** Keep what is finished and good; the rest is asked for again. */
async function fetchFinished(run: QueuedRun, jobs: readonly AggregateJob[], store: ProofStore) {
  for (const job of jobs) {
    try {
      const result = await run.result(job);
      if (result !== undefined) await store.write(job, result.proof);
    } catch (error) {
      if (!(error instanceof ZkcxError)) throw error;
    }
  }
}

async function earlierRun(folder: string): Promise<string | undefined> {
  try {
    const text = new TextDecoder().decode(await readFileLimited(runFile(folder), 1_000));
    return runSchema.safeParse(JSON.parse(text)).data?.run;
  } catch {
    return undefined;
  }
}

/** Workers say why in the form of `code: message`; anything else is BullMQ's own. */
function failure(reason: string): ZkcxError {
  const match = /^(ERR_PROVER_(?:INPUT|REFUSED|FAILED|CRASHED|KEY)): ([\x20-\x7e]{1,300})$/.exec(
    reason,
  );
  if (match !== null) return new ZkcxError(match[1] as ErrorCode, match[2]!);
  return new ZkcxError(
    'ERR_AGGREGATE_WORKER',
    'a job was given up: its workers were lost again and again, or are of another version',
  );
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await setTimeout(ms, undefined, { signal }).catch(() => {
    throw cancelled();
  });
}

const cancelled = () => new ZkcxError('ERR_PROVER_CANCELLED', 'proving was cancelled');
