import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { zkcx } from '../support/cli.ts';
import { POINTS } from '../support/crl/index.ts';
import { pem } from '../support/pem.ts';
import { EUM, sgp26 } from '../support/sgp26-files.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const list = (name: string) => sgp26(`crl/CRL-${name}.der`);

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('zkcx crl inspect', () => {
  test('shows a list, DER and PEM alike', async () => {
    const { status, stdout } = await zkcx('crl', 'inspect', list('B-10'));
    expect(status).toBe(0);
    expect(stdout).toContain(POINTS.B);
    const text = pem('X509 CRL', readFileSync(list('B-10')));
    expect((await zkcx('crl', 'inspect', file('list.pem', text))).stdout).toBe(stdout);
  });

  test('speaks JSON', async () => {
    const { status, stdout } = await zkcx('crl', 'inspect', '--json', list('A-1'));
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      crlNumber: '2',
      point: POINTS.A,
      certificates: 'user',
      entries: 1,
      serialNumbers: ['79'],
      provable: 'yes',
    });
  });

  test('takes a certificate for bad input', async () => {
    const { status, stderr } = await zkcx('crl', 'inspect', EUM);
    expect(status).toBe(2);
    expect(stderr).toContain('ERR_CRL_VERSION');
  });
});
