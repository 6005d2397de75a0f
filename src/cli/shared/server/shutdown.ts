/** The end of a server: told to others, then waited for, for a bounded time. */
import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT } from '../exit-codes.ts';
import type { ServeLog } from './log.ts';

/** Milliseconds for everything after the pause. */
const LIMIT = 20_000;

export interface Ending {
  /** Begin nothing more. */
  drain(): void;
  /** Let what is under way end. */
  close(): Promise<void>;
  /** Seconds between the two, for whoever has to learn it. */
  readonly pause: number;
}

/** End at SIGTERM or SIGINT, at once at the second one. */
export function endOnSignal({ drain, close, pause }: Ending, log: ServeLog): void {
  let isEnding = false;
  const end = async (signal: string) => {
    if (isEnding) {
      log.warn({ signal }, 'stopped at once');
      process.exit(EXIT.interrupted);
    }
    isEnding = true;
    log.info({ signal }, 'stopping');
    drain();
    if (pause > 0) await sleep(pause * 1_000);
    setTimeout(() => {
      log.error('what is under way does not end');
      process.exit(EXIT.unusable);
    }, LIMIT).unref();
    await close();
    log.info('stopped');
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
}
