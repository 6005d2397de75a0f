/** Compiled proving keys on disk: 600 MB for a large program, minutes to make, seconds to read. */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Cache } from 'o1js';

type Header = Parameters<Cache['read']>[0];

/** The folder given, else the environment's ZKCX_CACHE, else zkcx in the user's cache folder. */
export function cacheFolder(folder?: string): string {
  const chosen = folder ?? process.env.ZKCX_CACHE;
  if (chosen !== undefined && chosen !== '') return chosen;
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'zkcx');
}

/**
 * A key cache that survives being killed at any moment: o1js's own writes in place and marks an entry
 * as valid before its data is there. Here an entry appears by renaming a whole file, under a name
 * that depends on what it was made from.
 */
export function keyCache(folder: string): Cache {
  return {
    canWrite: true,
    cacheDirectory: folder,
    read(header) {
      try {
        return new Uint8Array(readFileSync(join(folder, entryName(header))));
      } catch {
        return undefined;
      }
    },
    write(header, data) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const name = entryName(header);
      const temporary = join(folder, `${name}.${process.pid}.tmp`);
      try {
        writeFileSync(temporary, data, { mode: 0o600 });
        renameSync(temporary, join(folder, name));
      } catch (error) {
        rmSync(temporary, { force: true });
        throw error;
      }
      dropOlder(folder, header.persistentId, name);
    },
  };
}

/** `persistentId` says which program and method, `uniqueId` which version of its circuit. */
function entryName({ persistentId, uniqueId, version }: Header): string {
  const digest = createHash('sha256').update(`${version} ${uniqueId}`).digest('hex').slice(0, 32);
  return `${persistentId}-${digest}`;
}

/** Keys of earlier versions of a circuit are of no use and large. */
function dropOlder(folder: string, persistentId: string, current: string): void {
  for (const name of readdirSync(folder)) {
    const isVersion =
      name.length === persistentId.length + 33 && name.startsWith(`${persistentId}-`);
    if (isVersion && name !== current) rmSync(join(folder, name), { force: true });
  }
}
