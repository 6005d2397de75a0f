/** Real proofs take all cores and up to ten gigabytes: test files make them one after the other. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll } from '@jest/globals';

const lock = join(tmpdir(), 'zkcx-tests-proving');
const owner = join(lock, 'pid');

/** Let the tests of the calling file wait until no other file of this machine makes proofs. */
export function proveAlone(): void {
  beforeAll(async () => {
    while (!take()) await setTimeout(500);
  }, 3_600_000);
  afterAll(() => rmSync(lock, { recursive: true, force: true }));
}

/** Whether the lock is ours now: a folder is made by one process only. */
function take(): boolean {
  try {
    mkdirSync(lock);
    writeFileSync(owner, String(process.pid));
    return true;
  } catch {
    if (!isHeld()) rmSync(lock, { recursive: true, force: true });
    return false;
  }
}

/** Whether the process that took the lock lives; one that has just taken it may not have signed yet. */
function isHeld(): boolean {
  try {
    process.kill(Number(readFileSync(owner, 'utf8')), 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}
