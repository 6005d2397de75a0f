/**
 * Random byte changes, signed again so that only what the bytes say decides: the circuit takes
 * nothing that the plain checks refuse, outside of the values that it does not read.
 */
import { beforeAll, expect, test } from '@jest/globals';
import { assert, asyncProperty, constant, constantFrom, integer, nat, record } from 'fast-check';
import { parseCertificate } from '../../../src/asn1/index.ts';
import { ZkcxError } from '../../../src/errors.ts';
import {
  type Case,
  caseOf,
  checkCase,
  sgp26Device,
  splitCertificate,
} from '../../support/certificates/index.ts';
import { resign } from '../../support/certificates/draft.ts';
import { KEYS } from '../../support/certificates/keys.ts';
import { inputAt } from './chain-circuit.ts';
import { linkJudge, type LinkJudge } from './link-judge.ts';

const device = caseOf('SGP.26 eUICC', sgp26Device());
const ISSUER = [KEYS.ci, KEYS.eum] as const;

/** Of RFC 5280's extensions, the circuit does not read inside this one; docs/protocol/certificate-profile.md. */
const CRL_DISTRIBUTION_POINTS = '2.5.29.31';
/**
 * Codes of rules that the circuit leaves to the parser, because nothing that a claim says depends on
 * them: how the arcs of an object identifier are written, where it is no known one.
 */
const PARSER_ONLY = ['ERR_DER_OID'];

let accepts: LinkJudge;

beforeAll(async () => {
  accepts = await linkJudge();
});

/** The offsets into the TBS whose bytes the circuit reads. */
const readable = device.chain.map((der) => {
  const { tbs, spans, extensions } = parseCertificate(der);
  const skipped = extensions.find(({ oid }) => oid === CRL_DISTRIBUTION_POINTS)?.valueSpan;
  const isSkipped = (offset: number) =>
    skipped !== undefined && offset >= skipped.start && offset < skipped.end;
  return Array.from(tbs, (_, i) => i).filter((i) => !isSkipped(i + spans.tbs.start));
});

/** undefined where the plain checks take it; the certificates below the changed one are left out. */
function plainCode(row: Case): string | undefined {
  try {
    checkCase(row);
    return undefined;
  } catch (error) {
    if (error instanceof ZkcxError) return error.code;
    throw error;
  }
}

const change = constantFrom(0, 1).chain((link) =>
  record({
    link: constant(link),
    index: nat({ max: readable[link]!.length - 1 }),
    mask: integer({ min: 1, max: 255 }),
  }),
);

test('the circuit takes no changed certificate that the plain checks refuse', async () => {
  let taken = 0;
  await assert(
    asyncProperty(change, async ({ link, index, mask }) => {
      const der = device.chain[link]!;
      const { tbs } = splitCertificate(der);
      const changed = Uint8Array.from(tbs);
      changed[readable[link]![index]!]! ^= mask;
      const chain = [...device.chain.slice(0, link), resign(der, changed, ISSUER[link]!)];
      const row = { ...device, chain };
      const code = plainCode(row);
      if (code?.startsWith('ERR_PROFILE_')) return;
      const accepted = await accepts(inputAt(row, link, { tbs: changed, r: 1n, s: 1n }));
      if (accepted) taken++;
      if (accepted && code !== undefined) expect(PARSER_ONLY).toContain(code);
      // and the other way round: what is in order can be proven
      if (code === undefined) expect(accepted).toBe(true);
    }),
    { numRuns: 60 },
  );
  // names and key identifiers can change without any rule noticing
  expect(taken).toBeGreaterThan(0);
}, 180_000);
