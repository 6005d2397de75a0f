import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { zkcx } from '../support/cli.ts';
import { CI, EUICC } from '../support/sgp26-files.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const WHEN = ['--at', '2025-06-01'];
const folder = temporaryFolder();

describe('zkcx chain prove', () => {
  test('refuses a bad chain before any proving', async () => {
    const out = join(folder, 'credential.json');
    const { status, stderr } = await zkcx(
      'chain',
      'prove',
      '--ci',
      CI,
      '--out',
      out,
      ...WHEN,
      EUICC,
    );
    expect(status).toBe(1);
    expect(stderr).toContain('ERR_CHAIN_AKI');
    expect(stderr).not.toContain('Compiling');
  });
});
