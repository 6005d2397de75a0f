/** zkcx aggregate and zkcx worker, as far as they go without proving. */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { told, zkcx } from '../support/cli.ts';
import { claimed } from '../support/aggregate/chains.ts';
import { provenUrl } from '../support/credentials.ts';
import { privateCopy } from '../support/private-copy.ts';
import { CI, EUICC, EUM } from '../support/sgp26-files.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();

delete process.env['ZKCX_REDIS'];

const aggregate = (...args: string[]) =>
  told('aggregate', '--ci', CI, '--out', join(folder, 'out'), ...args);

describe('zkcx aggregate', () => {
  test('refuses what is no chain, before it proves', async () => {
    const proof = join(folder, 'proof.json');
    const foreign = claimed(1, { trustRoot: 5n, validUntil: 9_999_999_999n });
    writeFileSync(proof, JSON.stringify(foreign.proof));
    const chain = `${EUM},${EUICC}`;
    for (const [args, status, code] of [
      [[chain, chain], 2, 'ERR_AGGREGATE_DUPLICATE'],
      [[`${EUICC},${EUM}`], 1, 'ERR_CHAIN_AKI'],
      [[`${EUM},${join(folder, 'missing')}`], 2, 'ERR_FILE_READ'],
      [[chain, '--redis', 'http://:secret@host'], 2, 'ERR_AGGREGATE_REDIS'],
      [[proof], 2, 'ERR_AGGREGATE_TRUST_ROOT'],
      [[privateCopy(fileURLToPath(provenUrl('euicc-1')))], 1, 'ERR_PROOF_PROGRAM'],
    ] as const) {
      const answer = await aggregate(...args);
      expect(answer).toMatchObject({ error: { code }, status });
      expect(JSON.stringify(answer)).not.toContain('secret');
      expect(answer.stderr.includes('use ZKCX_REDIS')).toBe(code === 'ERR_AGGREGATE_REDIS');
    }
    expect(readdirSync(join(folder, 'out'))).not.toContain('aggregate.json');
  });

  test('does not write over an aggregate', async () => {
    writeFileSync(join(folder, 'out', 'aggregate.json'), '');
    const answer = await aggregate(`${EUM},${EUICC}`);
    expect(answer).toMatchObject({ status: 2, error: { code: 'ERR_FILE_WRITE' } });
  });

  test('is a usage error without a chain, a root or a folder; a worker without a Redis', async () => {
    for (const args of [
      ['aggregate', '--ci', CI, '--out', folder],
      ['aggregate', '--ci', CI, EUM],
      ['aggregate', '--out', folder, EUM],
      ['worker'],
    ]) {
      expect(await zkcx(...args)).toMatchObject({ status: 2, stdout: '' });
    }
  });
});
