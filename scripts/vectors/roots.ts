/** Roots and commitments: what proofs and requests name. */
import { Field } from 'o1js';
import { TrustSet } from '../../src/index.ts';
import { Opening } from '../../src/circuits/claims.ts';
import { credentialLeaf } from '../../src/circuits/session.ts';
import { REGISTRY_HEIGHT, TRUST_HEIGHT } from '../../src/params.ts';
import { roleMask } from '../../src/roles.ts';
import { RegistryTree } from '../../src/witness/registry-tree.ts';
import { readTestFile, testMap } from '../../examples/test-pki.ts';
import { ANCHOR, AT, base64, CI, EUICC, EUM, hex, readJson } from './inputs.ts';

export function trust() {
  const set = new TrustSet([ANCHOR]);
  const { publicKey, subjectKeyIdentifier, roles, pathLen, notBefore, notAfter } = ANCHOR;
  return {
    height: TRUST_HEIGHT,
    cis: [
      {
        certificate: base64(CI),
        x: publicKey.x.toString(16).padStart(64, '0'),
        y: publicKey.y.toString(16).padStart(64, '0'),
        subjectKeyIdentifier: hex(subjectKeyIdentifier),
        /** Bit n for the role of number n. */
        roles: String(roleMask(roles)),
        /** Null: no limit. */
        pathLen: pathLen === undefined ? null : String(pathLen),
        notBefore: String(notBefore),
        notAfter: String(notAfter),
      },
    ],
    leaves: set.leaves.map(String),
    root: set.root.toString(),
  };
}

interface NumberedJson {
  readonly length: string;
}
interface OctetsJson extends NumberedJson {
  readonly value: string;
}
interface OrganisationJson extends NumberedJson {
  readonly chunks: readonly string[];
}

/** An opening as a credential file has it, every number in decimal. */
interface OpeningJson extends Readonly<
  Record<
    | 'blind'
    | 'ciLeaf'
    | 'validFrom'
    | 'validUntil'
    | 'links'
    | 'subjectName'
    | 'role'
    | 'cA'
    | 'pathLen'
    | 'keyCertSign'
    | 'cRLSign'
    | 'identity',
    string
  >
> {
  readonly handles: readonly string[];
  readonly key: { readonly x: readonly string[]; readonly y: readonly string[] };
  readonly subjectKeyIdentifier: OctetsJson;
  readonly constraints: {
    readonly count: string;
    readonly bases: readonly { organisation: OrganisationJson; iin: OctetsJson }[];
  };
  readonly organisation: OrganisationJson;
}

/** A credential whose opening is public: that of the published test eUICC. */
export function credential() {
  const { opening: json } = readJson('credentials/euicc-1.json') as { opening: OpeningJson };
  const opening = new Opening(Opening.fromJSON(json as never));
  const commitment = Opening.commitment(opening);
  const { validFrom, validUntil } = opening;
  return {
    certificates: [EUM, EUICC].map(base64),
    opening: json,
    commitment: commitment.toString(),
    leaf: credentialLeaf(commitment, validFrom, validUntil).toString(),
  };
}

export function registry() {
  const leaves = [1n, 2n, 3n].map((leaf) => Field(leaf));
  return {
    height: REGISTRY_HEIGHT,
    leaves: leaves.map(String),
    /** After each leaf. */
    roots: leaves.map((_, i) => new RegistryTree(leaves.slice(0, i + 1)).root.toString()),
  };
}

/** Maps of the test PKI: two lists of the CI, and an EUM that publishes none. */
export function revocation() {
  return [
    ['CRL-A-0', 'CRL-B-0'],
    ['CRL-A-0', 'CRL-B-EUM'],
    ['CRL-A-10', 'CRL-B-0'],
  ].map((names) => ({
    cis: [base64(CI)],
    sources: [
      { issuer: base64(CI), kind: 'ca', point: 'http://ci.test.example.com/CRL-B.crl' },
      { issuer: base64(CI), kind: 'user', point: 'http://ci.test.example.com/CRL-A.crl' },
      { issuer: base64(EUM), kind: 'user', point: 'none' },
    ],
    lists: names.map((name) => base64(readTestFile(`crl/${name}.der`))),
    at: String(AT),
    root: testMap(AT, names).map.root.toString(),
  }));
}
