/** A PKI that has issued a certificate of every kind. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Authority,
  type CertificateRequest,
  type IssueOptions,
  openAuthority,
} from '../../src/authority/index.ts';
import { type Certificate, parseCertificate } from '../../src/asn1/index.ts';
import type { Role } from '../../src/roles.ts';

/** 2026-07-25 12:00:00 UTC. */
export const AT = 1_784_980_800n;
const YEAR = 31_536_000n;
export const LATER = AT + 10n * YEAR;

type Extra = Partial<Omit<CertificateRequest, 'role'>>;
type Row = readonly [string, Role, string | undefined, Extra?];

export const points = (name: string) => ({
  ca: `http://pki.example/${name}-b.crl`,
  user: `http://pki.example/${name}-a.crl`,
});

const TLS = { oid: '2.999.10', dnsNames: ['smdpp.example.com'] };
const SERVER = { oid: '2.999.10' };

/** Name, role, issuer, what else it says. */
const EVERY_KIND: readonly Row[] = [
  ['ci', 'ci', undefined, { points: points('ci') }],
  // SGP.22 v2
  ['eum2', 'eum-v2', 'ci', { iins: ['89049032'], pathLen: 0, points: points('eum2') }],
  ['euicc2', 'euicc-v2', 'eum2'],
  ['dptls2', 'dp-tls-v2', 'ci', TLS],
  ['dpauth2', 'dp-auth-v2', 'ci', SERVER],
  ['dppb2', 'dp-pb-v2', 'ci', SERVER],
  ['dstls2', 'ds-tls-v2', 'ci', TLS],
  ['dsauth2', 'ds-auth-v2', 'ci', SERVER],
  // SGP.22 v3
  ['subca', 'ci-subca', 'ci', { points: points('subca') }],
  ['eum3', 'eum', 'subca', { iins: ['89049033'], points: points('eum3') }],
  ['eumsub', 'eum-subca', 'eum3', { iins: ['890490331'], pathLen: 0, points: points('eumsub') }],
  ['euicc3', 'euicc', 'eumsub'],
  ['euicc3b', 'euicc', 'eum3', { eid: undefined }],
  ['dpsub', 'dp-subca', 'subca', { pathLen: 0 }],
  ['dptls3', 'dp-tls', 'dpsub', TLS],
  ['dpauth3', 'dp-auth', 'dpsub', SERVER],
  ['dppb3', 'dp-pb', 'dpsub', SERVER],
  ['dssub', 'ds-subca', 'ci', { pathLen: 0 }],
  ['dstls3', 'ds-tls', 'dssub', TLS],
  ['dsauth3', 'ds-auth', 'dssub', SERVER],
];

/** What to issue, as the tests have it. */
export const toIssue = (
  [name, role, issuer, extra = {}]: Row,
  more: Partial<IssueOptions> = {},
): IssueOptions => ({
  name,
  issuer,
  at: AT,
  notAfter: issuer === undefined ? LATER : undefined,
  request: { role, organisation: 'Own Domain', commonName: name, ...extra },
  ...more,
});

/** The chain from the CI down to each leaf, and to each CA. */
export const CHAINS = new Map(
  EVERY_KIND.map(([name]) => {
    const chain = [name];
    for (let next = issuerOf(name); next !== undefined; next = issuerOf(next)) chain.unshift(next);
    return [name, chain];
  }),
);

function issuerOf(wanted: string): string | undefined {
  return EVERY_KIND.find(([name]) => name === wanted)![2];
}

/** Every kind, or those that these names need. */
export async function issueAll(authority: Authority, ...names: string[]): Promise<void> {
  const needed = new Set(names.flatMap((name) => CHAINS.get(name)!));
  for (const row of EVERY_KIND) {
    if (names.length === 0 || needed.has(row[0])) await authority.issue(toIssue(row));
  }
}

/** Open an authority, issue, and leave it open. */
export async function authorityOf(folder: string, ...names: string[]): Promise<Authority> {
  const authority = await openAuthority({ folder });
  await issueAll(authority, ...names);
  return authority;
}

export const certificateOf = (folder: string, name: string): Certificate =>
  parseCertificate(readFileSync(join(folder, `${name}.der`)));

/** The certificates of a chain without its CI. */
export const below = (folder: string, name: string): Certificate[] =>
  CHAINS.get(name)!
    .slice(1)
    .map((one) => certificateOf(folder, one));
