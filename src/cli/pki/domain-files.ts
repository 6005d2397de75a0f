/** A private domain: its certificates and lists, and the files that its servers and devices are run with. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { type CertificateRequest, openAuthority } from '../../authority/index.ts';
import { ZkcxError } from '../../errors.ts';
import { writeFileAtomic } from '../../files.ts';
import type { Role } from '../../roles.ts';
import { readAnchors, readList } from '../shared/certificates.ts';
import { readSources } from '../shared/revocation-map.ts';

export interface Domain {
  readonly folder: string;
  readonly organisation: string;
  /** Addresses of the servers. */
  readonly smdpp: string;
  readonly smds: string;
  /** Of the SM-DP+; the SM-DS has the next two, for devices and for servers. */
  readonly port: number;
  /** Profile package that the commands order. */
  readonly profile: string;
}

const DAY = 86_400n;
const CI_DAYS = 10_950n;
const SERVER_DAYS = 730n;
const LIST_DAYS = 30n;
/** Leading digits for private use: no registered issuer has them. */
const IIN = '89999999';
/** Below 2.999, the arc of examples. */
const OID = { smdpp: '2.999.10.1', smds: '2.999.10.2' };

/** Certificates of a domain, each after its issuer. */
function plan({ organisation, smdpp, smds }: Domain) {
  const points = (issuer: string) => ({
    ca: `http://${smdpp}/crl/${issuer}-b.crl`,
    user: `http://${smdpp}/crl/${issuer}-a.crl`,
  });
  const row = (name: string, role: Role, more: Partial<CertificateRequest> = {}) => ({
    name,
    request: { role, organisation, commonName: name, ...more },
  });
  return [
    row('ci', 'ci', { points: points('ci') }),
    row('eum', 'eum-v2', { iins: [IIN], pathLen: 0, points: { user: points('eum').user } }),
    row('euicc', 'euicc-v2'),
    row('dpauth', 'dp-auth-v2', { oid: OID.smdpp }),
    row('dppb', 'dp-pb-v2', { oid: OID.smdpp }),
    row('dptls', 'dp-tls-v2', { oid: OID.smdpp, dnsNames: [smdpp], commonName: smdpp }),
    row('dsauth', 'ds-auth-v2', { oid: OID.smds }),
    row('dstls', 'ds-tls-v2', { oid: OID.smds, dnsNames: [smds], commonName: smds }),
  ];
}

interface Made {
  readonly eid: string;
  /** Of the revocation map. */
  readonly root: string;
}

interface MakeOptions {
  /** Unix seconds. */
  readonly at: bigint;
  readonly passphrase?: string;
}

/**
 * Make a domain in a folder that is absent or empty. It is there whole or not at all. Throws ERR_FILE_WRITE, and what
 * issuing throws.
 */
