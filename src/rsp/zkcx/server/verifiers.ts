/**
 * Proofs are verified in processes of their own: a process does nothing else meanwhile. Who wants something
 * verified takes a place first; there are so many and no more. So a flood of false proofs fills the places, and
 * neither stops the server nor sessions under way, which have nothing left to be verified.
 *
 * What waits when a process becomes free is verified as one batch, which costs little more than one proof. A
 * batch that is not wholly valid, ends its process or takes too long is taken apart, and each of its proofs is
 * verified alone.
 */
import { ZkcxError } from '../../../errors.ts';
import { siblingModule } from '../../../prover/fork.ts';
import { MAX_BATCH, type ProofAndKey } from '../../../prover/guard.ts';
import type { AssertProof } from '../../../prover/verify.ts';
import { VerifyProcess } from './verify-process.ts';

export interface VerifiersOptions {
  /**
   * Processes; default 2, so that a slow proof blocks nobody. Each takes a core while it verifies, and some
   * hundred megabytes.
   */
  readonly processes?: number;
  /** Devices that have a place at a time; default 16. */
  readonly places?: number;
  /** Proofs that one process verifies at a time at most; default 16. */
  readonly batch?: number;
  /** Milliseconds for a batch, from the moment when a process that is ready takes it; default 30,000. */
  readonly timeout?: number;
  /** Module of the processes; for tests of what goes on around them. */
  readonly worker?: URL;
}

/** The right to have proofs verified. */
export interface Place {
  /**
   * Throws ERR_PROOF_INVALID, also for a proof that ends two processes which verify nothing else;
   * ERR_RSP_VERIFIER where nobody knows because the server has trouble of its own: it may be asked again.
   */
  readonly assertProof: AssertProof;
  release(): void;
}

interface Job {
  readonly question: ProofAndKey;
  readonly settle: (valid: boolean) => void;
  readonly fail: (problem: string) => void;
  /** It was in a batch that was taken apart. */
  isAlone: boolean;
  /** Processes that have ended while they verified this proof and no other one. */
  ended: number;
}

/** Processes that a proof must have ended to be false. One may end for a reason of its own. */
const FATAL = 2;

export class ProofVerifiers {
  readonly #options: Required<VerifiersOptions>;
  #taken = 0;
  readonly #waiting: Job[] = [];
  readonly #idle: VerifyProcess[] = [];
  readonly #processes = new Set<VerifyProcess>();
  #closed = false;

  constructor({
    processes = 2,
    places = 16,
    batch = MAX_BATCH,
    timeout = 30_000,
    worker = siblingModule('verify-worker', import.meta.url),
  }: VerifiersOptions = {}) {
    this.#options = { processes, places, batch, timeout, worker };
  }

  /** Start all processes: loading the proof system takes seconds, which the first device need not wait. */
  start(): void {
    while (this.#start());
  }

  /** What waits, and what the processes are at. */
  status() {
    const ready = [...this.#processes].filter(({ isReady }) => isReady).length;
    return {
      waiting: this.#waiting.length,
      processes: {
        starting: this.#processes.size - ready,
        idle: this.#idle.length,
        busy: ready - this.#idle.length,
      },
    };
  }

  /** Take a place, to be given back. Throws ERR_RSP_BUSY when all are taken. */
  reserve(): Place {
    if (this.#taken >= this.#options.places) {
      throw new ZkcxError('ERR_RSP_BUSY', 'too many proofs wait to be verified; try again later');
    }
    this.#taken++;
    let isHeld = true;
    return {
      assertProof: async ({ proof }, { hash, data }) => {
        if (!isHeld) throw RangeError('the place was given back');
        if (!(await this.#ask({ proof, key: { hash, data } }))) {
          throw new ZkcxError('ERR_PROOF_INVALID', 'the proof is not valid');
        }
      },
      release: () => {
        if (isHeld) this.#taken--;
        isHeld = false;
      },
    };
  }

  /** End all processes. What waits, or is under way, fails with ERR_RSP_VERIFIER. */
  close(): void {
    this.#closed = true;
    for (const process of this.#processes) process.kill();
    this.#failWaiting('the server ends');
  }

  #ask(question: ProofAndKey): Promise<boolean> {
    return new Promise((settle, reject) => {
      const fail = (problem: string) =>
        reject(new ZkcxError('ERR_RSP_VERIFIER', `a proof could not be verified: ${problem}`));
      if (this.#closed) return fail('the server ends');
      this.#waiting.push({ question, settle, fail, isAlone: false, ended: 0 });
      this.#next();
    });
  }

  /** Give what waits to processes that have nothing to do. */
  #next(): void {
    while (!this.#closed && this.#waiting.length > 0) {
      const process = this.#idle.pop();
      if (process === undefined) {
        // it asks for work when it is ready
        this.#start();
        return;
      }
      void this.#run(process, this.#nextBatch());
    }
  }

  #nextBatch(): Job[] {
    const jobs = this.#waiting;
    const alone = jobs.findIndex(({ isAlone }) => isAlone);
    if (alone === 0) return jobs.splice(0, 1);
    return jobs.splice(0, Math.min(this.#options.batch, alone < 0 ? jobs.length : alone));
  }

  async #run(process: VerifyProcess, jobs: readonly Job[]): Promise<void> {
    const outcome = await process.ask(jobs.map(({ question }) => question));
    if (outcome.type === 'verdicts') {
      this.#idle.push(process);
      const { verdicts } = outcome;
      for (const [i, { settle }] of jobs.entries()) {
        if (verdicts[i] !== 'unknown') settle(verdicts[i] === 'valid');
      }
      this.#takeApart(jobs.filter((_, i) => verdicts[i] === 'unknown'));
    } else if (this.#closed) {
      for (const { fail } of jobs) fail('the server ends');
    } else if (outcome.type === 'broken') {
      for (const { fail } of jobs) fail(outcome.problem);
    } else if (jobs.length > 1) {
      this.#takeApart(jobs);
    } else {
      this.#reconsider(jobs[0]!, outcome.type);
    }
    this.#next();
  }

  /** Each is verified alone, before what came later. */
  #takeApart(jobs: readonly Job[]): void {
    for (const job of jobs) job.isAlone = true;
    this.#waiting.unshift(...jobs);
  }

  /** A proof that was verified alone, without a verdict. */
  #reconsider(job: Job, ending: 'gone' | 'late'): void {
    if (ending === 'late') return job.fail('it took too long');
    job.ended++;
    if (job.ended >= FATAL) job.settle(false);
    else this.#takeApart([job]);
  }

  /** Start one more process, if there may be one. */
  #start(): boolean {
    if (this.#closed || this.#processes.size >= this.#options.processes) return false;
    const { worker, timeout } = this.#options;
    const process = new VerifyProcess({
      worker,
      timeout,
      onReady: () => {
        this.#idle.push(process);
        this.#next();
      },
      onEnd: (problem) => this.#ended(process, problem),
    });
    this.#processes.add(process);
    return true;
  }

  /** Another one takes the place of a process; but of one that could not even start only when somebody asks. */
  #ended(process: VerifyProcess, problem = 'no process that verifies can be started'): void {
    this.#processes.delete(process);
    const at = this.#idle.indexOf(process);
    if (at >= 0) this.#idle.splice(at, 1);
    if (process.isReady) this.#start();
    else if (this.#processes.size === 0) this.#failWaiting(problem);
  }

  #failWaiting(problem: string): void {
    for (const { fail } of this.#waiting.splice(0)) fail(problem);
  }
}
