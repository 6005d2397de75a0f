import { chmodSync, copyFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { temporaryFolder } from './temporary-folder.ts';

/** A copy of a key that only its owner can read, as commands want it; git keeps no such modes. */
export function privateCopy(file: string): string {
  const copy = join(temporaryFolder(), basename(file));
  copyFileSync(file, copy);
  chmodSync(copy, 0o600);
  return copy;
}
