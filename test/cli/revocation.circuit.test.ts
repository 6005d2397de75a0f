/** Commands about revocation maps: their output, their exit codes. */
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { zkcx } from '../support/cli.ts';
import { POINTS } from '../support/crl/index.ts';
import { CI, EUM, sgp26 } from '../support/sgp26-files.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const list = (name: string) => sgp26(`crl/CRL-${name}.der`);
const WHEN = ['--ci', CI, '--at', '2026-07-01'];

const folder = temporaryFolder();

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

copyFileSync(CI, join(folder, 'ci.der'));
const SOURCES = file(
  'sources.json',
  JSON.stringify({
    format: 'zkcx-revocation-sources',
    version: 1,
    sources: [
      { issuer: 'ci.der', kind: 'ca', point: POINTS.B },
      { issuer: CI, kind: 'user', point: POINTS.A },
      { issuer: EUM, kind: 'user', point: 'none' },
    ],
  }),
);
const MAP = join(folder, 'map.json');
const build = (out: string, ...args: string[]) =>
  zkcx('revocation', 'build', '--json', ...WHEN, '--sources', SOURCES, '--out', out, ...args);

describe('zkcx revocation', () => {
  test('builds a map and shows it again', async () => {
    const made = await build(MAP, '--list', list('A-1'), list('B-0'));
    expect(made.status).toBe(0);
    const built = JSON.parse(made.stdout) as { root: string; entries: object[] };
    expect(built.entries).toMatchObject([
      { kind: 'user', state: 'none', point: 'none' },
      { kind: 'ca', state: 'fresh', crlNumber: '1', revoked: 0 },
      { kind: 'user', state: 'fresh', crlNumber: '2', revoked: 1 },
    ]);
    const shown = await zkcx('revocation', 'show', ...WHEN, MAP);
    expect(shown.status).toBe(0);
    expect(shown.stdout).toContain(`Revocation root: ${built.root}`);
    const later = await zkcx('revocation', 'show', '--json', '--ci', CI, '--at', '2040-01-01', MAP);
    const { root, entries } = JSON.parse(later.stdout) as typeof built;
    expect(root).toBe(built.root);
    expect(entries).toMatchObject([{ state: 'none' }, { state: 'stale' }, { state: 'stale' }]);
  });

  test('lets nothing in a map grow older', async () => {
    const out = join(folder, 'next.json');
    const next = await build(out, '--previous', MAP, '--list', list('A-10'));
    expect(JSON.parse(next.stdout)).toMatchObject({
      entries: [{ state: 'none' }, { crlNumber: '1' }, { crlNumber: '3', revoked: 10 }],
    });
    const older = await build(out, '--previous', MAP, '--list', list('A-0'));
    expect(older.status).toBe(1);
    expect(JSON.parse(older.stdout)).toMatchObject({ error: { code: 'ERR_REVOCATION_OLDER' } });
  });

  test.each([
    ['a list that was changed', 1, 'ERR_CRL_SIGNATURE', () => damaged()],
    ['what is no list', 2, 'ERR_PEM', () => file('text.der', 'hello')],
  ])('refuses %s', async (_, code, error, make) => {
    const { status, stdout } = await build(join(folder, 'refused.json'), '--list', make());
    expect(status).toBe(code);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, error: { code: error } });
  });

  test.each([
    ['no map', '{}', 2, 'ERR_REVOCATION_FORMAT'],
    [
      'another root',
      () => readFileSync(MAP, 'utf8').replace(/"root": "\d+/, '"root": "7'),
      1,
      'ERR_REVOCATION_ROOT',
    ],
  ])('does not show %s', async (_, content, code, error) => {
    const path = file('bad.json', typeof content === 'string' ? content : content());
    const { status, stderr } = await zkcx('revocation', 'show', ...WHEN, path);
    expect(status).toBe(code);
    expect(stderr).toContain(error);
  });
});

/** CRL-B of one entry with another serial number. */
function damaged(): string {
  const der = readFileSync(list('B-1'));
  der[der.indexOf(Buffer.from('020179', 'hex')) + 2]! ^= 1;
  return file('damaged.der', der);
}