export async function makeDomain(domain: Domain, options: MakeOptions): Promise<Made> {
  const folder = resolve(domain.folder);
  const refuse = (cause: unknown) =>
    new ZkcxError('ERR_FILE_WRITE', `${folder} must be absent or empty, and its parent writable`, {
      cause,
    });
  const draft = await mkdtemp(join(dirname(folder), '.zkcx-domain-')).catch((cause: unknown) => {
    throw refuse(cause);
  });
  try {
    const made = await fill({ ...domain, folder: draft }, options);
    await rename(draft, folder).catch((cause: unknown) => {
      throw refuse(cause);
    });
    return made;
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
}

async function fill(domain: Domain, { at, passphrase }: MakeOptions): Promise<Made> {
  const { folder } = domain;
  const { eid, lists } = await issueAll(domain, at, passphrase);
  const write = (name: string, content: object) =>
    writeFileAtomic(join(folder, name), `${JSON.stringify(content, null, 2)}\n`, 0o644);
  const pair = (name: string) => ({ cert: `pki/${name}.der`, key: `pki/${name}.key` });
  const tls = (name: string) => ({ cert: `pki/${name}.pem`, key: `pki/${name}.key` });
  const listen = (next: number) => `127.0.0.1:${domain.port + next}`;
  await write('smdpp.json', {
    data: 'smdpp',
    address: domain.smdpp,
    listen: listen(0),
    ci: ['pki/ci.der'],
    auth: [pair('dpauth')],
    pb: [pair('dppb')],
    tls: tls('dptls'),
    zkcx: true,
    map: 'map.json',
  });
  await write('smds.json', {
    data: 'smds',
    address: domain.smds,
    listen: listen(1),
    es12: listen(2),
    ci: ['pki/ci.der'],
    auth: [pair('dsauth')],
    tls: tls('dstls'),
  });
  await write('sources.json', sourcesOf(domain));
  return { eid, root: await writeMap(folder, lists, at) };
}

async function issueAll(domain: Domain, at: bigint, passphrase: string | undefined) {
  const authority = await openAuthority({ folder: join(domain.folder, 'pki'), passphrase });
  try {
    let eid = '';
    for (const { name, request } of plan(domain)) {
      const { role } = request;
      const issuer = role === 'ci' ? undefined : role === 'euicc-v2' ? 'eum' : 'ci';
      const isServer = /^d[ps]-/.test(role);
      const days = role === 'ci' ? CI_DAYS : isServer ? SERVER_DAYS : undefined;
      const notAfter = days === undefined ? undefined : at + days * DAY;
      const issued = await authority.issue({ name, issuer, request, at, notAfter });
      eid = issued.request.eid ?? eid;
    }
    const lists = await authority.issueLists({ at, nextUpdate: at + LIST_DAYS * DAY });
    return { eid, lists: lists.flatMap(({ files }) => files) };
  } finally {
    await authority.close();
  }
}

/** What `revocation build` and `registry deploy` are configured with. */
function sourcesOf(domain: Domain) {
  const sources = plan(domain).flatMap(({ name, request: { points } }) =>
    (['ca', 'user'] as const).flatMap((kind) => {
      const point = points?.[kind];
      return point === undefined ? [] : [{ issuer: `pki/${name}.der`, kind, point }];
    }),
  );
  return { format: 'zkcx-revocation-sources', version: 1, sources };
}

/** The revocation map of the first lists. Returns its root. */
async function writeMap(folder: string, lists: readonly string[], at: bigint): Promise<string> {
  const { buildMap, formatMap } = await import('../../session/map-file.ts');
  const built = buildMap({
    anchors: await readAnchors([join(folder, 'pki/ci.der')]),
    sources: await readSources(join(folder, 'sources.json')),
    lists: await Promise.all(lists.map((file) => readList(join(folder, 'pki', file)))),
    at,
  });
  await writeFileAtomic(join(folder, 'map.json'), formatMap(built), 0o644);
  return built.map.root.toString();
}

/** What runs the domain, in this order, and the activation code of the first order. */
export function commandsOf(domain: Domain): {
  readonly commands: readonly string[];
  readonly activationCode: string;
} {
  const { smdpp, organisation, port, profile } = domain;
  const at = (name: string) => quoted(join(domain.folder, name));
  // whoever guesses it has the profile
  const matchingId = randomBytes(12).toString('hex').toUpperCase();
  const activationCode = `LPA:1$${smdpp}$${matchingId}`;
  const card = ['euicc.der', 'eum.der', 'euicc.key'].map((name) => at(`pki/${name}`)).join(',');
  const commands = [
    `zkcx smdpp serve --config ${at('smdpp.json')}`,
    `zkcx smds serve --config ${at('smds.json')}`,
    `zkcx smdpp profile add ${quoted(profile)} --data ${at('smdpp')} --type first --provider ${quoted(organisation)} --name 'First profile'`,
    `zkcx smdpp order add --data ${at('smdpp')} --type first --matching-id ${matchingId}`,
    `zkcx lpa download ${quoted(activationCode)} --yes --ci ${at('pki/ci.der')} --euicc ${card} --data ${at('euicc')} --no-public-cas --connect-to 127.0.0.1:${port}`,
  ];
  return { commands, activationCode };
}

/** As a shell takes it for one word. */
const quoted = (text: string): string =>
  /^[\w./:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
