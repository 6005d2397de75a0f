/**
 * `npm run bench:rows -- [--json]`: rows of the gadgets and programs, from the constraint systems, while
 * every program is compiled anew. JSON: `{ "<name>": { rows, recursionRows, domainLog2 } }`.
 */
import { parseArgs } from 'node:util';
import { checkKeys } from '../src/prover/key-build.ts';
import { measureRows } from './row-counts.ts';

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });

const counts = Object.entries(await measureRows(checkKeys)).map(
  ([name, { rows, recursionRows, domainLog2 }]) =>
    [name, { rows, recursionRows, domainLog2 }] as const,
);

if (values.json) {
  console.log(JSON.stringify(Object.fromEntries(counts), null, 2));
} else {
  const line = (name: string, ...cells: (string | number)[]) =>
    name.padEnd(24) + cells.map((cell) => String(cell).padStart(10)).join('');
  console.log(line('', 'rows', 'recursion', 'domain'));
  for (const [name, { rows, recursionRows, domainLog2 }] of counts) {
    console.log(line(name, rows, recursionRows, `2^${domainLog2}`));
  }
}
process.exit(0);
