/** What the commands that prove have in common. */
import { Option } from 'commander';
import { ZkcxError } from '../../errors.ts';
import { type Backend, BACKENDS } from '../../prover/protocol.ts';
import type { JobOptions, Prover, ProverOptions } from '../../prover/prover.ts';
import { progressLines } from './progress.ts';

export const PROVER = [
  new Option('--backend <name>', 'how to compute; default: native where there is one').choices([
    ...BACKENDS,
  ]),
];

export interface ProverFlags {
  readonly backend?: Backend;
}

/** Options for the prover: flags, progress on stderr, Ctrl-C ends the proving process. */
export function proverOptions({ backend }: ProverFlags): ProverOptions & JobOptions {
  return { backend, signal: stopSignal(), onEvent: progressLines() };
}

/** Work with a proving process of its own, which compiles each program once. */
export async function withProver<T>(
  options: ProverOptions,
  work: (prover: Prover) => Promise<T>,
): Promise<T> {
  const { Prover } = await import('../../prover/prover.ts');
  const prover = new Prover(options);
  try {
    return await work(prover);
  } finally {
    prover.close();
  }
}

/** Aborted by Ctrl-C and by SIGTERM; the second one ends the process at once. */
export function stopSignal(): AbortSignal {
  const abort = new AbortController();
  process.once('SIGINT', () => abort.abort());
  process.once('SIGTERM', () => abort.abort());
  return abort.signal;
}

/** Say of work that failed after `signal` was aborted that it was interrupted. */
export async function unlessInterrupted<T>(
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!signal.aborted || !(cause instanceof ZkcxError)) throw cause;
    throw new ZkcxError('ERR_CLI_INTERRUPTED', cause.message, { reason: cause.code, cause });
  }
}
