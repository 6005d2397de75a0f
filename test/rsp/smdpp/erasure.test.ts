/** What is deleted in the store leaves the disk, part by part. */
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type Level, openLevel } from '../../../src/level.ts';
import { Erasure } from '../../../src/rsp/server/erasure.ts';
import { foundIn } from '../../support/data-folder.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();
let path: string;
let count = 0;
let level: Level<'utf8'>;
let erasure: Erasure;
const open = async () => {
  level = await openLevel(path, { values: 'utf8', what: 'the test', code: 'ERR_RSP_STORE' });
  erasure = await Erasure.open(level, { small: ['order', 'session'], large: ['package', 'bound'] });
};
beforeEach(async () => {
  path = join(folder, String(count++));
  await open();
});
afterEach(() => level.close());

const put = (key: string, value: string) => ({ type: 'put' as const, key, value });
const del = (key: string) => ({ type: 'del' as const, key });
const is = (text: string) => foundIn(path, { text: Buffer.from(text) }).length > 0;

test('one of many large values goes, and the others stay', async () => {
  const keys = Array.from({ length: 6 }, (_, i) => `package!894400000000000000${i}`);
  for (const key of keys) {
    await erasure.write([put(key, `${key} `.repeat(200_000))], { sync: false });
  }
  await erasure.write([del(keys[2]!)], { sync: false });
  expect(is(`${keys[2]!} ${keys[2]!}`)).toBe(true);
  expect(await erasure.rewrite()).toBe(1);
  expect(is(`${keys[2]!} ${keys[2]!}`)).toBe(false);
  expect(await level.keys().all()).toEqual(keys.filter((_, i) => i !== 2));
}, 60_000);

test('values that were replaced go where it is asked for', async () => {
  await erasure.write([put('order!1', 'FIRST')], { sync: false });
  await erasure.write([put('order!1', 'SECOND')], { sync: false });
  expect(await erasure.rewrite()).toBe(0);
  expect(is('FIRST')).toBe(true);
  await erasure.write([put('order!1', 'THIRD')], { sync: false, replaced: ['order!1'] });
  expect(await erasure.rewrite()).toBe(1);
  expect([is('FIRST'), is('SECOND'), is('THIRD')]).toEqual([false, false, true]);
});

test('what says nothing of anybody is left to LevelDB', async () => {
  await erasure.write([put('stock!1', 'FIRST'), put('settings', '')], { sync: false });
  await erasure.write([del('stock!1'), del('settings')], { sync: false });
  expect(await erasure.rewrite()).toBe(0);
});

test('what is deleted while it rewrites is left to the next time, and not forgotten', async () => {
  await erasure.write([put('session!1', 'FIRST'), put('session!2', 'SECOND')], { sync: false });
  await erasure.write([del('session!1')], { sync: false });
  const rewriting = erasure.rewrite();
  await erasure.write([del('session!2')], { sync: false });
  await rewriting;
  expect(is('FIRST')).toBe(false);
  expect(await erasure.rewrite()).toBe(1);
  expect(is('SECOND')).toBe(false);
  expect(await erasure.rewrite()).toBe(0);
});

test('what was deleted before a crash goes after it', async () => {
  await erasure.write([put('session!1', 'FIRST')], { sync: false });
  await erasure.write([del('session!1')], { sync: false });
  await level.close();
  await open();
  expect(is('FIRST')).toBe(true);
  expect(await erasure.rewrite()).toBe(1);
  expect(is('FIRST')).toBe(false);
});

test('it fails with the code of the store', async () => {
  await erasure.write([del('session!1')], { sync: false });
  await level.close();
  await expect(erasure.rewrite()).rejects.toMatchObject({ code: 'ERR_RSP_STORE' });
  await open();
});
