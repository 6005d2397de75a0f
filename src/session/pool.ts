/**
 * A folder of files that are used once each, by whichever process takes them first.
 *
 *   CACHEDIR.TAG   programs that make backups leave folders with it out
 *   ready/         what can be taken
 *   used/          what was taken, named by the process that did
 *
 * A file is out of `ready` on disk before anything in it is used, and it never comes back: a second use would
 * link the two. A file that was copied, as a restored backup is, is not used at all: it holds the inode and the
 * time of birth that it was written with.
 */
import { randomBytes } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ZkcxError } from '../errors.ts';
import { filesIn, flush, openPrivateFolder, readFileLimited, writeFileAtomic } from '../files.ts';
import { type Clock, systemClock } from '../time.ts';
import { ownMark, stateOf } from './process-mark.ts';

/** https://bford.info/cachedir/ */
const TAG_FILE = 'CACHEDIR.TAG';
const TAG = `Signature: 8a477f597d28d172789f06886806bc55
# Each file below is used once. Restored from a backup, it would be used again.
`;

const ENDING = '.json';
const SEPARATOR = '_';
const MAX_FILE_BYTES = 300_000;

/** Nobody needs a file for longer that a process on another host, or a write that was cut off, left behind. */
const LEFT_SECONDS = 86_400n;

const fileForm = z.strictObject({ place: z.string(), content: z.json() });

/** What was taken out of a pool. Nobody else gets it. */
export interface Taken<T> {
  readonly value: T;
  /** Delete the file. One that is left is deleted when its process is over and another one opens the pool. */
  done(): Promise<void>;
}

/** Whether a file is meant, by its name without the ending. */
export type IsWanted = (name: string) => boolean;

export class Pool {
  private readonly ready: string;
  private readonly used: string;

  private constructor(folder: string) {
    this.ready = join(folder, 'ready');
    this.used = join(folder, 'used');
  }

  /**
   * Open, or make, a pool, and delete what processes left in it that are over.
   *
   * @throws ERR_POOL_STORAGE (where folders cannot be flushed nothing is used once), ERR_FILE_*,
   *   ERR_CREDENTIAL_PERMISSIONS (others can enter the folder)
   */
  static async open(folder: string, now: Clock = systemClock): Promise<Pool> {
    const pool = new Pool(folder);
    for (const part of [folder, pool.ready, pool.used]) await openPrivateFolder(part);
    await writeFileAtomic(join(folder, TAG_FILE), TAG, 0o600);
    await reliably(async () => {
      for (const part of [folder, pool.ready, pool.used]) await flush(part);
    });
    await pool.sweep(now());
    return pool;
  }

  /** Names of what is ready, without their ending. Throws ERR_FILE_READ. */
  async names(): Promise<string[]> {
    const files = await filesIn(this.ready, ENDING);
    return files.map((file) => file.slice(0, -ENDING.length));
  }

  /** Add a file, mode 0600. Its name is the label, a hyphen and random digits. Throws ERR_FILE_WRITE. */
  async add(label: string, content: unknown): Promise<void> {
    const name = `${label}-${randomBytes(8).toString('hex')}${ENDING}`;
    const write = (file: BigIntStats) => `${JSON.stringify({ place: placeOf(file), content })}\n`;
    await writeFileAtomic(join(this.ready, name), write, 0o600);
  }

  /**
   * Take a file. Of several processes each gets another one. What cannot be read, or was copied here, is
   * deleted and passed over.
   *
   * @param read throws for what does not belong here
   * @throws ERR_POOL_STORAGE: what was moved is lost, make another one on the spot
   */
  async take<T>(isWanted: IsWanted, read: (content: unknown) => T): Promise<Taken<T> | undefined> {
    for (const name of (await this.names()).filter(isWanted)) {
      const file = await this.moveOut(name);
      if (file === undefined) continue;
      const done = () => rm(file, { force: true });
      try {
        return { value: read(await contentOf(file)), done };
      } catch (error) {
        await done();
        if (!isUnreadable(error)) throw error;
      }
    }
    return undefined;
  }

  /** Delete what is ready and of no use any more. Throws ERR_FILE_READ. */
  async discard(isUnwanted: IsWanted): Promise<void> {
    for (const name of (await this.names()).filter(isUnwanted)) {
      await rm(join(this.ready, `${name}${ENDING}`), { force: true });
    }
  }

  /** The file in its new place, on disk; undefined if another process was faster. */
  private async moveOut(name: string): Promise<string | undefined> {
    const file = join(this.used, `${ownMark()}${SEPARATOR}${name}${ENDING}`);
    try {
      await rename(join(this.ready, `${name}${ENDING}`), file);
    } catch (cause) {
      if ((cause as { code?: unknown }).code === 'ENOENT') return undefined;
      throw unreliable(cause);
    }
    try {
      await reliably(async () => {
        for (const part of [file, this.used, this.ready]) await flush(part);
      });
    } catch (error) {
      await rm(file, { force: true });
      throw error;
    }
    return file;
  }

  private async sweep(now: bigint): Promise<void> {
    for (const name of await filesIn(this.used, ENDING)) {
      const state = stateOf(name.slice(0, name.indexOf(SEPARATOR)));
      const file = join(this.used, name);
      if (state === 'over' || (state === 'elsewhere' && (await isLeft(file, now)))) {
        await rm(file, { force: true });
      }
    }
    for (const name of await readdir(this.ready)) {
      const file = join(this.ready, name);
      // of a process that ended while it wrote
      if (name.endsWith('.tmp') && (await isLeft(file, now))) await rm(file, { force: true });
    }
  }
}

/** Whether nobody moved or wrote a file for a day. */
async function isLeft(file: string, now: bigint): Promise<boolean> {
  const status = await stat(file).catch(() => undefined);
  return status !== undefined && now > BigInt(Math.ceil(status.ctimeMs / 1000)) + LEFT_SECONDS;
}

/** A copy has another inode, or at least another time of birth; a file that is renamed keeps both. */
const placeOf = ({ ino, birthtimeNs }: BigIntStats) => `${ino}-${birthtimeNs}`;

async function contentOf(file: string): Promise<unknown> {
  const bytes = await readFileLimited(file, MAX_FILE_BYTES, { ownerOnly: true });
  const { place, content } = fileForm.parse(JSON.parse(new TextDecoder().decode(bytes)));
  if (place !== placeOf(await stat(file, { bigint: true }))) {
    throw new ZkcxError('ERR_CREDENTIAL_FORMAT', 'the file was copied');
  }
  return content;
}

/** What is in a file is wrong, which says nothing about the next one. */
const isUnreadable = (error: unknown) =>
  error instanceof SyntaxError || error instanceof z.ZodError || error instanceof ZkcxError;

async function reliably(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    throw unreliable(cause);
  }
}

const unreliable = (cause: unknown) =>
  new ZkcxError(
    'ERR_POOL_STORAGE',
    'the storage cannot be made to remember that a file was used: keep nothing prepared here',
    { cause },
  );
