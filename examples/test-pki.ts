/** The public SGP.26 test PKI of fixtures/: certificates, keys and revocation lists for the examples. */
import { createPrivateKey, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  type AcceptedRoots,
  anchorFromCertificate,
  buildMap,
  mapFacts,
  parseCertificate,
  parseRevocationList,
  type SignMessage,
  type SourcedMap,
  trustFacts,
} from 'zkcx';

const path = (name: string) => new URL(`../fixtures/sgp26/${name}`, import.meta.url);

export const readTestFile = (name: string) => new Uint8Array(readFileSync(path(name)));
export const readTestText = (name: string) => readFileSync(path(name), 'utf8');

export const ci = parseCertificate(readTestFile('CertificateIssuer/CERT_CI_ECDSA_NIST.der'));
export const eum = parseCertificate(readTestFile('EUM/CERT_EUM_ECDSA_NIST.der'));
export const euicc = parseCertificate(readTestFile('eUICC/CERT_EUICC_ECDSA_NIST.der'));
export const anchors = [anchorFromCertificate(ci)];

/** Signs as the eUICC does: ECDSA P-256 over SHA-256. A real key stays inside the card. */
export const signAsEuicc: SignMessage = (message) => {
  const key = createPrivateKey(readTestText('eUICC/SK_EUICC_ECDSA_NIST.pem'));
  const bytes = sign('sha256', message, { key, dsaEncoding: 'ieee-p1363' });
  const integer = (part: Buffer) => BigInt(`0x${part.toString('hex')}`);
  return { r: integer(bytes.subarray(0, 32)), s: integer(bytes.subarray(32)) };
};

/**
 * The revocation map of the test PKI at `at`, Unix seconds: two lists of the CI, none of the EUM. With CRL-B-EUM in
 * the place of CRL-B-0 the EUM is revoked.
 */
export function testMap(at: bigint, names = ['CRL-A-0', 'CRL-B-0']): SourcedMap {
  const lists = names.map((name) => parseRevocationList(readTestFile(`crl/${name}.der`)));
  const point = (list: string) => `http://ci.test.example.com/CRL-${list}.crl`;
  const sources = [
    { issuer: ci, kind: 'ca', point: point('B') },
    { issuer: ci, kind: 'user', point: point('A') },
    { issuer: eum, kind: 'user', point: 'none' },
  ] as const;
  return buildMap({ sources, anchors, lists, at });
}

/** What a verifier accepts that knows this PKI and one map of it. */
export const rootsOf = ({ map }: Pick<SourcedMap, 'map'>): AcceptedRoots => ({
  trustSets: [trustFacts(anchors)],
  maps: [mapFacts(map)],
});
