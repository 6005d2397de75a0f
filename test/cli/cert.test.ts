import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { told, zkcx } from '../support/cli.ts';
import { pem } from '../support/pem.ts';
import { EID, EUICC, EUM } from '../support/sgp26-files.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('zkcx cert inspect', () => {
  test('shows a certificate, DER and PEM alike', async () => {
    const der = await zkcx('cert', 'inspect', EUICC);
    expect(der.status).toBe(0);
    expect(der.stdout).toContain(EID);
    expect(der.stdout).toContain('euicc-v2');
    const { stdout } = await zkcx(
      'cert',
      'inspect',
      file('euicc.pem', pem('CERTIFICATE', readFileSync(EUICC))),
    );
    expect(stdout).toBe(der.stdout);
  });

  test('shows every certificate of a chain', async () => {
    const chain = [EUM, EUICC].map((path) => pem('CERTIFICATE', readFileSync(path))).join('');
    const { certificates } = await told('cert', 'inspect', file('chain.pem', chain));
    expect(certificates).toMatchObject([{ roles: ['eum-v2'] }, { roles: ['euicc-v2'] }]);
  });

  test('speaks JSON', async () => {
    const { status, stdout } = await zkcx('cert', 'inspect', '--json', EUM);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      roles: ['eum-v2'],
      basicConstraints: { cA: true, pathLen: 0 },
      nameConstraints: [{ organisation: 'RSP Test EUM', iin: '89049032' }],
      provable: 'yes',
    });
  });

  test('does not let a certificate write to the terminal', async () => {
    const der = readFileSync(EUICC);
    const name = der.indexOf('Test eUICC');
    der.write('\x1b[2J\x07Test', name, 'latin1');
    const { status, stdout } = await zkcx('cert', 'inspect', file('escape.der', der));
    expect(status).toBe(0);
    expect(stdout).toContain('\\u{1b}[2J\\u{7}');
    expect(stdout).not.toContain('\x1b');
    expect(stdout).not.toContain('\x07');
  });

  test.each([
    ['a missing file', () => join(folder, 'missing.der'), 'ERR_FILE_READ'],
    ['text', () => file('text.der', 'hello'), 'ERR_PEM'],
    ['half a certificate', () => file('half.der', readFileSync(EUM).subarray(0, 300)), 'ERR_DER_'],
    ['a huge file', () => file('huge.der', new Uint8Array(65_537)), 'ERR_FILE_SIZE'],
  ])('takes %s for bad input', async (_, make, code) => {
    const { status, stdout, stderr } = await zkcx('cert', 'inspect', make());
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(code);
  });
});
