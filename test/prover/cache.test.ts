import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { cacheFolder, keyCache } from '../../src/prover/cache.ts';

const root = mkdtempSync(join(tmpdir(), 'zkcx-cache-'));
const folder = join(root, 'keys');
afterAll(() => rmSync(root, { recursive: true }));

type Header = Parameters<ReturnType<typeof keyCache>['read']>[0];

function header(persistentId: string, uniqueId: string): Header {
  return { kind: 'srs', version: 1, persistentId, uniqueId, dataType: 'bytes' };
}

describe('the key cache', () => {
  const cache = keyCache(folder);

  test('keeps what it is given, for its owner', () => {
    expect(cache.read(header('srs', 'a'))).toBeUndefined();
    cache.write(header('srs', 'a'), Uint8Array.of(1, 2, 3));
    expect(cache.read(header('srs', 'a'))).toEqual(Uint8Array.of(1, 2, 3));
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  test('tells versions of a circuit apart, and forgets the older', () => {
    cache.write(header('step', 'circuit 1'), Uint8Array.of(1));
    cache.write(header('step-2', 'circuit 1'), Uint8Array.of(9));
    cache.write(header('step', 'circuit 2'), Uint8Array.of(2));
    expect(cache.read(header('step', 'circuit 1'))).toBeUndefined();
    expect(cache.read(header('step', 'circuit 2'))).toEqual(Uint8Array.of(2));
    expect(cache.read(header('step-2', 'circuit 1'))).toEqual(Uint8Array.of(9));
    expect(cache.read({ ...header('step', 'circuit 2'), version: 2 })).toBeUndefined();
  });

  test('does not take a file for an entry that was not finished', () => {
    const before = readdirSync(folder);
    cache.write(header('wrap', 'x'), Uint8Array.of(7));
    const [name] = readdirSync(folder).filter((file) => !before.includes(file));
    rmSync(join(folder, name!));
    writeFileSync(join(folder, `${name}.1.tmp`), 'half');
    expect(cache.read(header('wrap', 'x'))).toBeUndefined();
  });

  test('reports a folder that cannot be written', () => {
    writeFileSync(join(root, 'file'), '');
    const broken = keyCache(join(root, 'file'));
    expect(() => broken.write(header('srs', 'a'), Uint8Array.of(1))).toThrow();
  });
});

describe('its folder', () => {
  const { ZKCX_CACHE, XDG_CACHE_HOME } = process.env;
  const restore = (name: string, value: string | undefined) => {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  };
  afterEach(() => {
    restore('ZKCX_CACHE', ZKCX_CACHE);
    restore('XDG_CACHE_HOME', XDG_CACHE_HOME);
  });

  test('is the option, the environment, the user folder, in this order', () => {
    process.env.ZKCX_CACHE = '/env';
    process.env.XDG_CACHE_HOME = '/xdg';
    expect(cacheFolder('/option')).toBe('/option');
    expect(cacheFolder()).toBe('/env');
    process.env.ZKCX_CACHE = '';
    expect(cacheFolder()).toBe('/xdg/zkcx');
    delete process.env.XDG_CACHE_HOME;
    expect(cacheFolder()).toMatch(/\/\.cache\/zkcx$/);
  });
});
