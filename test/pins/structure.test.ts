/**
 * Rows, domain and gates of every gadget and program are those of structure.json, which
 * `npm run pins` rewrites: its diff is the review of a circuit change. Other gates are other keys.
 */
import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { gadgetRows, programRows, type RowCount } from '../../bench/rowCounts.ts';
import { keyCache } from '../../src/prover/cache.ts';
import { PROGRAM_NAMES } from '../../src/prover/programs.ts';
import { KEYS, proveAlone } from '../support/alone.ts';

// it compiles every program, which takes as much memory as proving
proveAlone();

const pinned = JSON.parse(
  readFileSync(new URL('./structure.json', import.meta.url), 'utf8'),
) as Record<string, RowCount>;

const pinnedOf = (prefix: string) =>
  Object.fromEntries(Object.entries(pinned).filter(([name]) => name.startsWith(prefix)));

it('gadgets are as pinned', async () => {
  expect(await gadgetRows()).toEqual(pinnedOf('gadget.'));
}, 120_000);

it.each(PROGRAM_NAMES)(
  'the program %s is as pinned',
  async (name) => {
    expect(await programRows(name, keyCache(KEYS))).toEqual(pinnedOf(`${name}.`));
  },
  600_000,
);

it('pins nothing that is not checked', () => {
  for (const name of Object.keys(pinned)) {
    expect(['gadget', ...PROGRAM_NAMES]).toContain(name.split('.')[0]);
  }
});
