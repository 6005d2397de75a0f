import { describe, expect, it } from '@jest/globals';
import { parseCertificate } from '../../src/asn1/index.ts';
import { anchorFromCertificate, checkChain, isOnCurve } from '../../src/pki/index.ts';
import { ISSUES } from '../../src/roles.ts';
import { build, NOW, sgp26Device } from '../support/certificates/index.ts';
import { sign } from '../support/certificates/draft.ts';
import type { Change } from '../support/certificates/draft.ts';
import {
  attribute,
  authorityKeyIdentifier,
  basicConstraints,
  keyUsage,
  name,
  OID,
  removeExtension,
  rolePolicy,
  setExtension,
} from '../support/certificates/fields.ts';
import { KEYS, madeUpKey } from '../support/certificates/keys.ts';
import { codeOf } from './code-of.ts';

/** The SGP.26 CI, changed and signed with a key. */
function ci(change: Change = () => undefined, key = KEYS.ci) {
  const { draft } = sgp26Device()[0];
  change(draft);
  return parseCertificate(sign(draft, key));
}

describe('anchorFromCertificate', () => {
  it('gives the plain form of a CI', () => {
    const anchor = anchorFromCertificate(ci());
    expect(anchor).toMatchObject({ publicKey: KEYS.ci.publicKey, roles: ISSUES.ci });
    expect(anchor.pathLen).toBeUndefined();
    expect(anchor.subjectKeyIdentifier).toHaveLength(20);
    expect(anchor.notBefore < anchor.notAfter).toBe(true);
    const limited = ci((d) => setExtension(d, basicConstraints(true, 3)));
    expect(anchorFromCertificate(limited).pathLen).toBe(3);
    expect(anchorFromCertificate(ci(), { roles: ['eum-v2'] }).roles).toEqual(['eum-v2']);
  });

  it('takes a CI with an AKI of its own', () => {
    const own = anchorFromCertificate(ci()).subjectKeyIdentifier;
    const withAki = ci((d) => setExtension(d, authorityKeyIdentifier(own)));
    expect(codeOf(() => anchorFromCertificate(withAki))).toBe('none');
  });

  it.each<[string, string, Change]>([
    ['another role', 'ERR_CHAIN_ANCHOR', (d) => setExtension(d, rolePolicy('2'))],
    ['no role', 'ERR_CHAIN_ROLE_MISSING', (d) => removeExtension(d, OID.certificatePolicies)],
    ['no cA', 'ERR_CHAIN_CA', (d) => setExtension(d, basicConstraints(false))],
    ['no keyCertSign', 'ERR_CHAIN_KEY_USAGE', (d) => setExtension(d, keyUsage('cRLSign'))],
    ['no SKI', 'ERR_CHAIN_SKI', (d) => removeExtension(d, OID.subjectKeyIdentifier)],
    [
      'AKI of another key',
      'ERR_CHAIN_ANCHOR',
      (d) => setExtension(d, authorityKeyIdentifier(new Uint8Array(20))),
    ],
    [
      'another issuer',
      'ERR_CHAIN_ANCHOR',
      (d) => (d.issuer = name(attribute(OID.organisation, 'Other CI'))),
    ],
  ])('refuses %s', (_, code, change) => {
    expect(codeOf(() => anchorFromCertificate(ci(change)))).toBe(code);
  });

  it('refuses a certificate that another key signed', () => {
    const strange = ci(undefined, madeUpKey('stranger'));
    expect(codeOf(() => anchorFromCertificate(strange))).toBe('ERR_CHAIN_ANCHOR');
  });

  it('is not needed for a plain anchor, but its key must be on the curve', () => {
    const built = build(sgp26Device());
    const anchor = anchorFromCertificate(parseCertificate(built.ci));
    const certificates = built.certificates.map((der) => parseCertificate(der));
    const { x, y } = anchor.publicKey;
    const bent = { ...anchor, publicKey: { x, y: y ^ 1n } };
    expect(codeOf(() => checkChain({ anchor: bent, certificates, at: NOW }))).toBe(
      'ERR_CHAIN_ANCHOR',
    );
  });
});

describe('isOnCurve', () => {
  const p = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;
  const { x, y } = KEYS.ci.publicKey;
  it.each([
    ['a key', { x, y }, true],
    ['its negative', { x, y: p - y }, true],
    ['(0, 0), which libraries take for infinity', { x: 0n, y: 0n }, false],
    ['x + p', { x: x + p, y }, false],
    ['y + p', { x, y: y + p }, false],
    ['y = p - y + p', { x, y: 2n * p - y }, false],
    ['negative x', { x: x - p, y }, false],
    ['another y', { x, y: y + 1n }, false],
  ])('%s', (_, point, expected) => {
    expect(isOnCurve(point)).toBe(expected);
  });
});
