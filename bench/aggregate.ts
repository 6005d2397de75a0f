/**
 * `npm run bench:aggregate -- [--json] [--chains 2,4,8] [--eums shared,own]`: seconds to aggregate so many chains into
 * one proof, from their certificates, with one EUM for all of them and with one each. Compiling is left out.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Certificate } from '../src/asn1/index.ts';
import { aggregateChains } from '../src/aggregate/aggregate-chains.ts';
import { Prover } from '../src/prover/prover.ts';
import { sgp26Device } from '../test/support/certificates/index.ts';
import { PROVEN_ANCHOR, PROVEN_AT, provenCertificates } from '../test/support/credentials.ts';
import { madeUpDevice, madeUpEum } from '../test/support/devices.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    chains: { type: 'string', default: '2,4,8' },
    eums: { type: 'string', default: 'shared,own' },
  },
});

interface AggregateMeasure {
  readonly chains: number;
  readonly eums: string;
  readonly seconds: number;
  readonly secondsPerChain: number;
  /** Seconds of all proofs of a method, and how many there were. */
  readonly proofs: Readonly<Record<string, { count: number; seconds: number }>>;
}

const counts = numbers(values.chains);
const layouts = values.eums.split(',').filter(Boolean);
if (!layouts.every((eums) => eums === 'shared' || eums === 'own')) {
  console.error('--eums takes shared and own, with a comma in between');
  process.exit(2);
}
const aggregations: AggregateMeasure[] = [];
const prover = new Prover();
try {
  await prover.compile('aggregate');
  for (const eums of layouts) {
    for (const count of counts) aggregations.push(await measureAggregate(count, eums));
  }
} finally {
  prover.close();
}
if (values.json) console.log(JSON.stringify({ aggregations }, null, 2));
else show();

function numbers(list: string): number[] {
  const found = list.split(',').filter(Boolean).map(Number);
  if (found.every((number) => Number.isInteger(number) && number > 0)) return found;
  console.error('--chains takes numbers from 1, with commas in between');
  process.exit(2);
}

async function measureAggregate(count: number, eums: string): Promise<AggregateMeasure> {
  const chains = Array.from({ length: count }, (_, i) => ({
    certificates: eums === 'own' ? ownEum(i + 1) : sharedEum(i + 1),
  }));
  const work = mkdtempSync(join(tmpdir(), 'zkcx-bench-'));
  const proofs: Record<string, { count: number; seconds: number }> = {};
  let compiling = 0;
  const start = performance.now();
  try {
    await aggregateChains(
      { trust: [PROVEN_ANCHOR], chains, at: PROVEN_AT },
      {
        work,
        prover,
        onEvent(event) {
          // a process is replaced after so many proofs
          if (event.type === 'compiled') compiling += event.ms;
          if (event.type !== 'proved') return;
          const name = `${event.program}.${event.method}`;
          const { count: before, seconds } = proofs[name] ?? { count: 0, seconds: 0 };
          proofs[name] = { count: before + 1, seconds: seconds + event.ms / 1000 };
        },
      },
    );
  } finally {
    rmSync(work, { recursive: true });
  }
  const seconds = (performance.now() - start - compiling) / 1000;
  const measure = { chains: count, eums, seconds, secondsPerChain: seconds / count, proofs };
  // a larger one may take too long: what is known so far is shown
  console.error(JSON.stringify(measure));
  return measure;
}

function sharedEum(number: number): Certificate[] {
  return [...provenCertificates('eum'), madeUpDevice(number, sgp26Device()[1]!)];
}

function ownEum(number: number): Certificate[] {
  const eum = madeUpEum(number);
  return [eum.certificate, madeUpDevice(number, eum)];
}

function show(): void {
  const line = (...cells: (string | number)[]) =>
    cells.map((cell) => String(cell).padStart(12)).join('');
  console.log(line('chains', 'EUMs', 'seconds', 'a chain'));
  for (const { chains, eums, seconds, secondsPerChain } of aggregations) {
    console.log(line(chains, eums, seconds.toFixed(0), secondsPerChain.toFixed(1)));
  }
}
