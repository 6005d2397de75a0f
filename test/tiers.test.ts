/** The name of a test file says what it needs, see jest.config.js. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { ROOT } from './support/command.ts';

test.each([['o1js'], ['../src/circuits/claims.ts']])(
  'a plain test cannot load %s',
  async (module) => {
    await expect(import(module)).rejects.toThrow(/a plain test must not load o1js/);
  },
);

test('only *.kimchi.test.ts ask kimchi for a proof of a circuit', () => {
  const asks = /import \{[^}]*\bjudge\b[^}]*\} from '[./]*support\/kimchi\/(index|judge)\.ts'/;
  const folder = join(ROOT, 'test');
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const asking = names.filter(
    (name) => name.endsWith('.ts') && asks.test(readFileSync(join(folder, name), 'utf8')),
  );
  expect(asking.length).toBeGreaterThan(10);
  expect(asking.filter((name) => !name.endsWith('.kimchi.test.ts'))).toEqual([]);
});
