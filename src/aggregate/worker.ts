/** The other side of the queue: takes jobs from Redis and proves them, one after the other. */
import { z } from 'zod';
import { callback, checked } from '../arguments.ts';
import { proverOptions } from '../prover/arguments.ts';
import type { Job } from 'bullmq';
import { ZkcxError } from '../errors.ts';
import type { JsonProof } from '../prover/envelope.ts';
import { type JobOptions, Prover, type ProverOptions } from '../prover/prover.ts';
import { proofJob } from './job.ts';
import { queuedJob, queuedResult } from './queue.ts';
import { openRedis, PREFIX, QUEUE } from './redis.ts';
import { ATTEMPTS, proveTimed } from './run.ts';

export interface WorkerOptions extends ProverOptions {
  /** See `openRedis`. */
  readonly redis: string;
  /** Ends the worker; what it is busy with goes back into the queue. Without one it runs for good. */
  readonly signal?: AbortSignal;
  readonly onEvent?: JobOptions['onEvent'];
  /** Called when the worker waits for jobs. */
  readonly onReady?: () => void;
  /**
   * Milliseconds, default 30,000: a worker that was silent for so long is taken for dead, and what it was
   * busy with is done by another one.
   */
  readonly silence?: number;
}

const workerOptions = z.looseObject({
  ...proverOptions.shape,
  redis: z.string(),
  signal: z.instanceof(AbortSignal).optional(),
  onEvent: callback.optional(),
  onReady: callback.optional(),
  silence: z.int().min(100).max(3_600_000).optional(),
});

/**
 * Prove jobs until `signal` fires, then return how many it were. Throws ERR_AGGREGATE_PACKAGES and
 * ERR_AGGREGATE_REDIS at the start; later a connection that is lost is made again.
 *
 * A proof takes all cores and gigabytes: one worker a machine.
 */
export async function serveAggregation(options: WorkerOptions): Promise<number> {
  checked(options, workerOptions, 'the options of serveAggregation');
  const { signal, silence = 30_000, onReady } = options;
  const redis = await openRedis(options.redis);
  const prover = new Prover(options);
  let done = 0;
  try {
    const worker = new redis.bullmq.Worker(
      QUEUE,
      async (job) => {
        try {
          return await prove(job, prover, options);
        } catch (error) {
          throw told(error, redis.bullmq.UnrecoverableError);
        }
      },
      {
        connection: redis.connection,
        prefix: PREFIX,
        lockDuration: silence,
        stalledInterval: silence,
        maxStalledCount: ATTEMPTS - 1,
      },
    );
    // the connection's own errors; it connects again by itself
    worker.on('error', () => undefined).on('completed', () => void done++);
    await worker.waitUntilReady();
    onReady?.();
    await fired(signal);
    await worker.close();
    return done;
  } finally {
    prover.close();
    redis.close();
  }
}

async function prove(job: Job, prover: Prover, { signal, onEvent }: WorkerOptions) {
  const parsed = queuedJob.safeParse(job.data);
  if (!parsed.success) throw new ZkcxError('ERR_PROVER_INPUT', 'the job has an unknown form');
  const { key, ...body } = parsed.data;
  const options = { signal, onEvent };
  if ((await prover.compile(body.program, options)).hash !== key) {
    throw new ZkcxError(
      'ERR_PROVER_KEY',
      'a worker has other circuits: run the same version of the package on every machine',
    );
  }
  return proveTimed(prover, proofJob(body, await childrenOf(job)), options);
}

/** Proofs of the children, by their ids; BullMQ puts prefix and queue before them. */
async function childrenOf(job: Job): Promise<Map<string, JsonProof>> {
  const proofs = new Map<string, JsonProof>();
  for (const [key, value] of Object.entries(await job.getChildrenValues())) {
    const result = queuedResult.safeParse(value);
    if (result.success) proofs.set(key.slice(key.lastIndexOf(':') + 1), result.data.proof);
  }
  return proofs;
}

/** What Redis is told: code and message, both fit to be shown. What another attempt may mend is no end. */
function told(error: unknown, Unrecoverable: new (message: string) => Error): Error {
  const { code, message } =
    error instanceof ZkcxError ? error : new ZkcxError('ERR_PROVER_FAILED', 'the worker failed');
  const text = `${code}: ${message}`;
  const passing = code === 'ERR_PROVER_CRASHED' || code === 'ERR_PROVER_CANCELLED';
  return passing ? new Error(text) : new Unrecoverable(text);
}

function fired(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) resolve();
    else signal?.addEventListener('abort', () => resolve(), { once: true });
  });
}
