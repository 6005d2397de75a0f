/**
 * First half of `npm run pins`: compile every program as it is now, and rewrite the pinned keys, the setup, and
 * test/pins/structure.json. Some ten minutes; the diff is the review of a circuit change. The second half is
 * pins-registry.ts, for the contract has the programs' keys in it.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { measureRows } from '../bench/row-counts.ts';
import { buildKeys } from '../src/prover/key-build.ts';
import { PLAIN_NAMES } from '../src/prover/program-shapes.ts';

const counts = await measureRows(buildKeys);
const shapes = new URL('../src/prover/program-shapes.ts', import.meta.url);
for (const name of PLAIN_NAMES) {
  const key = new URL(`../src/prover/keys/${name}.json`, import.meta.url);
  const { hash } = JSON.parse(readFileSync(key, 'utf8')) as { hash: string };
  const line = new RegExp(`(${name}: ')[0-9a-f]{64}`);
  writeFileSync(shapes, readFileSync(shapes, 'utf8').replace(line, `$1${hash}`));
}
const file = new URL('../test/pins/structure.json', import.meta.url);
writeFileSync(file, `${JSON.stringify(counts, null, 2)}\n`);
process.exit(0);
