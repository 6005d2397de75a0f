/**
 * The log of a server: JSON, one object a line, on stderr or in a file. It names sessions by their TransactionID
 * and orders by their sequence number; what identifies a device, a profile or a customer is in no line.
 */
import { type Logger, pino } from 'pino';
import { ZkcxError } from '../../../errors.ts';
import type { ProverEvent } from '../../../prover/prover.ts';
import type { FunctionEvent } from '../../../rsp/server/json-functions.ts';
import type { Attempt } from '../../../rsp/server/outbox/sender.ts';
import type { LogLevel } from './settings.ts';

export interface LogOptions {
  readonly logLevel: LogLevel;
  readonly logFile?: string;
  readonly logPeers?: boolean;
}

export interface ServeLog extends Pick<Logger, 'info' | 'warn' | 'error'> {
  request(event: FunctionEvent): void;
  prover(event: ProverEvent): void;
  sweep(swept: { readonly failures: readonly unknown[] }): void;
  /** What became of a message to an operator. */
  progress(event: Pick<Attempt, 'outcome'>): void;
  /** What became of a call to an SM-DS. */
  discovery(event: Pick<Attempt, 'outcome'>): void;
  /** Open the file by its name again, after it was moved away. */
  reopen(): void;
}

/** Throws ERR_FILE_WRITE. */
export function openLog({ logLevel, logFile, logPeers = false }: LogOptions): ServeLog {
  const destination = openDestination(logFile);
  // a full disk, or nobody there, is no reason to stop serving
  destination.on('error', () => undefined);
  const log = pino(
    {
      level: logLevel,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
  const told = (event: Pick<Attempt, 'outcome'>, what: string) => {
    if (event.outcome === 'delivered') log.info(event, what);
    else log.warn(event, what);
  };
  return {
    info: log.info.bind(log),
    warn: log.warn.bind(log),
    error: log.error.bind(log),
    request: (event) => {
      const line = requestLine(event, logPeers);
      if (event.outcome === 'failed') log.error(line, 'request');
      else if (event.outcome === 'busy') log.warn(line, 'request');
      else log.info(line, 'request');
    },
    prover: ({ type, ...facts }) => log.debug(facts, type),
    sweep: ({ failures, ...counts }) => {
      for (const failure of failures) log.error({ error: problemOf(failure) }, 'sweep');
      const isIdle = Object.values(counts).every((count) => count === 0);
      log[isIdle ? 'debug' : 'info'](counts, 'sweep');
    },
    progress: (event) => told(event, 'progress'),
    discovery: (event) => told(event, 'discovery'),
    reopen: () => {
      if (logFile !== undefined) destination.reopen();
    },
  };
}

function openDestination(file: string | undefined) {
  try {
    return pino.destination({ dest: file ?? 2, sync: true, mode: 0o640 });
  } catch (cause) {
    throw new ZkcxError('ERR_FILE_WRITE', `cannot write the log to ${file ?? 'stderr'}`, { cause });
  }
}

function requestLine(event: FunctionEvent, withPeer: boolean): Record<string, unknown> {
  const { path, transaction, order, outcome, refused, http, ms, peer, defect } = event;
  return {
    interface: event.interface,
    function: path.slice(path.lastIndexOf('/') + 1) || undefined,
    transaction,
    order,
    outcome,
    ...codesOf(refused),
    http,
    ms: Math.round(ms * 10) / 10,
    peer: withPeer ? peer : undefined,
    error: defect === undefined ? undefined : problemOf(defect),
  };
}

/** Subject and reason code of SGP.22, or a code of this program. */
function codesOf(refused: string | undefined): Record<string, string | undefined> {
  const [subject, reason] = refused?.split('/') ?? [];
  return reason === undefined ? { code: subject } : { subject, reason };
}

/** How many causes are followed. */
const DEPTH = 5;

/**
 * What went wrong and where. Messages of zkCX hold no secret by their rule; those of others may quote what they
 * stumbled over, so only their kind and place are told.
 */
export function problemOf(error: unknown, depth = 0): Record<string, unknown> | undefined {
  if (!(error instanceof Error)) return error === undefined ? undefined : { type: typeof error };
  const { code } = error as { code?: unknown };
  const frames = error.stack?.split('\n').filter((line) => /^\s+at /.test(line)) ?? [];
  return {
    type: error.name,
    code: typeof code === 'string' ? code : undefined,
    message: error instanceof ZkcxError ? error.message : undefined,
    at: frames.slice(0, 10).map((line) => line.trim()),
    cause: depth < DEPTH ? problemOf(error.cause, depth + 1) : undefined,
  };
}
