/** Writes the revocation lists of fixtures/: the same bytes in every run, a test compares them. */
import { writeFileSync } from 'node:fs';
import { buildList, EUM_REVOKED, FIXTURE_LISTS } from '../test/support/crl/index.ts';

for (const { path, recipe } of [...FIXTURE_LISTS, EUM_REVOKED]) {
  writeFileSync(new URL(`../fixtures/${path}`, import.meta.url), buildList(recipe));
}
