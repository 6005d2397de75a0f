/** How far an aggregation is, and how long the rest may take, estimated from finished jobs. */
import type { AggregateJob } from './job.ts';

export interface AggregateProgress {
  /** Proofs that are there, those kept from earlier runs among them. */
  readonly done: number;
  readonly total: number;
  /** Milliseconds that the rest may take; unknown before the first proof. */
  readonly left?: number;
}

type Kind = Pick<AggregateJob, 'program' | 'method'>;

const nameOf = ({ program, method }: Kind) => `${program}.${method}`;

export class ProgressMeter {
  private readonly total: number;
  private readonly waiting = new Map<string, number>();
  /** Proving time of each kind: milliseconds and jobs. */
  private readonly spent = new Map<string, { ms: number; jobs: number }>();
  private readonly start: number;
  private readonly clock: () => number;
  private done: number;

  /** @param clock milliseconds from anywhere */
  constructor(jobs: readonly Kind[], kept: number, clock: () => number) {
    this.total = jobs.length + kept;
    this.done = kept;
    this.clock = clock;
    this.start = clock();
    for (const job of jobs) {
      this.waiting.set(nameOf(job), (this.waiting.get(nameOf(job)) ?? 0) + 1);
    }
  }

  /** A job is done that took a prover so many milliseconds. */
  finished(job: Kind, ms: number): void {
    const name = nameOf(job);
    const { ms: before, jobs } = this.spent.get(name) ?? { ms: 0, jobs: 0 };
    this.spent.set(name, { ms: before + ms, jobs: jobs + 1 });
    this.waiting.set(name, this.waiting.get(name)! - 1);
    this.done += 1;
  }

  /** Provers work side by side, and also compile: so much proving time goes by in a millisecond. */
  private rate(work: number): number {
    return work / Math.max(1, this.clock() - this.start);
  }

  get progress(): AggregateProgress {
    const kinds = [...this.spent.values()];
    const work = kinds.reduce((sum, { ms }) => sum + ms, 0);
    const { done, total } = this;
    if (work === 0) return { done, total };
    const average = work / kinds.reduce((sum, { jobs }) => sum + jobs, 0);
    let rest = 0;
    for (const [name, jobs] of this.waiting) {
      const known = this.spent.get(name);
      rest += jobs * (known === undefined ? average : known.ms / known.jobs);
    }
    return { done, total, left: rest / this.rate(work) };
  }
}
