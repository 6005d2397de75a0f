/**
 * Proofs are verified in processes of their own: each takes about a second in which a process does
 * nothing else. Who wants something verified takes a place first; there are so many and no more, and
 * they are counted apart for devices that have shown a proof and for those that have not. So a flood of
 * false proofs fills the places of newcomers, and neither stops the server nor sessions under way.
 */
import type { ChildProcess } from 'node:child_process';
import { ZkcxError } from '../../../errors.ts';
import type { JsonProof } from '../../../prover/envelope.ts';
import { forkModule, siblingModule } from '../../../prover/fork.ts';
import type { VerificationKey } from '../../../prover/keys.ts';
import type { AssertProof } from '../../../prover/verify.ts';

export interface VerifyQuestion {
  readonly id: number;
  readonly proof: JsonProof;
  readonly key: VerificationKey;
}

export interface VerifyAnswer {
  readonly id: number;
  readonly valid: boolean;
}

export interface VerifiersOptions {
  /**
   * Processes; default 2, so that a slow proof blocks nobody. Each takes a core while it verifies, and some
   * hundred megabytes.
   */
  readonly processes?: number;
  /** Devices of each sort that have a place at a time; default 16. */
  readonly places?: number;
  /** Milliseconds for one proof; default 30,000. */
  readonly timeout?: number;
  /** Module of the processes; for tests of what goes on around them. */
  readonly worker?: URL;
}

/** Whose proof it is: of nobody known yet, or of a device that has shown a valid one in this session. */
export type Standing = 'newcomer' | 'known';

/** The right to have proofs verified. */
export interface Place {
  /** Throws ERR_PROOF_INVALID; also where the verification itself breaks or takes too long. */
  readonly assertProof: AssertProof;
  release(): void;
}

interface Job {
  readonly question: VerifyQuestion;
  readonly settle: (valid: boolean) => void;
}

export class ProofVerifiers {
  readonly #options: Required<Omit<VerifiersOptions, 'worker'>>;
  readonly #worker: URL;
  readonly #taken: Record<Standing, number> = { newcomer: 0, known: 0 };
  readonly #waiting: Record<Standing, Job[]> = { newcomer: [], known: [] };
  readonly #idle: ChildProcess[] = [];
  readonly #processes = new Set<ChildProcess>();
  #nextId = 1;
  #closed = false;

  constructor({ processes = 2, places = 16, timeout = 30_000, worker }: VerifiersOptions = {}) {
    this.#options = { processes, places, timeout };
    this.#worker = worker ?? siblingModule('verify-worker', import.meta.url);
  }

  /** Start all processes: loading the proof system takes seconds, which the first device need not wait. */
  start(): void {
    for (let process = this.#start(); process !== undefined; process = this.#start()) {
      this.#idle.push(process);
    }
  }

  /** Take a place, to be given back. Throws ERR_RSP_BUSY when all are taken. */
  reserve(standing: Standing): Place {
    if (this.#taken[standing] >= this.#options.places) {
      throw new ZkcxError('ERR_RSP_BUSY', 'too many proofs wait to be verified; try again later');
    }
    this.#taken[standing]++;
    let isHeld = true;
    return {
      assertProof: async ({ proof }, key) => {
        if (!isHeld) throw RangeError('the place was given back');
        if (!(await this.#ask(standing, proof, key))) {
          throw new ZkcxError('ERR_PROOF_INVALID', 'the proof is not valid');
        }
      },
      release: () => {
        if (isHeld) this.#taken[standing]--;
        isHeld = false;
      },
    };
  }

  /** End all processes. What waits is not valid. */
  close(): void {
    this.#closed = true;
    for (const process of this.#processes) process.kill('SIGKILL');
    for (const jobs of Object.values(this.#waiting)) {
      for (const { settle } of jobs.splice(0)) settle(false);
    }
  }

  #ask(standing: Standing, proof: JsonProof, { hash, data }: VerificationKey): Promise<boolean> {
    if (this.#closed) return Promise.resolve(false);
    return new Promise((settle) => {
      const question = { id: this.#nextId++, proof, key: { hash, data } };
      this.#waiting[standing].push({ question, settle });
      this.#next();
    });
  }

  /** Give work to processes that have none: first that of devices which are known to be genuine. */
  #next(): void {
    const { known, newcomer } = this.#waiting;
    while (!this.#closed && known.length + newcomer.length > 0) {
      const process = this.#idle.pop() ?? this.#start();
      if (process === undefined) return;
      this.#run(process, (known.shift() ?? newcomer.shift())!);
    }
  }

  #start(): ChildProcess | undefined {
    if (this.#processes.size >= this.#options.processes) return undefined;
    const process = forkModule(this.#worker);
    this.#processes.add(process);
    const gone = () => {
      this.#processes.delete(process);
      const at = this.#idle.indexOf(process);
      if (at >= 0) this.#idle.splice(at, 1);
      this.#next();
    };
    process.once('exit', gone).once('error', gone);
    // only work under way keeps this process alive
    process.unref();
    process.channel?.unref();
    return process;
  }

  #run(process: ChildProcess, { question, settle }: Job): void {
    const end = (valid: boolean) => {
      clearTimeout(timer);
      process.off('message', onMessage).off('exit', onExit).off('error', onExit);
      settle(valid);
    };
    const onExit = () => end(false);
    const onMessage = ({ id, valid }: VerifyAnswer) => {
      if (id !== question.id) return;
      end(valid);
      this.#idle.push(process);
      this.#next();
    };
    // the exit that follows settles it
    const timer = setTimeout(() => process.kill('SIGKILL'), this.#options.timeout);
    process.on('message', onMessage).once('exit', onExit).once('error', onExit);
    process.send(question, (error) => {
      if (error !== null) process.kill('SIGKILL');
    });
  }
}
