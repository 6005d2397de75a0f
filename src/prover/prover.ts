/**
 * The asking side: a proving process with a lifetime. Proving blocks a process for half a minute and
 * leaks memory in the proof system, so it happens in a child that can be killed and replaced.
 */
import { z } from 'zod';
import { checked } from '../arguments.ts';
import * as argument from './arguments.ts';
import type { ChildProcess } from 'node:child_process';
import { ZkcxError } from '../errors.ts';
import type { JsonProof, PlainProof } from './envelope.ts';
import type { PlainName } from './program-shapes.ts';
import { forkModule, siblingModule } from './fork.ts';
import { Growth } from './growth.ts';
import { assertPinned, type VerificationKey } from './keys.ts';
import type { Circuits } from './pinned-circuits.ts';
import { VERIFIED_INSIDE } from './programs.ts';
import { type Backend, type Command, type Report, reportSchema } from './protocol.ts';

/** What a caller can watch. Holds nothing private. */
export type ProverEvent =
  | {
      readonly type: 'compiling';
      readonly program: string;
      readonly backend: Backend;
      /** Why the wanted backend is not in use; show it. */
      readonly fallback?: string;
    }
  | { readonly type: 'compiled'; readonly program: string; readonly ms: number }
  | { readonly type: 'proving'; readonly program: string; readonly method: string }
  | {
      readonly type: 'proved';
      readonly program: string;
      readonly method: string;
      readonly ms: number;
      /** Bytes. */
      readonly peakMemory: number;
    };

export interface ProverOptions {
  /** Default: native where installed, else wasm with a notice in the `compiling` event. */
  readonly backend?: Backend;
  /** Bytes that the process may leak before it is replaced, see `Growth`; default: 2 GiB. */
  readonly maxGrowth?: number;
  /** Compile without what is pinned, and do not compare with it: to pin anew, and for `keys check`. */
  readonly rebuild?: boolean;
  /** Module that serves the programs; for programs that are not part of this package. */
  readonly worker?: URL;
}

export interface JobOptions {
  readonly onEvent?: (event: ProverEvent) => void;
  /** Stops the work at once by ending the proving process. */
  readonly signal?: AbortSignal;
}

export interface ProofJob<Name extends string = string> {
  readonly program: Name;
  readonly method: string;
  readonly publicInput: unknown;
  readonly privateInputs: readonly unknown[];
}

/** What a program's proofs are. */
export type ProofOf<Name extends string> = Name extends PlainName ? PlainProof : JsonProof;

const MAX_GROWTH = 2 ** 31;

const proofJob = z.strictObject({
  program: z.string(),
  method: z.string(),
  publicInput: z.unknown(),
  privateInputs: z.array(z.unknown()),
});

/** A proof takes all cores and gigabytes: one at a time in a process, whoever asks. */
let turn: Promise<unknown> = Promise.resolve();

function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const result = turn.then(work);
  turn = result.catch(() => undefined);
  return result;
}

export interface CompiledKey extends VerificationKey {
  /** With `rebuild`: what to pin of the circuits. */
  readonly circuits?: Circuits;
}

type CommandBody = Command extends infer C ? (C extends Command ? Omit<C, 'id'> : never) : never;

export class Prover {
  private readonly options: ProverOptions;
  private child: ChildProcess | undefined;
  private compiled = new Map<string, CompiledKey>();
  private growth = new Growth();
  private nextId = 1;
  private closed = false;
  private readonly onExit = () => this.child?.kill('SIGKILL');

  constructor(options: ProverOptions = {}) {
    checked(options, argument.proverOptions, 'the options of Prover');
    this.options = options;
    process.once('exit', this.onExit);
  }

  /** Compile a program, unless that was done already; it takes ten seconds to a minute. */
  async compile(program: string, options: JobOptions = {}): Promise<CompiledKey> {
    checked(program, z.string(), 'the program of Prover.compile');
    checked(options, argument.jobOptions, 'the options of Prover.compile');
    return inTurn(() => this.ensureCompiled(program, options));
  }

  /**
   * Prove one method. Throws ERR_PROVER_REFUSED when the inputs do not satisfy the circuit,
   * ERR_PROVER_CANCELLED when `signal` fires, ERR_PROVER_CRASHED when the process dies.
   */
  async prove<Name extends string>(
    job: ProofJob<Name>,
    options: JobOptions = {},
  ): Promise<ProofOf<Name>> {
    checked(job, proofJob, 'the job of Prover.prove');
    checked(options, argument.jobOptions, 'the options of Prover.prove');
    return inTurn(async () => {
      if (this.growth.bytes > (this.options.maxGrowth ?? MAX_GROWTH)) this.stop();
      await this.ensureCompiled(job.program, options);
      const report = await this.ask({ type: 'prove', ...job }, options);
      if (report.type !== 'proved') throw crashed('it answered out of turn');
      this.growth.note(`${job.program}.${job.method}`, report.memory);
      return report.proof as ProofOf<Name>;
    });
  }

