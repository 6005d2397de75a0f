/** Work for the provers of `tree`, in the form of an aggregation: a link that all share, then pairs and merges. */
import { type AggregateJob, type JobInput, jobOf } from '../../../src/aggregate/job.ts';
import type { Verdict, Work } from '../../../src/aggregate/store.ts';
import { CLAIMS, isSealed, TREE_KEY, TREE_MODE } from './seal.ts';

export const treeWorker = new URL('./tree.worker.ts', import.meta.url);

export const treeKey = () => TREE_KEY;

export const treeVerdict: Verdict = async (_, proof) => isSealed(proof);

export interface TreeWork extends Work {
  readonly root: AggregateJob;
}

interface Made {
  readonly job: AggregateJob;
  readonly claim: bigint;
}

/** One `leaf`, a `grow` from it for each value, and joins of neighbours up to one root. */
export function treeWork(values: readonly bigint[]): TreeWork {
  const jobs: AggregateJob[] = [];
  const add = (method: string, inputs: JobInput[], claim: bigint): Made => {
    const publicOutput = [String(claim)];
    const body = { program: 'tree', method, publicInput: TREE_MODE, inputs, publicOutput };
    const job = jobOf(body, treeKey);
    jobs.push(job);
    return { job, claim };
  };
  const shared = add('leaf', [{ value: '5' }], CLAIMS.leaf(5n));
  let level = values.map((value) =>
    add(
      'grow',
      [{ proof: shared.job.id }, { value: String(value) }],
      CLAIMS.grow(shared.claim, value),
    ),
  );
  const members = level.map(({ job }) => job.id);
  while (level.length > 1) {
    level = Array.from({ length: Math.ceil(level.length / 2) }, (_, i) => {
      const [left, right] = [level[2 * i]!, level[2 * i + 1]];
      if (right === undefined) return left;
      const inputs = [{ proof: left.job.id }, { proof: right.job.id }];
      return add('join', inputs, CLAIMS.join(left.claim, right.claim));
    });
  }
  const root = level[0]!.job;
  return { jobs, given: new Map(), wanted: [root.id, ...members], root };
}

export const VALUES = [11n, 12n, 13n, 14n, 15n, 16n, 17n, 18n];
