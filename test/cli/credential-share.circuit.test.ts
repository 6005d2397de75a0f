/** zkcx credential share, as far as it goes without proving. What it makes is in test/prover/share.circuit.test.ts. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { told, zkcx } from '../support/cli.ts';
import { provenUrl } from '../support/credentials.ts';
import { privateCopy } from '../support/private-copy.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const out = join(folder, 'shared.json');
const credential = privateCopy(fileURLToPath(provenUrl('euicc-1')));
const share = (...args: string[]) => told('credential', 'share', ...args);

test('a credential is shared once', async () => {
  const before = readFileSync(credential, 'utf8');
  const answer = await share('--credential', credential, '--out', out);
  expect(answer).toMatchObject({ status: 1, error: { code: 'ERR_CREDENTIAL_SHARED' } });
  expect(answer.stderr).not.toContain('ompiling');
  expect(existsSync(out)).toBe(false);
  expect(readFileSync(credential, 'utf8')).toBe(before);
});

test('nothing is shared into the credential, or into what is there', async () => {
  expect(await share('--credential', credential, '--out', credential)).toMatchObject({
    status: 2,
    error: { code: 'ERR_CLI_USAGE' },
  });
  const other = fileURLToPath(provenUrl('euicc-2'));
  expect(await share('--credential', credential, '--out', other)).toMatchObject({
    status: 2,
    error: { code: 'ERR_FILE_WRITE' },
  });
});

test('is a usage error without a credential or an output', async () => {
  expect(await zkcx('credential', 'share', '--out', out)).toMatchObject({ status: 2 });
  expect(await zkcx('credential', 'share', '--credential', credential)).toMatchObject({
    status: 2,
  });
});
