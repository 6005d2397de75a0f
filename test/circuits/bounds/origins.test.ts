/** No number of src/params.ts is without a bound that is tested on both sides, or a reason for it. */
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import * as params from '../../../src/params.ts';
import { certificateBounds } from '../../support/bounds/certificates.ts';
import { listBounds } from '../../support/bounds/lists.ts';
import type { Origin } from '../../support/bounds/row.ts';

const OF_THE_GADGETS = 'of no field: numbers that a gadget works with';

/** What decides no bound of a certificate or of the parts of a list. */
const OTHER: Partial<Record<Origin, string>> = {
  TRUST_HEIGHT: 'CIs of a trust set: test/witness',
  MAP_HEIGHT: 'entries of a revocation map',
  SERIALS_HEIGHT: 'more serial numbers than a list has bytes for: lists.program.test.ts',
  CRL_LENGTH_BITS: 'bytes of a whole list: lists.program.test.ts',
  CRL_BLOCKS: 'bytes of a whole list: lists.program.test.ts',
  CRL_TAIL_BYTES: 'bytes of a whole list: lists.program.test.ts',
  REGISTRY_HEIGHT: 'credentials of a registry',
  AGGREGATE_HEIGHT: 'credentials of an aggregate',
  SLOT_SECONDS: 'time of the registry',
  MAX_ACTIONS: 'decisions of a registry',
  ACTION_DELAY_SECONDS: 'time of the registry',
  ACTION_TERM_SECONDS: 'time of the registry',
  MIN_REMAINING_SECONDS: 'time of the registry',
  COMMITMENT_VERSION: 'a version',
  MODE: 'kinds of proofs',
  'p256.x0': OF_THE_GADGETS,
  'p256.x1': OF_THE_GADGETS,
  'p256.x2': OF_THE_GADGETS,
  'p256.x01': OF_THE_GADGETS,
  'p256.y01': OF_THE_GADGETS,
  'p256.y2': OF_THE_GADGETS,
  'p256.quotientTop': OF_THE_GADGETS,
  'p256.elementTop': OF_THE_GADGETS,
  'sha256.chaining': OF_THE_GADGETS,
  'memory.prefix': OF_THE_GADGETS,
  'memory.folded': OF_THE_GADGETS,
  'memory.byte': OF_THE_GADGETS,
  'memory.power': OF_THE_GADGETS,
  'aggregate.powers': OF_THE_GADGETS,
  one: OF_THE_GADGETS,
};

const rows = [...certificateBounds(), ...listBounds()];
const tables = Object.entries(params.TABLE).flatMap(([group, names]) =>
  typeof names === 'number' ? [group] : Object.keys(names).map((name) => `${group}.${name}`),
);
const origins = [...Object.keys(params).filter((name) => name !== 'TABLE'), ...tables];

test('every parameter and table has a bound or a reason', () => {
  const bound = new Set<string>(rows.flatMap(({ from }) => from));
  const explained = new Set(Object.keys(OTHER));
  expect(origins.filter((name) => !bound.has(name) && !explained.has(name))).toEqual([]);
  // and none is explained that has a bound, or is no more
  expect([...explained].filter((name) => bound.has(name) || !origins.includes(name))).toEqual([]);
});

test('the tables of bounds have their sizes', () => {
  expect([certificateBounds().length, listBounds().length]).toEqual([70, 28]);
});

test('every code of a limit is that of a bound', () => {
  const source = readFileSync(new URL('../../../src/errors.ts', import.meta.url), 'utf8');
  const covered = new Set<string>(rows.map(({ code }) => code));
  // of whole lists: lists.program.test.ts
  covered.add('ERR_PROFILE_CRL_LENGTH');
  const codes = new Set(source.match(/ERR_PROFILE_[A-Z_]+/g));
  expect([...codes].filter((code) => !covered.has(code))).toEqual([]);
});
