/** LevelDB folders: whose they are, and what their callers are told when they do not open. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { openLevel } from '../src/level.ts';

const folder = mkdtempSync(join(tmpdir(), 'zkcx-level-'));
afterAll(() => rmSync(folder, { recursive: true }));

const options = { values: 'utf8', what: 'the test', code: 'ERR_SESSION_STORE' } as const;

test('a folder that others could enter is closed to them', async () => {
  const path = join(folder, 'open-to-others');
  mkdirSync(path);
  chmodSync(path, 0o755);
  await (await openLevel(path, options)).close();
  expect(statSync(path).mode & 0o777).toBe(0o700);
});

test('a second opening is refused with the code of the caller and the reason', async () => {
  const path = join(folder, 'in-use');
  const first = await openLevel(path, options);
  await expect(openLevel(path, { ...options, code: 'ERR_RSP_STORE' })).rejects.toMatchObject({
    code: 'ERR_RSP_STORE',
    reason: 'locked',
    message: `${path} is in use by another process`,
  });
  await first.close();
  await (await openLevel(path, options)).close();
});

test('what is no folder is refused without that reason', async () => {
  const path = join(folder, 'file');
  writeFileSync(path, '');
  await expect(openLevel(path, options)).rejects.toMatchObject({
    code: 'ERR_SESSION_STORE',
    reason: undefined,
    message: `cannot open the test in ${path}`,
  });
});
