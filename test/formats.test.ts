/** docs/protocol/formats.md names every format and every hash domain of the source, with its version and size. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { MODE } from '../src/params.ts';
import { PLAIN_INPUTS, PROOF_SHAPES } from '../src/prover/program-shapes.ts';
import { ROOT } from './support/command.ts';

const page = readFileSync(join(ROOT, 'docs/protocol/formats.md'), 'utf8');
/** Cells of the table rows of the page whose first cell is a name in code. */
const rows = [...page.matchAll(/^\| `([\w-]+)` *\|(.*)\|$/gm)].map(
  ([, name, rest]) => [name!, ...rest!.split('|').map((cell) => cell.trim())] as const,
);

const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => readFileSync(join(ROOT, 'src', name), 'utf8'));

/** `NAME: VERSION` of each format that a source text declares. */
function formatsOf(source: string): string[] {
  const constant = /^const VERSION = (\d+);/m.exec(source)?.[1];
  const declared = [
    ...source.matchAll(/format: z\.literal\('([\w-]+)'\),\s*version: z\.literal\((\w+)\)/g),
    ...source.matchAll(/format: '([\w-]+)',\s*version: (\w+),/g),
    // offers over RSP list versions
    ...source.matchAll(/format: '([\w-]+)',\s*versions: \[(\w+)\]/g),
  ];
  const versions = declared.map(
    ([, format, version]) => `${format}: ${version === 'VERSION' ? constant : version}`,
  );
  const later = /\.\.\.envelopeSchema\.shape,\s*version: z\.literal\((\d+)\)/.exec(source)?.[1];
  return later === undefined ? versions : [...versions, `zkcx-proof: ${later}`];
}

const unique = (values: readonly string[]) => [...new Set(values)].sort();

describe('the formats', () => {
  const declared = unique(sources.flatMap(formatsOf));

  test('of the source are those of the page', () => {
    expect(declared.length).toBeGreaterThan(20);
    const described = rows.flatMap(([name, versions]) =>
      /^\d+(, \d+)*$/.test(versions!) && name.startsWith('zkcx-')
        ? versions!.split(', ').map((version) => `${name}: ${version}`)
        : [],
    );
    const domains = sources.flatMap((source) => [
      ...source.matchAll(/prefix: '([\w-]+)', inputs/g),
    ]);
    const isFormat = (one: string) => !domains.some(([, name]) => one.startsWith(`${name}: `));
    expect(unique(described.filter(isFormat))).toEqual(declared);
  });

  test('are all found: no literal has another form', () => {
    const named = sources.flatMap((source) =>
      [...source.matchAll(/format: (?:z\.literal\()?'(zkcx-[\w-]+)'/g)].map(([, name]) => name!),
    );
    expect(unique(named)).toEqual(unique(declared.map((one) => one.split(':')[0]!)));
  });
});

test('the hash domains of the source are those of the page', () => {
  const limits = { MAX_BASES: 4, MAX_LINKS: 4 };
  const hashes = readFileSync(join(ROOT, 'src/circuits/hash.ts'), 'utf8');
  const domains = [...hashes.matchAll(/prefix: '([\w-]+)', inputs: ([\w +*]+) \}/g)].map(
    ([, prefix, inputs]) => {
      const sum = inputs!
        .split(' + ')
        .map((term) =>
          term
            .split(' * ')
            .map((factor) => Number(limits[factor as keyof typeof limits] ?? factor))
            .reduce((a, b) => a * b),
        )
        .reduce((a, b) => a + b);
      return `${prefix}: ${sum}`;
    },
  );
  expect(domains.length).toBeGreaterThan(20);
  const described = rows.map(([name, inputs]) => `${name}: ${inputs}`);
  expect(domains.filter((domain) => !described.includes(domain))).toEqual([]);
});

test('the programs have the modes, envelopes and numbers of the page', () => {
  const { aggregatePair: _, aggregateMerge: __, ...shapes } = PROOF_SHAPES;
  const programs = [
    ...Object.keys(shapes).map((name) => [name, '1'] as const),
    ...Object.keys(PLAIN_INPUTS).map((name) => [name, '2'] as const),
  ].map(([name, envelope]) => [name, envelope, String(MODE[name as keyof typeof MODE])]);
  const described = rows.map(([name, envelope, mode]) => [name, envelope, mode]);
  for (const program of programs) expect(described).toContainEqual(program);
});
