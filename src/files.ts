/** Files that matter: written whole or not at all, read up to a limit. */
import { randomBytes } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import {
  chmod,
  constants,
  type FileHandle,
  lstat,
  mkdir,
  open,
  readdir,
  rename,
  rm,
  stat,
} from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ZkcxError } from './errors.ts';

/** Make a folder that only its owner can enter, unless it is there. Throws ERR_FILE_WRITE. */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new ZkcxError('ERR_FILE_WRITE', `cannot make the folder ${folder}`, { cause });
  }
}

/**
 * Open, or make, a folder for private files. Throws ERR_FILE_READ, and ERR_CREDENTIAL_PERMISSIONS when
 * others can enter it.
 */
export async function openPrivateFolder(folder: string): Promise<void> {
  let mode: number;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    ({ mode } = await stat(folder));
  } catch (cause) {
    throw new ZkcxError('ERR_FILE_READ', `cannot open the folder ${folder}`, { cause });
  }
  if (isOpenToOthers(mode)) throw openToOthers(folder);
}

/**
 * The same for a folder that a store has to itself: an empty one is closed to others, for nothing of it is known yet.
 * Throws ERR_CREDENTIAL_PERMISSIONS when others could enter what is there, and what the system says.
 */
export async function claimPrivateFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { mode } = await stat(folder);
  if (!isOpenToOthers(mode)) return;
  if ((await readdir(folder)).length > 0) throw openToOthers(folder);
  await chmod(folder, 0o700);
}

function openToOthers(folder: string): ZkcxError {
  return new ZkcxError(
    'ERR_CREDENTIAL_PERMISSIONS',
    `others may enter ${folder}: run "chmod 700" on it, and treat what it holds as known`,
  );
}

/** Names of the files in a folder that end so, without hidden ones. Throws ERR_FILE_READ. */
export async function filesIn(folder: string, ending: string): Promise<string[]> {
  try {
    const names = await readdir(folder);
    return names.filter((name) => name.endsWith(ending) && !name.startsWith('.'));
  } catch (cause) {
    throw new ZkcxError('ERR_FILE_READ', `cannot list ${folder}: ${reason(cause)}`, { cause });
  }
}

/** Windows keeps permissions elsewhere; its mode bits say nothing. */
const isOpenToOthers = (mode: number) => process.platform !== 'win32' && (mode & 0o077) !== 0;

/**
 * Write a file so that it is there completely or not at all, also after a power cut: a temporary file
 * in the same folder, flushed, then renamed. `mode` holds from the first byte on.
 *
 * @param data what to write, or what tells it of the file itself, as it is while it is empty
 */
export async function writeFileAtomic(
  path: string,
  data: string | Uint8Array | ((file: BigIntStats) => string),
  mode: number,
): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  await assertReplaceable(path);
  try {
    const file = await open(temporary, 'wx', mode);
    try {
      // the umask may have taken bits away, never added any
      await file.chmod(mode);
      const content = typeof data === 'function' ? data(await file.stat({ bigint: true })) : data;
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    await syncFolder(dirname(path));
  } catch (cause) {
    await rm(temporary, { force: true });
    throw new ZkcxError('ERR_FILE_WRITE', `cannot write ${path}: ${reason(cause)}`, { cause });
  }
}

/**
 * Throws ERR_FILE_WRITE if something stands at a path that a file must not take the place of: renaming
 * would put a file where a folder, pipe or device was.
 */
export async function assertReplaceable(path: string): Promise<void> {
  const status = await lstat(path).catch(() => undefined);
  if (status === undefined || status.isFile() || status.isSymbolicLink()) return;
  throw new ZkcxError('ERR_FILE_WRITE', `cannot write ${path}: it is not a regular file`);
}

/**
 * Read a regular file of at most `limit` bytes: no folder, pipe or device, and never more than that, even
 * if the file grows meanwhile. Throws ERR_FILE_READ and ERR_FILE_SIZE, and with `ownerOnly`
 * ERR_CREDENTIAL_PERMISSIONS when the mode of the file lets others at it.
 */
export async function readFileLimited(
  path: string,
  limit: number,
  { ownerOnly = false } = {},
): Promise<Uint8Array> {
  try {
    // to open a pipe without O_NONBLOCK waits until somebody writes into it
    const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const status = await file.stat();
      if (!status.isFile()) {
        throw new ZkcxError('ERR_FILE_READ', `cannot read ${path}: it is not a regular file`);
      }
      if (ownerOnly && isOpenToOthers(status.mode)) {
        throw new ZkcxError(
          'ERR_CREDENTIAL_PERMISSIONS',
          `others may read ${path}: run "chmod 600" on it, and treat what it holds as known`,
        );
      }
      return await readAtMost(file, limit, path);
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (cause instanceof ZkcxError) throw cause;
    throw new ZkcxError('ERR_FILE_READ', `cannot read ${path}: ${reason(cause)}`, { cause });
  }
}

/** The size that a file claims is that of a moment, and 0 in some file systems. */
async function readAtMost(file: FileHandle, limit: number, path: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // `end` is the last byte that is read: one beyond the limit shows that there is more
  for await (const chunk of file.createReadStream({ end: limit, autoClose: false })) {
    chunks.push(chunk as Uint8Array);
    size += (chunk as Uint8Array).length;
  }
  if (size > limit) {
    throw new ZkcxError('ERR_FILE_SIZE', `${path} has more than ${limit} bytes, the limit`);
  }
  return new Uint8Array(Buffer.concat(chunks, size));
}

/** Whether `readFileLimited` failed because there is no such file. */
export function isAbsent(error: unknown): boolean {
  return (
    error instanceof ZkcxError &&
    error.code === 'ERR_FILE_READ' &&
    (error.cause as { code?: unknown } | undefined)?.code === 'ENOENT'
  );
}

/** The rename itself is only safe once the folder is flushed; not every system can do that. */
async function syncFolder(folder: string): Promise<void> {
  try {
    await flush(folder);
  } catch {
    // Windows and some network file systems refuse to open or flush a folder
  }
}

/** Flush a file or a folder, so that it is as it is after a power cut too. Throws what the system says. */
export async function flush(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The codes of the system that people meet, in words. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'you may not; look at its permissions',
  EPERM: 'you may not; look at its permissions',
  ENOTDIR: 'a part of its path is no folder',
  EISDIR: 'it is a folder',
  ENOSPC: 'the disk is full',
  EROFS: 'the file system is read-only',
};

function reason(cause: unknown): string {
  const { code } = (cause ?? {}) as { readonly code?: unknown };
  if (typeof code !== 'string') return 'unknown reason';
  return Object.hasOwn(REASONS, code) ? `${REASONS[code]} (${code})` : code;
}