  /** End the proving process. Work that is under way fails with ERR_PROVER_CRASHED. */
  close(): void {
    this.closed = true;
    process.off('exit', this.onExit);
    this.stop();
  }

  private async ensureCompiled(program: string, options: JobOptions): Promise<CompiledKey> {
    const known = this.child === undefined ? undefined : this.compiled.get(program);
    if (known !== undefined) return known;
    for (const inner of VERIFIED_INSIDE.get(program) ?? [])
      await this.ensureCompiled(inner, options);
    const { backend, rebuild = false, worker } = this.options;
    const report = await this.ask({ type: 'compile', program, backend, fresh: rebuild }, options);
    if (report.type !== 'compiled') throw crashed('it answered out of turn');
    if (!rebuild && worker === undefined) assertPinned(program, report.key.hash);
    const key = { ...report.key, circuits: report.circuits };
    this.compiled.set(program, key);
    return key;
  }

  /** Send one command and wait for its last report. */
  private ask(body: CommandBody, { onEvent, signal }: JobOptions): Promise<Report> {
    return new Promise((resolve, reject) => {
      if (this.closed) throw new ZkcxError('ERR_PROVER_CLOSED', 'this prover was closed');
      if (signal?.aborted) throw cancelled();
      const child = (this.child ??= this.start());
      const id = this.nextId++;

      const settle = (finish: () => void) => {
        child.off('message', onMessage).off('exit', onExit).off('error', onError);
        signal?.removeEventListener('abort', onAbort);
        keepAlive(child, false);
        finish();
      };
      const fail = (error: ZkcxError) =>
        settle(() => {
          this.stop();
          reject(error);
        });
      const onAbort = () => fail(cancelled());
      const onError = () => fail(crashed('it could not be started'));
      const onExit = (code: number | null, by: NodeJS.Signals | null) => {
        // Ctrl-C goes to all processes of the terminal
        if (by === 'SIGINT' || by === 'SIGTERM') return fail(cancelled());
        return fail(crashed(by === null ? `exit code ${code}` : `${by}; is there enough memory?`));
      };
      const onMessage = (message: unknown) => {
        const parsed = reportSchema.safeParse(message);
        if (!parsed.success) return fail(crashed('it sent a message of an unknown form'));
        const report = parsed.data;
        if (report.id !== id) return;
        if (report.type === 'failed') {
          return settle(() => reject(new ZkcxError(report.code, report.message)));
        }
        onEvent?.(toEvent(report));
        if (report.type === 'compiled' || report.type === 'proved') settle(() => resolve(report));
      };

      child.on('message', onMessage).on('exit', onExit).on('error', onError);
      signal?.addEventListener('abort', onAbort, { once: true });
      keepAlive(child, true);
      child.send({ ...body, id });
    });
  }

  private start(): ChildProcess {
    this.compiled = new Map();
    this.growth = new Growth();
    const child = forkModule(this.options.worker ?? siblingModule('worker', import.meta.url));
    // it can also die while nothing is under way
    child.once('exit', () => {
      if (this.child === child) this.child = undefined;
    });
    return child;
  }

  private stop(): void {
    this.child?.kill('SIGKILL');
    this.child = undefined;
  }
}

/** Only work under way keeps the caller's process alive; an idle worker does not. */
function keepAlive(child: ChildProcess, alive: boolean): void {
  if (alive) child.ref();
  else child.unref();
  if (alive) child.channel?.ref();
  else child.channel?.unref();
}

function toEvent(report: Exclude<Report, { type: 'failed' }>): ProverEvent {
  switch (report.type) {
    case 'compiling': {
      const { type, program, backend, fallback } = report;
      return { type, program, backend, fallback };
    }
    case 'compiled':
      return { type: report.type, program: report.program, ms: report.ms };
    case 'proving':
      return { type: report.type, program: report.program, method: report.method };
    case 'proved': {
      const { type, program, method, ms, peakMemory } = report;
      return { type, program, method, ms, peakMemory };
    }
  }
}

const cancelled = () => new ZkcxError('ERR_PROVER_CANCELLED', 'proving was cancelled');

const crashed = (how: string) =>
  new ZkcxError('ERR_PROVER_CRASHED', `the proving process ended early: ${how}`);
