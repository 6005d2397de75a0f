/** The vectors of the package are what this code makes: anybody who relies on them relies on every value. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { makeVectors } from '../scripts/vectors/make.ts';
import { ROOT } from './support/command.ts';

test('the vectors are those of this code (else review the change: npm run vectors)', async () => {
  const kept: unknown = JSON.parse(readFileSync(join(ROOT, 'vectors/vectors.json'), 'utf8'));
  expect(JSON.parse(JSON.stringify(await makeVectors()))).toEqual(kept);
});
