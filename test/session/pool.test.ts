import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Pool } from '../../src/session/pool.ts';
import { ownMark, stateOf } from '../../src/session/process-mark.ts';
import { systemClock } from '../../src/time.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const TAKER = fileURLToPath(new URL('./pool-taker.ts', import.meta.url));
const all = () => true;
const asIs = (content: unknown) => content;

const tomorrow = () => systemClock() + 86_410n;

const children: ChildProcess[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) await end(child);
});

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

/** Another process that takes files and then stays. */
async function taker(folder: string, count: number) {
  const child = spawn(process.execPath, ['--import', 'tsx', TAKER, folder, String(count)], {
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  expect((await lines.next()).value).toBe('open');
  const got = async () => JSON.parse((await lines.next()).value as string) as number[];
  return { child, got };
}

async function filled(count: number) {
  const folder = join(temporaryFolder(), 'pool');
  const pool = await Pool.open(folder);
  for (let i = 0; i < count; i++) await pool.add('a', i);
  return { folder, pool };
}

const used = (folder: string) => readdirSync(join(folder, 'used'));
const ready = (folder: string) => readdirSync(join(folder, 'ready'));

describe('a pool', () => {
  test('gives each file once, and deletes it when it is done with', async () => {
    const { folder, pool } = await filled(2);
    expect(await pool.names()).toHaveLength(2);
    const [one, two] = [await pool.take(all, asIs), await pool.take(all, asIs)];
    expect(new Set([one?.value, two?.value])).toEqual(new Set([0, 1]));
    expect(await pool.take(all, asIs)).toBeUndefined();
    expect(used(folder)).toHaveLength(2);
    await one!.done();
    expect(used(folder)).toHaveLength(1);
    await one!.done();
  });

  test('moves the file out before it is read', async () => {
    const { folder, pool } = await filled(1);
    let seen: string[] | undefined;
    await pool.take(all, () => (seen = [...ready(folder)]));
    expect(seen).toEqual([]);
  });

  test('is for its owner only, and marked for programs that make backups', async () => {
    const { folder, pool } = await filled(1);
    for (const part of ['', 'ready', 'used']) {
      expect(statSync(join(folder, part)).mode & 0o777).toBe(0o700);
    }
    const [file] = ready(folder);
    expect(statSync(join(folder, 'ready', file!)).mode & 0o777).toBe(0o600);
    // the first 43 bytes are what programs look for
    expect(readFileSync(join(folder, 'CACHEDIR.TAG'), 'utf8').slice(0, 43)).toBe(
      'Signature: 8a477f597d28d172789f06886806bc55',
    );
    await pool.take(all, asIs);
    chmodSync(folder, 0o755);
    await expect(Pool.open(folder)).rejects.toMatchObject({ code: 'ERR_CREDENTIAL_PERMISSIONS' });
  });

  test('takes and discards by name', async () => {
    const { pool } = await filled(1);
    await pool.add('b', 'other');
    expect((await pool.take((name) => name.startsWith('b-'), asIs))?.value).toBe('other');
    await pool.discard((name) => name.startsWith('a-'));
    expect(await pool.names()).toEqual([]);
  });

  test('passes over what it cannot read, and deletes it', async () => {
    const { folder, pool } = await filled(1);
    writeFileSync(join(folder, 'ready', 'a-0.json'), 'no JSON', { mode: 0o600 });
    writeFileSync(join(folder, 'ready', 'a-1.json'), '{"content":1}', { mode: 0o600 });
    writeFileSync(join(folder, 'ready', 'a-2.json'), 'x'.repeat(300_001), { mode: 0o600 });
    expect((await pool.take(all, asIs))?.value).toBe(0);
    expect(await pool.take(all, asIs)).toBeUndefined();
    expect(used(folder)).toHaveLength(1);
  });

  test('lets through what is no fault of a file', async () => {
    const { folder, pool } = await filled(1);
    const broken = () => {
      throw new TypeError('a mistake of the caller');
    };
    await expect(pool.take(all, broken)).rejects.toThrow(TypeError);
    // it was out, so it does not come back
    expect(ready(folder)).toEqual([]);
  });

  test('does not use a file that others could read', async () => {
    const { folder, pool } = await filled(1);
    chmodSync(join(folder, 'ready', ready(folder)[0]!), 0o644);
    expect(await pool.take(all, asIs)).toBeUndefined();
  });
});

describe('a second use', () => {
  test('of a file that a crash left between the move and the use does not happen', async () => {
    const { folder } = await filled(1);
    const { child, got } = await taker(folder, 1);
    expect(await got()).toEqual([0]);
    await end(child);
    expect(used(folder)).toHaveLength(1);
    const pool = await Pool.open(folder);
    expect(await pool.take(all, asIs)).toBeUndefined();
    expect(used(folder)).toEqual([]);
  });

  test('by processes that take at the same time does not happen', async () => {
    const count = 100;
    const { folder, pool } = await filled(count);
    const other = await taker(folder, count);
    const mine: unknown[] = [];
    for (;;) {
      const taken = await pool.take(all, asIs);
      if (taken === undefined) break;
      mine.push(taken.value);
    }
    const theirs = await other.got();
    expect(mine.length).toBeGreaterThan(0);
    expect(theirs.length).toBeGreaterThan(0);
    const sorted = [...mine, ...theirs].map(Number).toSorted((a, b) => a - b);
    expect(sorted).toEqual(Array.from({ length: count }, (_, i) => i));
  });

  test('of a restored backup does not happen', async () => {
    const { folder, pool } = await filled(2);
    const copy = `${folder}-backup`;
    cpSync(folder, copy, { recursive: true, preserveTimestamps: true });
    await pool.take(all, asIs);
    rmSync(folder, { recursive: true });
    renameSync(copy, folder);
    for (const part of ['', 'ready', 'used']) chmodSync(join(folder, part), 0o700);
    for (const file of ready(folder)) chmodSync(join(folder, 'ready', file), 0o600);
    const restored = await Pool.open(folder);
    expect(await restored.names()).toHaveLength(2);
    expect(await restored.take(all, asIs)).toBeUndefined();
    expect(await restored.names()).toEqual([]);
  });

  test('does not happen because a folder was only moved: the files stay', async () => {
    const { folder } = await filled(1);
    renameSync(folder, `${folder}-elsewhere`);
    const pool = await Pool.open(`${folder}-elsewhere`);
    expect((await pool.take(all, asIs))?.value).toBe(0);
  });
});

describe('opening a pool', () => {
  test('deletes what processes left that are over, and nothing of one that is running', async () => {
    const { folder, pool } = await filled(3);
    const { child, got } = await taker(folder, 1);
    const theirs = await got();
    const own = await pool.take(all, asIs);
    await Pool.open(folder);
    expect(used(folder)).toHaveLength(2);
    await end(child);
    await Pool.open(folder);
    expect(used(folder)).toHaveLength(1);
    expect(theirs).not.toContain(own?.value);
  });

  test('leaves what came from another host for a day', async () => {
    const { folder } = await filled(0);
    const elsewhere = ownMark().replace(/^.{16}/, '0123456789abcdef');
    expect(stateOf(elsewhere)).toBe('elsewhere');
    const file = join(folder, 'used', `${elsewhere}_a-0.json`);
    writeFileSync(file, '', { mode: 0o600 });
    await Pool.open(folder);
    expect(existsSync(file)).toBe(true);
    await Pool.open(folder, tomorrow);
    expect(existsSync(file)).toBe(false);
  });

  test('deletes files that nobody finished to write, once they are a day old', async () => {
    const { folder } = await filled(0);
    const file = join(folder, 'ready', '.a-0.json.0123.tmp');
    writeFileSync(file, 'secret');
    await Pool.open(folder);
    expect(existsSync(file)).toBe(true);
    await Pool.open(folder, tomorrow);
    expect(existsSync(file)).toBe(false);
  });

  test('is refused where no folder can be made', async () => {
    const folder = join(temporaryFolder(), 'pool');
    writeFileSync(folder, '');
    await expect(Pool.open(folder)).rejects.toMatchObject({ code: 'ERR_FILE_READ' });
  });
});

test('what cannot be flushed is lost, and said to be: nobody knows whether it comes back', async () => {
  const { folder, pool } = await filled(0);
  // nothing is behind the link, so there is nothing to flush
  symlinkSync(join(folder, 'nothing'), join(folder, 'ready', 'a-0.json'));
  await expect(pool.take(all, asIs)).rejects.toMatchObject({ code: 'ERR_POOL_STORAGE' });
  expect([...ready(folder), ...used(folder)]).toEqual([]);
});

describe('the mark of a process', () => {
  test('tells a process that runs from one that is over, and from another one with its number', () => {
    const mark = ownMark();
    expect(stateOf(mark)).toBe('running');
    const [host, boot, pid, start] = mark.split('-');
    expect(stateOf([host, boot, pid, Number(start) + 1].join('-'))).toBe('over');
    expect(stateOf([host, '0'.repeat(16), pid, start].join('-'))).toBe('over');
    expect(stateOf([host, boot, '4194305', start].join('-'))).toBe('over');
    // where no start is known the number alone decides
    expect(stateOf([host, boot, pid, '0'].join('-'))).toBe('running');
    expect(stateOf('no-mark')).toBe('over');
  });
});
