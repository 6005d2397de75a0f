/**
 * `npm test`: every test, in two lanes side by side. Proofs wait for their proving process most of the time, so
 * the other tests run beside them, with a lower priority: the proofs are the longer way. Ends with the slowest files
 * and "N passed, N failed". With arguments it is jest, for some of the files: `npm test -- test/asn1`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { constants, setPriority, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const SLOWEST = 20;
const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** What jest writes with --json, as far as it is read here. */
interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numRuntimeErrorTestSuites: number;
  readonly testResults: readonly { name: string; startTime: number; endTime: number }[];
}

function jest(args: readonly string[], stdio: 'inherit' | 'pipe'): ChildProcess {
  const command = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', ...args];
  const child = spawn(process.execPath, command, { cwd: ROOT, stdio });
  // stay until it has ended
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  return child;
}

const exitOf = (child: ChildProcess) =>
  new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? 1)));

/** Run some projects; a run that fails without a failed test, or that tested nothing, counts as one failure. */
async function lane(projects: readonly string[], file: string, priority: number): Promise<Report> {
  const child = jest(['--selectProjects', ...projects, '--json', `--outputFile=${file}`], 'pipe');
  setPriority(child.pid!, priority);
  // no terminal: two of them cannot draw on one
  child.stdout!.pipe(process.stdout);
  child.stderr!.pipe(process.stderr);
  const status = await exitOf(child);
  const report = readReport(file);
  const failed = report.numFailedTests + report.numRuntimeErrorTestSuites;
  const silent = failed === 0 && (status !== 0 || report.numPassedTests === 0);
  return silent ? { ...report, numRuntimeErrorTestSuites: 1 } : report;
}

function readReport(file: string): Report {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Report;
  } catch {
    return { numPassedTests: 0, numFailedTests: 0, numRuntimeErrorTestSuites: 1, testResults: [] };
  }
}

async function runAll(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'zkcx-test-'));
  const { PRIORITY_NORMAL, PRIORITY_BELOW_NORMAL } = constants.priority;
  const reports = await Promise.all([
    lane(['proofs'], join(folder, 'proofs.json'), PRIORITY_NORMAL),
    lane(
      ['plain', 'circuits', 'programs', 'kimchi'],
      join(folder, 'others.json'),
      PRIORITY_BELOW_NORMAL,
    ),
  ]);
  rmSync(folder, { recursive: true });

  const files = reports
    .flatMap(({ testResults }) => testResults)
    .map(({ name, startTime, endTime }) => ({ name, seconds: (endTime - startTime) / 1000 }))
    .toSorted((a, b) => b.seconds - a.seconds);
  console.log(`\nThe ${SLOWEST} slowest of ${files.length} test files, seconds:`);
  for (const { name, seconds } of files.slice(0, SLOWEST)) {
    console.log(`${seconds.toFixed(1).padStart(8)}  ${relative(ROOT, name)}`);
  }
  const sum = (count: (report: Report) => number) => reports.reduce((n, r) => n + count(r), 0);
  const failed = sum((report) => report.numFailedTests + report.numRuntimeErrorTestSuites);
  console.log(`${sum((report) => report.numPassedTests)} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

const args = process.argv.slice(2);
process.exitCode = args.length === 0 ? await runAll() : await exitOf(jest(args, 'inherit'));
