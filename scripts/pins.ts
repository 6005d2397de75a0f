/** `npm run pins`: rewrite test/pins/structure.json from the circuits as they are. */
import { writeFileSync } from 'node:fs';
import { allRows } from '../bench/rowCounts.ts';
import { cacheFolder, keyCache } from '../src/prover/cache.ts';

const counts = await allRows(keyCache(cacheFolder()));
const pins = Object.fromEntries(
  Object.entries(counts).map(([name, { rows, recursionRows, domainLog2, digest }]) => [
    name,
    { rows, recursionRows, domainLog2, digest },
  ]),
);
const file = new URL('../test/pins/structure.json', import.meta.url);
writeFileSync(file, `${JSON.stringify(pins, null, 2)}\n`);
process.exit(0);
