/**
 * Rows, domain and gates of every gadget and program are those of structure.json, which
 * `npm run pins` rewrites: its diff is the review of a circuit change. Other gates are other keys.
 */
import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { chainRows, gadgetRows, type RowCount } from '../../bench/rowCounts.ts';

const pinned = JSON.parse(
  readFileSync(new URL('./structure.json', import.meta.url), 'utf8'),
) as Record<string, RowCount>;

const pinnedOf = (prefix: string) =>
  Object.fromEntries(Object.entries(pinned).filter(([name]) => name.startsWith(prefix)));

it('gadgets are as pinned', async () => {
  expect(await gadgetRows()).toEqual(pinnedOf('gadget.'));
}, 120_000);

it('the chain program is as pinned', async () => {
  expect(await chainRows()).toEqual(pinnedOf('chain.'));
}, 300_000);

it('pins nothing that is not checked', () => {
  for (const name of Object.keys(pinned)) expect(name).toMatch(/^(gadget|chain)\./);
});
