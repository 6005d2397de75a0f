/** Files that a command writes: checked before the work, not after minutes of it. */
import { randomBytes } from 'node:crypto';
import { lstat, open, realpath, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { ZkcxError } from '../../errors.ts';
import { assertReplaceable } from '../../files.ts';

/** Files by the option that names them; absent ones are not written. */
export type Outputs = Readonly<Record<string, string | undefined>>;

export interface OutputRules {
  /** Files that the command reads: none of them may be written. */
  readonly inputs?: readonly (string | undefined)[];
  /** Whether a file that is there already is replaced; default: it is refused. */
  readonly replace?: boolean;
}

/**
 * Refuse outputs that are the same file, that are read too, that exist, or that cannot be written.
 * Throws ERR_CLI_USAGE and ERR_FILE_WRITE.
 */
export async function assertOutputs(
  outputs: Outputs,
  { inputs = [], replace = false }: OutputRules = {},
): Promise<void> {
  const taken = new Map<string, string>();
  for (const input of inputs) {
    if (input !== undefined) taken.set(await canonicalPath(input), 'a file that is read');
  }
  for (const [option, file] of Object.entries(outputs)) {
    if (file === undefined) continue;
    const path = await canonicalPath(file);
    const other = taken.get(path);
    if (other !== undefined) {
      throw new ZkcxError('ERR_CLI_USAGE', `${option} and ${other} are the same file: ${file}`);
    }
    taken.set(path, option);
    if (replace) await assertReplaceable(file);
    else await assertAbsent(file);
    await assertFolderWritable(dirname(file));
  }
}

/** One name for a file, whichever way leads to it; also for one that is not there yet. */
async function canonicalPath(file: string): Promise<string> {
  try {
    return await realpath(file);
  } catch {
    const folder = await realpath(dirname(file)).catch(() => resolve(dirname(file)));
    return join(folder, basename(file));
  }
}

async function assertAbsent(file: string): Promise<void> {
  const found = await lstat(file).catch(() => undefined);
  if (found === undefined) return;
  throw new ZkcxError('ERR_FILE_WRITE', `${file} exists: remove it or name another`);
}

/** By writing: what permissions say is not all that counts. */
async function assertFolderWritable(folder: string): Promise<void> {
  const probe = join(folder, `.zkcx.${randomBytes(6).toString('hex')}.tmp`);
  try {
    await (await open(probe, 'wx', 0o600)).close();
  } catch (cause) {
    throw new ZkcxError('ERR_FILE_WRITE', `cannot write into ${folder}`, { cause });
  } finally {
    await rm(probe, { force: true }).catch(() => {});
  }
}
