/** Kill the proving process of the test that calls, as a lack of memory does. Linux. */
import { readFileSync } from 'node:fs';

/** Whether there was one. `module` is what it runs, a part of its path. */
export function killProver(module: string): boolean {
  const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8');
  const found = children
    .trim()
    .split(' ')
    .findLast((pid) => commandOf(pid).includes(module));
  return found !== undefined && process.kill(Number(found), 'SIGKILL');
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
