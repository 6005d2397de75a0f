/** Both sides of sessions about the SGP.26 test chain: credentials as if proven, maps, keys, policies. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { p256 } from '@noble/curves/nist.js';
import { parseCertificate, parseRevocationList } from '../../src/asn1/index.ts';
import { bytesToBigint } from '../../src/bytes.ts';
import {
  anchorFromCertificate,
  canonicalWindow,
  checkChain,
  checkSources,
  fillSources,
  type RevocationSource,
} from '../../src/pki/index.ts';
import type { Credential } from '../../src/prover/credential.ts';
import type { AssertProof } from '../../src/prover/verify.ts';
import type { RandomBytes } from '../../src/random.ts';
import type { HolderPolicy, Peer } from '../../src/session/holder.ts';
import { type AcceptedRoots, trustFacts } from '../../src/session/accepted-roots.ts';
import { mapFacts } from '../../src/session/map-facts.ts';
import { OnceStore } from '../../src/session/once-store.ts';
import {
  SessionVerifier,
  type SessionVerifierOptions,
} from '../../src/session/session-verifier.ts';
import { chainSteps } from '../../src/witness/chain.ts';
import { mapOrder, revocationMap } from '../../src/witness/revocation.ts';
import type { RevocationMap } from '../../src/witness/revocation-map.ts';
import { TrustSet } from '../../src/witness/trust.ts';
import { fixture, NOW } from '../support/certificates/index.ts';
import { KEYS } from '../support/certificates/keys.ts';
import { ciList, POINTS } from '../support/crl/index.ts';
import { unprovenChain } from '../support/envelope.ts';

export { NOW };

const read = (file: string) => parseCertificate(fixture(file));

export const CI = read('sgp26/CertificateIssuer/CERT_CI_ECDSA_NIST.der');
export const EUM = read('sgp26/EUM/CERT_EUM_ECDSA_NIST.der');
export const EUICC = read('sgp26/eUICC/CERT_EUICC_ECDSA_NIST.der');
export const DP_AUTH = read('sgp26/DPauth/CERT_S_SM_DPauth_ECDSA_NIST.der');

/** OID of the SGP.26 DPauth certificate. */
export const SERVER_OID = DP_AUTH.registeredId!;
export const EID = '89049032123451234512345678901235';

export const ANCHOR = anchorFromCertificate(CI);
/** Another CI, so that the set hides which one it is. */
const OTHER = anchorFromCertificate(read('sgp26-2017/CERT_CI_ECDSA_NIST_2017.der'));
export const ANCHORS = [ANCHOR, OTHER];
export const TRUST = new TrustSet(ANCHORS);

export const SOURCES: readonly RevocationSource[] = [
  { issuer: CI, kind: 'ca', point: POINTS.B },
  { issuer: CI, kind: 'user', point: POINTS.A },
  { issuer: EUM, kind: 'user', point: 'none' },
];

/** The map of sources and of the CI's two lists with these serial numbers. */
export function mapWith(
  { ca = [], user = [] }: { ca?: bigint[]; user?: bigint[] } = {},
  sources = SOURCES,
): RevocationMap {
  const named = sources.map(({ point }) => point);
  const lists = [
    ...(named.includes(POINTS.B) ? [ciList('B', { serials: ca })] : []),
    ...(named.includes(POINTS.A) ? [ciList('A', { serials: user })] : []),
  ].map((der) => parseRevocationList(der));
  const checked = checkSources({ sources, anchors: ANCHORS, at: NOW });
  const entries = fillSources({ sources: checked, lists, at: NOW });
  return revocationMap(mapOrder(entries).map((position) => entries[position]!));
}

export const MAP = mapWith();

/** Bytes that differ in every call and are the same in every run. */
export function countingBytes(start = 1): RandomBytes {
  let next = BigInt(start);
  return (length) => {
    const bytes = new Uint8Array(length);
    let value = (next += 0x9e3779b97f4a7c15n) * 0xd1342543de82ef95n;
    for (let i = 0; i < length; i++) {
      bytes[i] = Number((value >> 24n) & 255n);
      value = (value * 0x5851f42d4c957f2dn + 0x14057b7ef767814fn) & ((1n << 64n) - 1n);
    }
    return bytes;
  };
}

/** A credential as `proveChain` makes it, with a proof in form only. */
export function credentialOf(certificates = [EUM, EUICC], random = countingBytes()): Credential {
  const { window: validity } = checkChain({ anchor: ANCHOR, certificates, at: NOW });
  const window = canonicalWindow({ window: validity }, NOW);
  const chain = checkChain({ anchor: ANCHOR, certificates, at: NOW, window });
  const { claim, opening } = chainSteps(chain, { trust: TRUST, window, random }).at(-1)!;
  const { trustRoot, validFrom, validUntil, commitment } = claim;
  return {
    proof: unprovenChain([trustRoot, validFrom, validUntil, commitment]),
    opening,
    certificates,
  };
}

/** The eUICC: ECDSA over SHA-256, s high or low as it comes. */
export function sign(message: Uint8Array, secret = KEYS.euicc.secret) {
  const signature = p256.sign(message, secret, { lowS: false });
  const [r, s] = [signature.slice(0, 32), signature.slice(32)].map(bytesToBigint);
  return { r: r!, s: s! };
}

export const PEER: Peer = { serverAddress: 'dp.example.com', serverOid: SERVER_OID };

export const POLICY: HolderPolicy = { trustSets: [ANCHORS], maps: [MAP], now: () => NOW };

/** Stores in a folder of this test file, and verifiers that use them. */
export function verifiers() {
  const folder = mkdtempSync(join(tmpdir(), 'zkcx-session-'));
  const stores: OnceStore[] = [];
  return {
    folder,
    async make(options: Partial<SessionVerifierOptions> = {}): Promise<SessionVerifier> {
      const store = options.store ?? (await OnceStore.open(join(folder, String(stores.length))));
      stores.push(store);
      return new SessionVerifier({
        ...PEER,
        role: 'euicc-v2',
        roots: () => rootsOf(MAP),
        store,
        now: () => NOW,
        ...options,
      });
    },
    async close(): Promise<void> {
      for (const store of stores) await store.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** What a verifier accepts that has one set of CIs and these maps, newest first. */
export const rootsOf = (...maps: RevocationMap[]): AcceptedRoots => ({
  trustSets: [trustFacts(ANCHORS)],
  maps: maps.map(mapFacts),
});

/** No proof is looked at. */
export const asIfValid: AssertProof = async () => undefined;

/** What a server relies on, with this map and none before it. */
export const serverRootsOf = (map: RevocationMap, anchors = ANCHORS, trust = TRUST) => ({
  anchors,
  trust,
  map,
  history: { current: mapFacts(map), superseded: [] },
});
