/** LevelDB folders: whose they are, and what their callers are told when they do not open. */
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { type Level, openLevel, rewriteRange } from '../src/level.ts';

const folder = mkdtempSync(join(tmpdir(), 'zkcx-level-'));
afterAll(() => rmSync(folder, { recursive: true }));

const options = { values: 'utf8', what: 'the test', code: 'ERR_SESSION_STORE' } as const;

test('an empty folder that others could enter is closed to them', async () => {
  const path = join(folder, 'open-to-others');
  mkdirSync(path);
  chmodSync(path, 0o755);
  await (await openLevel(path, options)).close();
  expect(statSync(path).mode & 0o777).toBe(0o700);
});

test.each([0o755, 0o750, 0o711, 0o770, 0o701])(
  'a store that others could enter, by mode %o, is refused, and left as it is',
  async (mode) => {
    const path = join(folder, `store-${mode}`);
    await (await openLevel(path, options)).close();
    chmodSync(path, mode);
    await expect(openLevel(path, options)).rejects.toMatchObject({
      code: 'ERR_CREDENTIAL_PERMISSIONS',
      message: `others may enter ${path}: run "chmod 700" on it, and treat what it holds as known`,
    });
    expect(statSync(path).mode & 0o777).toBe(mode);
    chmodSync(path, 0o700);
    await (await openLevel(path, options)).close();
  },
);

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

describe('rewriting a range', () => {
  const range = { before: 'a ', behind: 'a"' };
  let level: Level<'utf8'>;
  let path: string;
  let count = 0;
  afterEach(() => level.close());

  const open = async () => {
    path = join(folder, `range-${count++}`);
    level = await openLevel(path, options);
  };
  const filesWith = (text: string) =>
    readdirSync(path).filter((name) => readFileSync(join(path, name)).includes(text));

  test('takes what was deleted out of the log', async () => {
    await open();
    await level.put('a!1', 'SECRET');
    await level.del('a!1');
    expect(filesWith('SECRET')).toHaveLength(1);
    await rewriteRange(level, range);
    expect(filesWith('SECRET')).toEqual([]);
  });

  test('takes it out of the lowest tables too, where LevelDB itself leaves it', async () => {
    await open();
    await level.batch([
      { type: 'put', key: 'a!1', value: 'SECRET' },
      { type: 'put', key: 'a!2', value: 'STAYS' },
      { type: 'put', key: 'b!1', value: 'BESIDE' },
    ]);
    await level.del('a!1');
    for (let i = 0; i < 3; i++) await level.compactRange('', '~');
    // so the way of rewriting is not for nothing
    expect(filesWith('SECRET')).toHaveLength(1);
    await rewriteRange(level, range);
    expect(filesWith('SECRET')).toEqual([]);
    expect(await level.getMany(['a!1', 'a!2', 'b!1'])).toEqual([undefined, 'STAYS', 'BESIDE']);
    expect(await level.keys().all()).toEqual(['a!2', 'b!1']);
  });

  test('takes replaced values out of many tables of several levels, whatever is between them', async () => {
    await open();
    const values = (round: number) =>
      Array.from({ length: 300 }, (_, i) => {
        const key = `a!${String((i * 7 + round) % 300).padStart(3, '0')}`;
        return {
          type: 'put' as const,
          key,
          value: `SECRET ${round}`.padEnd(10_000, String(round)),
        };
      });
    // 3 MB each: more than one log, and more than one table a level
    for (let round = 0; round < 4; round++) {
      await level.batch(values(round));
      await level.del(`a!${round}00`);
    }
    await level.batch(values(4).map(({ type, key }) => ({ type, key, value: 'CLEAN' })));
    await level.del('a!299');
    expect(filesWith('SECRET').length).toBeGreaterThan(2);
    await rewriteRange(level, range);
    expect(filesWith('SECRET')).toEqual([]);
    expect(await level.keys().all()).toHaveLength(299);
  });
});
