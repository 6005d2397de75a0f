/**
 * `npm run bench:online [-- --runs 2] [--before FOLDER]`: CPU seconds of what a holder proves ahead, on demand and
 * online. With a checkout (its dependencies installed) of the time when nothing was prepared, both in one run, and
 * the ratios. The first proof of each program counts apart: it makes the proving key.
 */
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { here, type Seconds } from './online-session.ts';

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '2' }, before: { type: 'string' } },
});

function measure(worker: string, args: readonly string[], cwd: string): Seconds {
  const { status, stdout } = spawnSync(
    process.execPath,
    ['--import', 'tsx', here(worker), ...args],
    { cwd, stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' },
  );
  if (status !== 0) throw Error(`${worker} ended with ${status}`);
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Seconds;
}

const median = (numbers: readonly number[]) =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!;
/** Of all runs but the cold one. */
const warm = (seconds: Seconds, names: readonly string[]) =>
  names.reduce((sum, name) => sum + median(seconds[name]!.slice(1)), 0);
const cold = (seconds: Seconds, names: readonly string[]) =>
  names.reduce((sum, name) => sum + seconds[name]![0]!, 0);

const ROWS: readonly (readonly [string, readonly string[]])[] = [
  ['ahead: refresh of the pool', ['refresh']],
  ['ahead: presentation', ['presentation']],
  ['ahead: presentation of a published credential', ['registryPresentation']],
  ['online: possession', ['possession']],
  ['on demand, with an empty pool', ['refresh', 'presentation', 'possession']],
];

const now = measure('online.worker.ts', [values.runs], here('..'));
const before =
  values.before === undefined
    ? undefined
    : measure(
        'online-before.worker.ts',
        [values.runs, resolve(values.before)],
        resolve(values.before),
      );
console.log('| what a holder proves | CPU, warm | CPU, cold | of all that came before |');
console.log('| --- | --- | --- | --- |');
const all = ['presentation', 'message5'];
if (before !== undefined) row('before: presentation and message, all online', before, all);
for (const [what, names] of ROWS) row(what, now, names);
const ratio = warm(now, ['registryPresentation']) / warm(now, ['possession']);
console.log(`\nregistryPresentation takes ${ratio.toFixed(2)} of a possession.`);

function row(what: string, seconds: Seconds, names: readonly string[]): void {
  const share = before && (warm(seconds, names) / warm(before, all)).toFixed(2);
  const cells = [
    what,
    `${warm(seconds, names).toFixed(1)} s`,
    `${cold(seconds, names).toFixed(1)} s`,
    share ?? '',
  ];
  console.log(`| ${cells.join(' | ')} |`);
}
