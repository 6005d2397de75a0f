/** zkcx aggregate and zkcx worker, as far as they go without proving. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { told, zkcx } from '../support/cli.ts';
import { ROOT } from '../support/command.ts';
import { claimed } from '../support/aggregate/chains.ts';

const SGP26 = join(ROOT, 'fixtures/sgp26');
const CI = join(SGP26, 'CertificateIssuer/CERT_CI_ECDSA_NIST.der');
const EUM = join(SGP26, 'EUM/CERT_EUM_ECDSA_NIST.der');
const EUICC = join(SGP26, 'eUICC/CERT_EUICC_ECDSA_NIST.der');

const folder = mkdtempSync(join(tmpdir(), 'zkcx-aggregate-'));
afterAll(() => rmSync(folder, { recursive: true }));

delete process.env['ZKCX_REDIS'];

const aggregate = (...args: string[]) =>
  told('aggregate', '--ci', CI, '--out', join(folder, 'out'), ...args);

describe('zkcx aggregate', () => {
  test.each(['aggregate', 'worker'])('%s --help', async (command) => {
    const { status, stdout } = await zkcx(command, '--help');
    expect(status).toBe(0);
    expect(stdout).toContain(`Usage: zkcx ${command}`);
    expect(stdout).toContain('--json');
  });

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
    ] as const) {
      const answer = await aggregate(...args);
      expect(answer).toMatchObject({ error: { code }, status });
      expect(JSON.stringify(answer)).not.toContain('secret');
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
