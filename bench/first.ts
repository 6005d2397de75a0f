/**
 * `npm run bench:first [-- --checkout FOLDER,FOLDER]`: the first chain proof and the first possession proof of a
 * user who has nothing but the package: CPU seconds of all processes, compiling included but not making the
 * inputs, and bytes written below an empty home. With several checkouts (folders with dependencies installed; default:
 * this one), each built first, one behind the other in one run, and the ratio of each to the first. Reads /proc, so
 * it runs on Linux.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const SUBJECTS = ['possession', 'chain'] as const;
const { values } = parseArgs({
  options: {
    checkout: { type: 'string', default: fileURLToPath(new URL('..', import.meta.url)) },
    only: { type: 'string', default: SUBJECTS.join(',') },
  },
});
const checkouts = values.checkout.split(',').map((folder) => resolve(folder));

for (const cwd of checkouts) {
  const { status } = spawnSync('npm', ['run', 'build'], { cwd, stdio: ['ignore', 'ignore', 2] });
  if (status !== 0) throw Error(`${cwd} cannot be built`);
}

console.log('| first proof | checkout | CPU | of the first | written |');
console.log('| --- | --- | --- | --- | --- |');
for (const subject of values.only.split(',')) {
  let first: number | undefined;
  for (const checkout of checkouts) {
    const { seconds, bytes } = measure(subject, checkout);
    first ??= seconds;
    const cells = [
      subject,
      checkout,
      `${seconds.toFixed(1)} s`,
      (seconds / first).toFixed(2),
      `${(bytes / 1e6).toFixed(1)} MB`,
    ];
    console.log(`| ${cells.join(' | ')} |`);
  }
}

function measure(subject: string, checkout: string): { seconds: number; bytes: number } {
  const home = mkdtempSync(join(tmpdir(), 'zkcx-first-'));
  const { ZKCX_CACHE: _, XDG_CACHE_HOME: __, ...environment } = process.env;
  const script = fileURLToPath(new URL('./first.worker.ts', import.meta.url));
  try {
    const before = childSeconds();
    const { status, stdout } = spawnSync(
      process.execPath,
      ['--import', 'tsx', script, checkout, subject],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
        encoding: 'utf8',
        env: { ...environment, HOME: home },
      },
    );
    if (status !== 0) throw Error(`${subject} in ${checkout} ended with ${status}`);
    return { seconds: childSeconds() - before - Number(stdout), bytes: bytesBelow(home) };
  } finally {
    rmSync(home, { recursive: true });
  }
}

/** User and system time of ended processes below this one: fields 16 and 17 of proc(5), in ticks of 10 ms. */
function childSeconds(): number {
  const text = readFileSync('/proc/self/stat', 'utf8');
  // the name of the process, in brackets, may hold spaces
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

function bytesBelow(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => statSync(join(folder, name)))
    .reduce((sum, stats) => sum + (stats.isFile() ? stats.size : 0), 0);
}
