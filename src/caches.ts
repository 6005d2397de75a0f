/** Where this user's caches are: what can be made again, and is never taken from others. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** A file or folder of this package's there; none where the user has no home. */
export function cachePath(name: string): string | undefined {
  const caches = process.env.XDG_CACHE_HOME;
  if (caches) return join(caches, 'zkcx', name);
  const home = homedir();
  return home !== '' && existsSync(home) ? join(home, '.cache', 'zkcx', name) : undefined;
}
