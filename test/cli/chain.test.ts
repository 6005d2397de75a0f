import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { told, zkcx } from '../support/cli.ts';
import { pem } from '../support/pem.ts';
import { CI, DP_AUTH, EID, EUICC, EUM } from '../support/sgp26-files.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const WHEN = ['--at', '2025-06-01'];
const folder = temporaryFolder();

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('zkcx chain check', () => {
  const ci = ['--ci', CI];

  test('says yes to the test chain', async () => {
    const { status, stdout } = await zkcx('chain', 'check', '--json', ...ci, ...WHEN, EUM, EUICC);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      ok: true,
      at: '2025-06-01T00:00:00Z',
      roles: ['eum-v2', 'euicc-v2'],
      validFrom: '2020-04-01T09:48:58Z',
      validUntil: '2054-03-24T09:28:37Z',
    });
  });

  test.each([
    ['before it began', ['--at', '2020-04-01T09:48:57Z', EUM, EUICC], 'ERR_CHAIN_NOT_YET_VALID'],
    ['after it ended', ['--at', '2657957318', EUM, EUICC], 'ERR_CHAIN_EXPIRED'],
    ['in the wrong order', [...WHEN, EUICC, EUM], 'ERR_CHAIN_AKI'],
    ['with a link missing', [...WHEN, EUICC], 'ERR_CHAIN_AKI'],
  ])('says no to the chain %s', async (_, args, code) => {
    const { status, stdout } = await zkcx('chain', 'check', '--json', ...ci, ...args);
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, error: { code } });
  });

  test('finds the CI among several', async () => {
    expect((await zkcx('chain', 'check', '--ci', CI, '--ci', CI, ...WHEN, DP_AUTH)).status).toBe(0);
    // a server certificate is no CI
    expect(await told('chain', 'check', '--ci', DP_AUTH, ...WHEN, DP_AUTH)).toMatchObject({
      status: 2,
      error: { code: 'ERR_CHAIN_ANCHOR' },
    });
  });

  test('takes a chain in one PEM file, in either direction', async () => {
    const [eum, euicc] = [EUM, EUICC].map((path) => pem('CERTIFICATE', readFileSync(path)));
    for (const text of [`${eum}${euicc}`, `${euicc}text\n${eum}`]) {
      expect(await told('chain', 'check', ...ci, ...WHEN, file('chain.pem', text))).toMatchObject({
        status: 0,
        roles: ['eum-v2', 'euicc-v2'],
      });
    }
  });

  test('tells neither an EID nor a key', async () => {
    const { stdout, stderr } = await zkcx('chain', 'check', ...ci, ...WHEN, EUM, EUICC);
    expect(stdout).toContain('CI -> eum-v2 -> euicc-v2');
    expect(stdout + stderr).not.toContain(EID);
    expect(stdout + stderr).not.toMatch(/[0-9a-f]{40}/);
  });
});

describe('zkcx chain prove', () => {
  test('overwrites nothing', async () => {
    const out = file('old.json', 'precious');
    const { status, stderr } = await zkcx('chain', 'prove', '--ci', CI, '--out', out, ...WHEN, EUM);
    expect(status).toBe(2);
    expect(stderr).toContain('ERR_FILE_WRITE');
    expect(readFileSync(out, 'utf8')).toBe('precious');
  });
});

describe('outputs of zkcx chain prove', () => {
  const prove = (...args: string[]) => told('chain', 'prove', '--ci', CI, ...WHEN, ...args);
  const copy = (name: string) => {
    writeFileSync(join(folder, name), readFileSync(EUM));
    return join(folder, name);
  };
  const out = join(folder, 'a.json');

  test.each([
    ['twice the same', ['--out', out, '--proof', out, EUM], 'ERR_CLI_USAGE'],
    [
      'the same by another way',
      ['--out', out, '--proof', `${folder}/./a.json`, EUM],
      'ERR_CLI_USAGE',
    ],
    ['a certificate that is read', ['--out', copy('eum.der'), copy('eum.der')], 'ERR_CLI_USAGE'],
    ['in a folder that is not there', ['--out', `${out}/none/b`, EUM], 'ERR_FILE_WRITE'],
    ['a folder', ['--out', folder, EUM], 'ERR_FILE_WRITE'],
    ['a device', ['--out', '/dev/null', EUM], 'ERR_FILE_WRITE'],
  ])('are refused before proving: %s', async (_, args, code) => {
    const answer = await prove(...args);
    expect(answer).toMatchObject({ status: 2, ok: false, error: { code } });
    expect(answer.stderr).not.toContain('Compiling');
    expect(existsSync(out)).toBe(false);
  });
});

describe('zkcx chain verify', () => {
  test('wants to know whom to trust', async () => {
    const { status, stderr } = await zkcx('chain', 'verify', file('proof.json', '{}'));
    expect(status).toBe(2);
    expect(stderr).toContain('ERR_CLI_USAGE');
  });

  test.each([
    ['what is no proof', '{}', 2, 'ERR_PROOF_FORMAT'],
    ['a later version', '{"format":"zkcx-proof","version":9}', 2, 'ERR_PROOF_VERSION'],
  ])('refuses %s', async (_, text, code, error) => {
    const { status, stderr } = await zkcx(
      'chain',
      'verify',
      '--trust-root',
      '7',
      file('bad.json', text),
    );
    expect(status).toBe(code);
    expect(stderr).toContain(error);
  });

  test.each(['07', 'seven'])('refuses %s as a trust root', async (root) => {
    expect((await zkcx('chain', 'verify', `--trust-root=${root}`, 'proof.json')).status).toBe(2);
  });
});
