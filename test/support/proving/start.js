/** Before the first *.proof.test.ts of a run, by jest: start the process that all of them prove with, see host.ts. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** @type {import('node:child_process').ChildProcess} */
export let host;

/** Inherited by the test processes, which are started later. */
export default async function start() {
  const folder = mkdtempSync(join(tmpdir(), 'zkcx-proving-'));
  process.env.ZKCX_TEST_PROVING = folder;
  const module = fileURLToPath(new URL('./host.ts', import.meta.url));
  host = fork(module, [folder], { execArgv: ['--import', 'tsx'] });
  await once(host, 'message');
}
