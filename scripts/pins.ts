/**
 * First half of `npm run pins`: compile every program as it is now, and rewrite the pinned keys, the setup, and
 * test/pins/structure.json. Some ten minutes; the diff is the review of a circuit change. The second half is
 * pins-registry.ts, for the contract has the programs' keys in it.
 */
import { writeFileSync } from 'node:fs';
import { measureRows } from '../bench/row-counts.ts';
import { buildKeys } from '../src/prover/key-build.ts';

const counts = await measureRows(buildKeys);
const file = new URL('../test/pins/structure.json', import.meta.url);
writeFileSync(file, `${JSON.stringify(counts, null, 2)}\n`);
process.exit(0);
