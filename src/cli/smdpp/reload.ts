/** Files of a running server that are written anew: read again on SIGHUP, and when they change. */
import { stat } from 'node:fs/promises';
import type { SmdpService } from '../../rsp/smdpp/index.ts';
import { problemOf, type ServeLog } from '../shared/server/log.ts';
import { readServeFiles } from './serve-files.ts';
import type { ServeValues } from './serve-settings.ts';

/** Milliseconds between two looks, as for the files of zkCX. */
const LOOK = 10_000;
/** Milliseconds after which files that were refused are tried again, though none of them changed. */
const RETRY = 60_000;

export interface Reloading {
  /** Read all files now. */
  now(): Promise<void>;
  stop(): void;
}

/** Files that are wrong leave those of before in force, which the log says. */
export function reloading(values: ServeValues, service: SmdpService, log: ServeLog): Reloading {
  const { ci, auth, pb, tls, es2ClientCa } = values;
  const pairs = [...auth, ...pb, ...(tls ? [tls] : [])].flatMap(({ cert, key }) => [cert, key]);
  const paths = [...ci, ...pairs, ...(es2ClientCa ? [es2ClientCa] : [])];
  let known: Promise<string> = stampOf(paths);
  let retryAt = Infinity;
  let work: Promise<void> = Promise.resolve();

  const read = async () => {
    // before reading: what changes meanwhile is seen at the next look
    known = stampOf(paths);
    await known;
    try {
      const files = await readServeFiles(values);
      service.reload({
        trust: files.trust,
        es9pTls: files.tls,
        es2pTls: files.tls && { ...files.tls, clientCa: files.es2ClientCa },
      });
      retryAt = Infinity;
      log.info('certificates, keys and CIs were read again');
    } catch (error) {
      retryAt = performance.now() + RETRY;
      log.error({ error: problemOf(error) }, 'certificates, keys and CIs of before serve on');
    }
  };
  const look = async () => {
    const isChanged = (await stampOf(paths)) !== (await known);
    if (isChanged || performance.now() >= retryAt) await read();
  };
  // one after the other
  const next = (step: () => Promise<void>) => (work = work.then(step));
  const timer = setInterval(() => void next(look), LOOK).unref();
  return { now: () => next(read), stop: () => clearInterval(timer) };
}

/** A file that is not there is one more way in which it can be. */
async function stampOf(paths: readonly string[]): Promise<string> {
  const stamps = paths.map(async (path) => {
    try {
      const { mtimeMs, ctimeMs, size, ino } = await stat(path);
      return `${mtimeMs}/${ctimeMs}/${size}/${ino}`;
    } catch {
      return 'unreadable';
    }
  });
  return (await Promise.all(stamps)).join(' ');
}
