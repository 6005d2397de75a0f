/** Files of a limited size: what is no regular file, and what grows. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { readFileLimited, writeFileAtomic } from '../src/files.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);

function pipe(name: string): string {
  execFileSync('mkfifo', [at(name)]);
  return at(name);
}

describe('readFileLimited', () => {
  test('reads a file up to its limit, also through a link', async () => {
    writeFileSync(at('file'), 'hello');
    symlinkSync(at('file'), at('link'));
    expect(new TextDecoder().decode(await readFileLimited(at('file'), 5))).toBe('hello');
    expect(new TextDecoder().decode(await readFileLimited(at('link'), 5))).toBe('hello');
    await expect(readFileLimited(at('file'), 4)).rejects.toMatchObject({ code: 'ERR_FILE_SIZE' });
    writeFileSync(at('empty'), '');
    expect(await readFileLimited(at('empty'), 5)).toEqual(new Uint8Array());
  });

  test.each([
    ['a folder', () => folder],
    ['a pipe that nobody writes into', () => pipe('read')],
    ['a device without an end', () => '/dev/zero'],
    ['a device without content', () => '/dev/null'],
    ['a file that is not there', () => at('missing')],
  ])('does not read %s', async (_, path) => {
    await expect(readFileLimited(path(), 100)).rejects.toMatchObject({ code: 'ERR_FILE_READ' });
  });

  test('stops at its limit in a file that is larger than it claimed, as one that grows', async () => {
    // files of the kernel claim to be empty
    const { size } = statSync('/proc/self/status');
    expect(size).toBe(0);
    await expect(readFileLimited('/proc/self/status', 10)).rejects.toMatchObject({
      code: 'ERR_FILE_SIZE',
    });
    expect((await readFileLimited('/proc/self/status', 100_000)).length).toBeGreaterThan(10);
  });
});

describe('writeFileAtomic', () => {
  test('takes the place of a file', async () => {
    writeFileSync(at('old'), 'old');
    await writeFileAtomic(at('old'), 'new', 0o600);
    expect(readFileSync(at('old'), 'utf8')).toBe('new');
  });

  test.each([
    ['a folder', () => mkdirSync(at('inner'), { recursive: true }) ?? at('inner')],
    ['a pipe', () => pipe('write')],
  ])('does not take the place of %s', async (_, make) => {
    const path = make();
    const before = statSync(path);
    await expect(writeFileAtomic(path, 'new', 0o600)).rejects.toMatchObject({
      code: 'ERR_FILE_WRITE',
    });
    expect(statSync(path).ino).toBe(before.ino);
  });
});
