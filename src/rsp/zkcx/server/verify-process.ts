/**
 * One process that verifies: it starts up, says that it is ready, and then is asked for one batch at a time.
 * What it does wrong is an outcome and no error, since it says nothing of the proofs.
 */
import type { ChildProcess } from 'node:child_process';
import { forkModule } from '../../../prover/fork.ts';
import type { ProofAndKey, Verdict } from '../../../prover/guard.ts';

/** Milliseconds from the start of a process until it is ready. Nothing of it is any proof's time. */
const START_UP = 120_000;

/** To the process. */
export interface VerifyQuestion {
  readonly id: number;
  readonly proofs: readonly ProofAndKey[];
}

/** From the process: first that it can verify or why not, then an answer to each question. */
export type VerifyReport =
  | { readonly type: 'ready' }
  | { readonly type: 'broken'; readonly problem: string }
  | { readonly type: 'verdicts'; readonly id: number; readonly verdicts: readonly Verdict[] };

/**
 * How a batch ended: a verdict for each proof in their order; or without any, because the process is gone,
 * had to be killed for taking too long, or is not able to verify anything, which ends it too.
 */
export type Outcome =
  | { readonly type: 'verdicts'; readonly verdicts: readonly Verdict[] }
  | { readonly type: 'gone' }
  | { readonly type: 'late' }
  | { readonly type: 'broken'; readonly problem: string };

interface Asked {
  readonly id: number;
  readonly count: number;
  readonly settle: (outcome: Outcome) => void;
  readonly timer: NodeJS.Timeout;
}

export interface VerifyProcessOptions {
  readonly worker: URL;
  /** Milliseconds for one batch. */
  readonly timeout: number;
  /** Called once, unless the process ends before. */
  readonly onReady: () => void;
  /** Called once, after the outcome of what it was asked for. `problem`: what it said itself. */
  readonly onEnd: (problem?: string) => void;
}

export class VerifyProcess {
  readonly #process: ChildProcess;
  readonly #timeout: number;
  #isReady = false;
  #asked: Asked | undefined;
  #nextId = 1;
  /** What the outcome is if the process ends now. */
  #ending: Outcome = { type: 'gone' };

  constructor({ worker, timeout, onReady, onEnd }: VerifyProcessOptions) {
    this.#timeout = timeout;
    this.#process = forkModule(worker);
    const startUp = setTimeout(() => this.kill(), START_UP);
    let isOver = false;
    const end = () => {
      if (isOver) return;
      isOver = true;
      clearTimeout(startUp);
      this.#settle(this.#ending);
      onEnd(this.#ending.type === 'broken' ? this.#ending.problem : undefined);
    };
    this.#process.once('exit', end).once('error', end);
    this.#process.on('message', (report: VerifyReport) => {
      if (report.type === 'ready' && !this.#isReady) {
        this.#isReady = true;
        clearTimeout(startUp);
        // from here on only work under way keeps the caller's process alive
        this.#process.unref();
        this.#process.channel?.unref();
        onReady();
      } else {
        this.#take(report);
      }
    });
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  /** Have a batch verified. Only when ready, and when the batch before has ended. */
  ask(proofs: readonly ProofAndKey[]): Promise<Outcome> {
    return new Promise((settle) => {
      const id = this.#nextId++;
      const timer = setTimeout(() => this.#end({ type: 'late' }), this.#timeout);
      this.#asked = { id, count: proofs.length, settle, timer };
      const question: VerifyQuestion = { id, proofs };
      this.#process.send(question, (error) => {
        if (error !== null) this.kill();
      });
    });
  }

  kill(): void {
    this.#process.kill('SIGKILL');
  }

  /** A process that answers something else than it was asked for is not relied upon any more. */
  #take(report: VerifyReport): void {
    // it was killed, and this was on its way
    if (this.#ending.type !== 'gone') return;
    const asked = this.#asked;
    if (report.type === 'broken') {
      this.#end({ type: 'broken', problem: report.problem });
    } else if (
      report.type === 'verdicts' &&
      report.id === asked?.id &&
      report.verdicts.length === asked.count
    ) {
      this.#settle({ type: 'verdicts', verdicts: report.verdicts });
    } else {
      this.kill();
    }
  }

  #end(ending: Outcome): void {
    this.#ending = ending;
    this.kill();
  }

  #settle(outcome: Outcome): void {
    const asked = this.#asked;
    this.#asked = undefined;
    if (asked === undefined) return;
    clearTimeout(asked.timer);
    asked.settle(outcome);
  }
}
