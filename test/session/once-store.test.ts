/** What may happen once: decided once, across processes that die. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { OnceStore } from '../../src/session/once-store.ts';
import { ROOT } from '../support/command.ts';

const folder = mkdtempSync(join(tmpdir(), 'zkcx-once-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('a store of what may happen once', () => {
  test('grants a claim once, and keeps that across restarts', async () => {
    const path = join(folder, 'restart');
    const first = await OnceStore.open(path);
    expect(await first.claim('pseudonym/1/2', 5n)).toBe(true);
    expect(await first.claim('pseudonym/1/2', 6n)).toBe(false);
    expect(await first.claim('pseudonym/1/3', 6n)).toBe(true);
    await first.close();
    const second = await OnceStore.open(path);
    expect(await second.claim('pseudonym/1/2', 7n)).toBe(false);
    expect(await second.claim('pseudonym/1/4', 7n)).toBe(true);
    await second.close();
  });

  test('grants one of many claims at once', async () => {
    const store = await OnceStore.open(join(folder, 'race'));
    const claims = await Promise.all(Array.from({ length: 50 }, () => store.claim('key', 1n)));
    expect(claims.filter((granted) => granted)).toHaveLength(1);
    await store.close();
  });

  test('has on disk what it granted, also when the process is killed then', async () => {
    const path = join(folder, 'crash');
    const script = `
      const { OnceStore } = await import(${JSON.stringify(join(ROOT, 'src/session/once-store.ts'))});
      const store = await OnceStore.open(${JSON.stringify(path)});
      if (await store.claim('key', 1n)) process.stdout.write('granted');
      process.kill(process.pid, 'SIGKILL');`;
    const { stdout, signal } = spawnSync(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '--eval', script],
      { cwd: ROOT, encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } },
    );
    expect({ stdout, signal }).toEqual({ stdout: 'granted', signal: 'SIGKILL' });
    const store = await OnceStore.open(path);
    expect(await store.claim('key', 2n)).toBe(false);
    await store.close();
  });

  test('is open once at a time, in a folder of its own', async () => {
    const path = join(folder, 'lock');
    const store = await OnceStore.open(path);
    expect(statSync(path).mode & 0o077).toBe(0);
    await expect(OnceStore.open(path)).rejects.toMatchObject({ code: 'ERR_SESSION_STORE' });
    await store.close();
    await expect(store.claim('key', 1n)).rejects.toMatchObject({ code: 'ERR_SESSION_STORE' });
  });
});
