/**
 * `npm run bench -- [--json] [--runs N] [--only a,b] [--write]`: prove the sample chain and a session,
 * the same statements built from o1js's own gadgets, and filler programs, one after the other in this run, each
 * once cold and N times warm.
 * --write puts the table into docs/guide/speed.md.
 */
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { report, type SubjectMeasure, table } from './report.ts';

const SUBJECTS = [
  'floor',
  'filler14',
  'filler15',
  'filler16',
  'fillerRecursive14',
  'fillerRecursive15',
  'fillerRecursive16',
  'chain',
  'builtin',
  'refresh',
  'presentation',
  'registryPresentation',
  'sessionPossession',
  'possession',
  'builtinPossession',
  'certify',
];

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    runs: { type: 'string', default: '2' },
    only: { type: 'string' },
  },
});

const names = values.only === undefined ? SUBJECTS : values.only.split(',');
const unknown = names.filter((name) => !SUBJECTS.includes(name));
const runs = Number(values.runs);
if (unknown.length > 0 || !Number.isInteger(runs) || runs < 1) {
  console.error(`subjects: ${SUBJECTS.join(', ')}; --runs takes a number from 1`);
  process.exit(2);
}

const measures: SubjectMeasure[] = [];
for (const name of names) {
  console.error(`${name} ...`);
  const measured = await measure(name);
  // a later subject may fail, or take too long: what is known so far is shown
  console.error(JSON.stringify(measured));
  measures.push(measured);
}

const machine = `${cpus().length} x ${cpus()[0]?.model ?? 'unknown processor'}`;
const result = report(machine, runs, measures);
console.log(values.json ? JSON.stringify(result, null, 2) : table(result));
if (values.write) writeTable(table(result));

/** Run one subject in a process of its own, so that its memory is its own. */
function measure(name: string): Promise<SubjectMeasure> {
  const script = fileURLToPath(new URL('./measure.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', script, name, String(runs)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => {
      if (code !== 0) reject(Error(`${name} ended with ${code}`));
      else resolve(JSON.parse(output.trim().split('\n').at(-1)!) as SubjectMeasure);
    });
  });
}

function writeTable(text: string): void {
  const page = fileURLToPath(new URL('../docs/guide/speed.md', import.meta.url));
  const [start, end] = ['<!-- bench -->', '<!-- /bench -->'];
  const content = readFileSync(page, 'utf8');
  const from = content.indexOf(start);
  const until = content.indexOf(end);
  if (from < 0 || until < from) throw Error(`${page} has no ${start} ... ${end}`);
  const head = content.slice(0, from + start.length);
  writeFileSync(page, `${head}\n${text}\n${content.slice(until)}`);
}
