/** The name of a test file says what it needs, see jest.config.js. */
import { expect, test } from '@jest/globals';

test.each([['o1js'], ['../src/circuits/claims.ts'], ['../src/index.ts']])(
  'a plain test cannot load %s',
  async (module) => {
    await expect(import(module)).rejects.toThrow(/a plain test must not load o1js/);
  },
);
