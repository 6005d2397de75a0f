/**
 * `npm run bench:plain -- --before FOLDER [--runs 3]`: what plain proofs cost, and what the same programs of a checkout
 * (its dependencies installed) did whose proofs were o1js's. Each program in a process of its own, both versions in turn;
 * CPU seconds of all threads, and the peak of its memory. The first proof of each process counts apart.
 */
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { here } from './online-session.ts';
import type { PlainSeconds } from './plain.worker.ts';

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '3' }, before: { type: 'string' } },
});
if (values.before === undefined) {
  console.error(
    'give --before, a checkout whose possession and registryPresentation are zkPrograms',
  );
  process.exit(2);
}
const before = resolve(values.before);

function measure(checkout: string, program: string): PlainSeconds {
  const args = ['--import', 'tsx', here('plain.worker.ts'), checkout, program, values.runs];
  const { status, stdout } = spawnSync(process.execPath, args, {
    cwd: here('..'),
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  });
  if (status !== 0) throw Error(`plain.worker.ts ended with ${status}`);
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as PlainSeconds;
}

const median = (numbers: readonly number[]) =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!;

const PAIRS = [
  ['possession', 'sessionPossession'],
  ['registryPresentation', 'registryPresentation'],
] as const;

console.log('| program | what | before | plain | ratio |');
console.log('| --- | --- | --- | --- | --- |');
for (const [old, plain] of PAIRS) {
  const [a, b] = [measure(before, old), measure(here('..'), plain)];
  const row = (what: string, of: (one: PlainSeconds) => number, unit: string) =>
    console.log(
      `| ${plain} | ${what} | ${of(a).toFixed(2)} ${unit} | ${of(b).toFixed(2)} ${unit} | ${(of(b) / of(a)).toFixed(2)} |`,
    );
  row('prove, warm', ({ prove }) => median(prove.slice(1)), 'CPU s');
  row(
    'compile and prove, first of a process',
    ({ compile, prove }) => compile + prove[0]!,
    'CPU s',
  );
  row('verify, warm', ({ verify }) => median(verify.slice(1)), 'CPU s');
  row('peak memory', ({ peakMemory }) => peakMemory / 1e9, 'GB');
}
