/** Jobs -> proofs on this machine, one after the other, each kept as soon as it is made. */
import { performance } from 'node:perf_hooks';
import { ZkcxError } from '../errors.ts';
import type { JsonProof } from '../prover/envelope.ts';
import type { JobOptions, ProofJob, Prover } from '../prover/prover.ts';
import { claims, type AggregateJob, proofJob } from './job.ts';
import { type AggregateProgress, ProgressMeter } from './progress.ts';
import { type ProofStore, remaining, type Work } from './store.ts';

/** Times that a job is begun before the death of its process counts as its fault. */
export const ATTEMPTS = 6;

export interface RunOptions extends JobOptions {
  readonly prover: Prover;
  readonly store: ProofStore;
  /** Called at the start and after each proof. */
  readonly onProgress?: (progress: AggregateProgress) => void;
}

/**
 * Make every proof that is wanted and not kept yet. A job whose process dies, of a lack of memory or by
 * a signal, is begun again. Throws the ERR_PROVER_* codes, ERR_PROVER_CANCELLED among them; what is
 * finished by then stays in the store.
 *
 * @returns at least the proofs that are wanted, by id
 */
export async function runJobs(
  work: Work,
  options: RunOptions,
): Promise<ReadonlyMap<string, JsonProof>> {
  const { store, onProgress } = options;
  const { proofs, jobs } = await remaining(work, store);
  const meter = new ProgressMeter(jobs, work.jobs.length - jobs.length, () => performance.now());
  onProgress?.(meter.progress);
  for (const job of jobs) {
    const { proof, ms } = await proveJob(job, proofs, options);
    await store.write(job, proof);
    proofs.set(job.id, proof);
    meter.finished(job, ms);
    onProgress?.(meter.progress);
  }
  return proofs;
}

async function proveJob(
  job: AggregateJob,
  proofs: ReadonlyMap<string, JsonProof>,
  { prover, signal, onEvent }: RunOptions,
): Promise<TimedProof> {
  for (let attempt = 1; ; attempt++) {
    try {
      const timed = await proveTimed(prover, proofJob(job, proofs), { signal, onEvent });
      if (claims(timed.proof, job)) return timed;
      throw new ZkcxError('ERR_PROVER_FAILED', 'the proof claims something else than was planned');
    } catch (error) {
      const died = error instanceof ZkcxError && error.code === 'ERR_PROVER_CRASHED';
      if (!died || attempt === ATTEMPTS) throw error;
    }
  }
}

export interface TimedProof {
  readonly proof: JsonProof;
  /** Milliseconds of proving. */
  readonly ms: number;
}

/** Prove, and tell how long it took. */
export async function proveTimed(
  prover: Prover,
  job: ProofJob,
  { signal, onEvent }: JobOptions,
): Promise<TimedProof> {
  let ms = 0;
  const proof = await prover.prove(job, {
    signal,
    onEvent: (event) => {
      if (event.type === 'proved') ms = event.ms;
      onEvent?.(event);
    },
  });
  return { proof, ms };
}
