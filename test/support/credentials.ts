/** The proven credentials of fixtures/, see its README: what they were made of, and how to read them. */
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sha256 } from '@noble/hashes/sha2.js';
import { type Certificate, parseCertificate } from '../../src/asn1/index.ts';
import { anchorFromCertificate } from '../../src/pki/index.ts';
import { type Credential, readCredential } from '../../src/prover/credential.ts';
import { parseEnvelope, type ProofEnvelope } from '../../src/prover/envelope.ts';
import type { RandomBytes } from '../../src/random.ts';
import { TrustSet } from '../../src/witness/trust.ts';
import { NOW, sgp26Device } from './certificates/chains.ts';
import { fixture } from './certificates/keys.ts';
import { madeUpDevice } from './devices.ts';

const read = (path: string) => parseCertificate(fixture(`sgp26/${path}`));

/** Unix seconds for which they were proven; all have the canonical window of this time. */
export const PROVEN_AT = NOW;

/** The one CI of the set that they were proven under. */
export const PROVEN_ANCHOR = anchorFromCertificate(
  read('CertificateIssuer/CERT_CI_ECDSA_NIST.der'),
);
export const PROVEN_TRUST = new TrustSet([PROVEN_ANCHOR]);

/** Devices of one EUM: the published one, and three that are made up. */
export const PROVEN_DEVICES = ['euicc-1', 'euicc-2', 'euicc-3', 'euicc-4'] as const;
export type ProvenDevice = (typeof PROVEN_DEVICES)[number];

/** Names of files below fixtures/credentials: each device, and the EUM's link that all of them share. */
export type ProvenName = ProvenDevice | 'eum';

/** EUM and eUICC, or the EUM alone. */
export function provenCertificates(of: ProvenName): Certificate[] {
  const eum = read('EUM/CERT_EUM_ECDSA_NIST.der');
  if (of === 'eum') return [eum];
  if (of === 'euicc-1') return [eum, read('eUICC/CERT_EUICC_ECDSA_NIST.der')];
  return [eum, madeUpDevice(PROVEN_DEVICES.indexOf(of) + 1, sgp26Device()[1]!)];
}

/** Proofs below fixtures/refreshes that were given away, each over a refresh of its own; of euicc-1 there are two. */
export const REFRESHES: Readonly<Record<ProvenName, readonly string[]>> = {
  eum: [],
  'euicc-1': ['euicc-1', 'euicc-1-again'],
  'euicc-2': ['euicc-2'],
  'euicc-3': ['euicc-3'],
  'euicc-4': ['euicc-4'],
};

/** Random bytes of a fixture: the same in every run, others for every owner. */
export const blindBytes =
  (owner: string): RandomBytes =>
  (length) =>
    sha256(new TextEncoder().encode(`zkcx fixture blind: ${owner}`)).slice(0, length);

export function refreshUrl(name: string): URL {
  return new URL(`../../fixtures/refreshes/${name}.json`, import.meta.url);
}

/** A proof that was given away; the fixture of the same name opens that of a device by its `published`. */
export const provenRefresh = (name: string): ProofEnvelope =>
  parseEnvelope(readFileSync(refreshUrl(name), 'utf8'));

export function provenUrl(of: ProvenName): URL {
  return new URL(`../../fixtures/credentials/${of}.json`, import.meta.url);
}

/** As `readCredential` gives it. Git keeps no owner-only files, so a copy is read. */
export async function provenCredential(of: ProvenName): Promise<Credential> {
  const folder = mkdtempSync(join(tmpdir(), 'zkcx-credential-'));
  try {
    const copy = join(folder, 'credential.json');
    copyFileSync(fileURLToPath(provenUrl(of)), copy);
    chmodSync(copy, 0o600);
    return await readCredential(copy);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
