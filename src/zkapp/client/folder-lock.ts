/** One process at a time in a folder. */
import { randomBytes } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ZkcxError } from '../../errors.ts';

/**
 * Take the lock of a folder; what is returned gives it back. A lock whose process is gone is taken over.
 * Throws ERR_REGISTRY_LOCKED.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const file = join(folder, 'lock');
  const own = join(folder, `.lock.${process.pid}.${randomBytes(6).toString('hex')}`);
  await writeFile(own, String(process.pid), { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < 3; attempt++) {
      // a link appears with its content or not at all, and never over another one
      const taken = await link(own, file).then(
        () => true,
        () => false,
      );
      if (taken) return () => rm(file, { force: true });
      if (!(await removeIfStale(file, `${own}.stale`))) break;
    }
  } finally {
    await rm(own, { force: true });
  }
  throw new ZkcxError(
    'ERR_REGISTRY_LOCKED',
    `another process works with ${folder}: wait for it, or remove ${file} if there is none`,
  );
}

async function removeIfStale(file: string, aside: string): Promise<boolean> {
  if (await isHeld(file)) return false;
  try {
    // by renaming, one of several processes does it
    await rename(file, aside);
    if (await isHeld(aside)) {
      // a living process took it in between
      await link(aside, file);
      return false;
    }
    return true;
  } catch {
    return true;
  } finally {
    await rm(aside, { force: true });
  }
}

async function isHeld(file: string): Promise<boolean> {
  try {
    process.kill(Number(await readFile(file, 'utf8')), 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
