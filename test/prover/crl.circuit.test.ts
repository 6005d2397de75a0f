/** What `proveCrl` and `verifyCrl` refuse before any proving, and what is kept between parts. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parseCertificate, parseRevocationList } from '../../src/asn1/index.ts';
import { type CrlInput, proveCrl } from '../../src/prover/crl.ts';
import { readIssuer, readPart } from '../../src/prover/crl-parts.ts';
import type { ProofEnvelope } from '../../src/prover/envelope.ts';
import { pinnedKey } from '../../src/prover/keys.ts';
import { verifyCrl } from '../../src/prover/verify-crl.ts';
import {
  ANCHOR,
  buildList,
  CHAIN,
  EUM_SIGNER,
  type ListRecipe,
  sgp26List,
} from '../support/crl/index.ts';

let work: string;
beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'zkcx-crl-'));
});
afterAll(() => rm(work, { recursive: true }));

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'none',
    (error: { code?: string }) => error.code,
  );

const listOf = (recipe: ListRecipe) => parseRevocationList(buildList(recipe));
const listA = listOf(sgp26List('A'));
const listB = listOf(sgp26List('B'));
const eumList = listOf({ ...sgp26List('A'), signer: EUM_SIGNER });
const certificates = CHAIN.links
  .slice(0, 2)
  .map(({ certificate }) => parseCertificate(certificate.der));
const at = listA.thisUpdate;

test.each<[string, Partial<CrlInput>, string]>([
  ['a list about both kinds without a kind', { list: listB }, 'ERR_REVOCATION_KIND'],
  ['a list of the other kind', { kind: 'ca' }, 'ERR_REVOCATION_KIND'],
  ['a list that is over', { at: listA.nextUpdate }, 'ERR_CRL_EXPIRED'],
  ['a list of later', { at: at - 1n }, 'ERR_CRL_NOT_YET_VALID'],
  ['the list of an EUM as that of the CI', { list: eumList }, 'ERR_CRL_SIGNER'],
  ['the list of the CI as that of an EUM', { certificates }, 'ERR_CRL_SIGNER'],
  [
    'a list in parts',
    { list: listOf(sgp26List('A', { part: { number: 1, total: 2 } })) },
    'ERR_PROFILE_CRL_PARTIAL',
  ],
])('%s is refused before any proving', async (_, change, code) => {
  const input = { anchors: [ANCHOR], certificates: [], list: listA, at, ...change };
  expect(await codeOf(proveCrl(input, { work }))).toBe(code);
});

const envelope = (change: Partial<ProofEnvelope> = {}): ProofEnvelope => ({
  format: 'zkcx-proof',
  version: 1,
  program: 'crl',
  verificationKeyHash: '1',
  proof: {
    publicInput: ['2'],
    publicOutput: ['1', '2', '3', '4'],
    maxProofsVerified: 1,
    proof: 'AAAA',
  },
  ...change,
});

test.each<[string, unknown, string]>([
  ['no envelope', {}, 'ERR_PROOF_FORMAT'],
  ['another version', { ...envelope(), version: 2 }, 'ERR_PROOF_VERSION'],
  ['another program', envelope({ program: 'chain' }), 'ERR_PROOF_PROGRAM'],
  [
    'another shape',
    envelope({ proof: { ...envelope().proof, publicOutput: ['1'] } }),
    'ERR_PROOF_FORMAT',
  ],
  ['another key', envelope(), 'ERR_PROOF_KEY'],
])('%s does not verify', async (_, proof, code) => {
  expect(await codeOf(verifyCrl(proof, { trustRoot: 1n }))).toBe(code);
});

test('parts that are missing or damaged count as missing', async () => {
  const key = pinnedKey('chain');
  const { proof } = envelope();
  expect(await readPart(work, 0, key)).toBeUndefined();
  const damaged = [
    '',
    '{',
    '{}',
    JSON.stringify({ ...proof, publicInput: [1] }),
    JSON.stringify(proof),
  ];
  for (const text of damaged) {
    await writeFile(join(work, 'part-000000.json'), text);
    expect(await readPart(work, 0, key)).toBeUndefined();
    await writeFile(join(work, 'issuer.json'), text);
    expect(await readIssuer(work)).toBeUndefined();
  }
}, 60_000);
