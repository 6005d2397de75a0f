import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { zkcx } from '../support/cli.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

test('a registry that is missing is said, with what makes one', async () => {
  const chain = join(temporaryFolder(), 'chain');
  const { status, stderr } = await zkcx('registry', 'show', '--embedded-chain', chain);
  expect(status).toBe(2);
  expect(stderr).toContain(
    `there is no registry: ${join(chain, 'deployment.json')} does not exist`,
  );
  expect(stderr).toContain('zkcx registry deploy');
});
