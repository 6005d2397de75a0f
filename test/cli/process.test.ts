/** The process itself: streams that end early or are full, users without a home. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { ROOT } from '../support/command.ts';
import { CI, EUICC, euiccFiles } from '../support/sgp26-files.ts';

const MAIN = ['--import', 'tsx', 'src/cli/main.ts'];
const INSPECT = [...MAIN, 'cert', 'inspect', EUICC];
const env = { ...process.env, NODE_OPTIONS: '' };

describe('standard output', () => {
  test('that nobody reads is no error', async () => {
    const child = spawn(process.execPath, INSPECT, { cwd: ROOT, env, stdio: 'pipe' });
    child.stdout.destroy();
    let stderr = '';
    child.stderr.on('data', (chunk) => (stderr += String(chunk)));
    const [status] = (await once(child, 'close')) as [number];
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  test.each([
    ['an answer', INSPECT],
    ['a document', [...INSPECT, '--json']],
    ['help', [...MAIN, '--help']],
  ])('that is full is a failure: %s', (_, args) => {
    const stdio = ['ignore', openSync('/dev/full', 'w'), 'pipe'] as const;
    const { status, stderr } = spawnSync(process.execPath, args, {
      cwd: ROOT,
      env,
      stdio: [...stdio],
      encoding: 'utf8',
    });
    expect(status).toBe(2);
    expect(stderr).toBe('Error: cannot write to standard output: ENOSPC (ERR_FILE_WRITE)\n');
  });
});

describe('Ctrl-C', () => {
  test('ends a download with 130', async () => {
    // takes connections and never answers
    const silent = createServer(() => child.kill('SIGINT'));
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const card = [
      '--ci',
      CI,
      '--euicc',
      euiccFiles(),
      '--http',
      '--connect-to',
      `127.0.0.1:${port}`,
    ];
    const args = ['lpa', 'download', 'LPA:1$localhost$T', '--yes', '--json', ...card];
    const child = spawn(process.execPath, [...MAIN, ...args], { cwd: ROOT, env, stdio: 'pipe' });
    let stdout = '';
    child.stdout.on('data', (chunk) => (stdout += String(chunk)));
    try {
      const [status] = (await once(child, 'close')) as [number];
      expect(status).toBe(130);
    } finally {
      child.kill('SIGKILL');
      silent.close();
    }
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'ERR_CLI_INTERRUPTED' } });
  });
});

describe('a user without a home', () => {
  // as os.homedir of one that has neither HOME nor an entry in passwd
  const none = `import os from 'node:os'; import { syncBuiltinESMExports } from 'node:module';
    os.homedir = () => {
      if (process.env.HOME) return process.env.HOME;
      throw Error('ENOENT: no such file or directory, uv_os_homedir');
    };
    syncBuiltinESMExports();`;
  const homeless = ['--import', `data:text/javascript,${encodeURIComponent(none)}`];
  // revocation maps need o1js, which looks for a cache folder when it is loaded
  const command = ['revocation', 'show', '--ci', EUICC, '--json', 'missing.json'];

  test('gets as far as any other', () => {
    const args = [...homeless, ...MAIN, ...command.with(3, CI)];
    const { status, stdout } = spawnSync(process.execPath, args, {
      cwd: ROOT,
      env: {},
      encoding: 'utf8',
    });
    expect(status).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'ERR_FILE_READ' } });
  });
});
