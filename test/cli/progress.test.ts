import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { lastDurations, rememberDuration } from '../../src/cli/shared/durations.ts';
import { progressLines } from '../../src/cli/shared/progress.ts';
import { captured } from '../support/cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'zkcx-progress-'));
const caches = process.env.XDG_CACHE_HOME;
process.env.XDG_CACHE_HOME = folder;
afterAll(() => {
  if (caches === undefined) delete process.env.XDG_CACHE_HOME;
  else process.env.XDG_CACHE_HOME = caches;
  rmSync(folder, { recursive: true });
});

const proving = { type: 'proving', program: 'chain', method: 'anchor' } as const;

const heard = async () => {
  const { stderr, stdout } = await captured(async () => {
    const hear = progressLines();
    hear(proving);
    hear({ ...proving, type: 'proved', ms: 41_000, peakMemory: 2 ** 30 });
    return 0;
  });
  expect(stdout).toBe('');
  return stderr;
};

test('steps say how long they took last time, once that is known', async () => {
  expect(await heard()).toMatch(/^Step 1: Proving chain.anchor, it takes seconds to minutes: /);
  const file = join(folder, 'zkcx', 'durations.json');
  for (let i = 0; i < 100 && lastDurations(file)['chain.anchor'] === undefined; i++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect(await heard()).toContain('chain.anchor, about 41.0 s, as last time');
});

test('a file that is no record of durations says nothing, and is replaced', async () => {
  const file = join(folder, 'broken.json');
  writeFileSync(file, '{"a":"b"');
  expect(lastDurations(file)).toEqual({});
  await rememberDuration('chain.anchor', 1.4, file);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ 'chain.anchor': 1 });
});
