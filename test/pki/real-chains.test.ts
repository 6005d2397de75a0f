import { describe, expect, it } from '@jest/globals';
import { parseCertificate } from '../../src/asn1/index.ts';
import {
  anchorFromCertificate,
  canonicalWindow,
  checkChain,
  checkProfile,
} from '../../src/pki/index.ts';
import type { CheckedChain } from '../../src/pki/index.ts';
import { fixture, NOW } from '../support/certificates/index.ts';
import { codeOf } from './code-of.ts';

const CI = 'sgp26/CertificateIssuer/CERT_CI_ECDSA_NIST.der';
const EUM = 'sgp26/EUM/CERT_EUM_ECDSA_NIST.der';
const EUICC = 'sgp26/eUICC/CERT_EUICC_ECDSA_NIST.der';
const CI_2017 = 'sgp26-2017/CERT_CI_ECDSA_NIST_2017.der';

const read = (path: string) => parseCertificate(fixture(path));

function check(ci: string, files: string[], at = NOW): CheckedChain {
  const certificates = files.map(read);
  for (const certificate of certificates) checkProfile(certificate);
  return checkChain({ anchor: anchorFromCertificate(read(ci)), certificates, at });
}

const text = (bytes: Uint8Array) => String.fromCharCode(...bytes);

describe('published chains', () => {
  it('SGP.26: CI, EUM, eUICC, with all facts', () => {
    const { links, leaf, window, anchor } = check(CI, [EUM, EUICC]);
    const [eum, euicc] = links as [CheckedChain['leaf'], CheckedChain['leaf']];
    expect(links).toHaveLength(2);
    expect(leaf).toBe(euicc);

    expect(eum).toMatchObject({ role: 'eum-v2', cA: true, keyCertSign: true, cRLSign: false });
    expect(eum).toMatchObject({ pathLen: 0, identity: undefined });
    expect(text(eum.organisation)).toBe('rsp test eum');
    expect(eum.constraints).toHaveLength(1);
    expect(eum.constraints[0]!.iin).toBe('89049032');
    expect(text(eum.constraints[0]!.organisation!)).toBe('rsp test eum');
    expect(eum.handle.issuer).toEqual(anchor.publicKey);
    expect(eum.handle).toMatchObject({ kind: 'ca', serialNumber: 0x12345678n });

    expect(euicc).toMatchObject({ role: 'euicc-v2', cA: false, keyCertSign: false, pathLen: 0 });
    expect(euicc.identity).toEqual({ kind: 'eid', digits: '89049032123451234512345678901235' });
    expect(euicc.handle).toEqual({
      issuer: eum.certificate.publicKey,
      kind: 'user',
      serialNumber: 0x020000000000000001n,
    });
    // notBefore of the eUICC, notAfter of the EUM
    expect(window).toEqual({ from: 1_585_734_538n, until: 2_657_957_317n });
    expect(eum.window.from).toBe(1_585_733_317n);
    expect(canonicalWindow({ window }, NOW)).toEqual({
      from: BigInt(Date.UTC(2026, 6)) / 1000n,
      until: BigInt(Date.UTC(2027, 6)) / 1000n,
    });
  });

  it.each([
    ['DPauth/CERT_S_SM_DPauth_ECDSA_NIST.der', 'dp-auth-v2', '2.999.10'],
    ['DPauth/CERT_S_SM_DP2auth_ECDSA_NIST.der', 'dp-auth-v2', '2.999.12'],
    ['DPpb/CERT_S_SM_DPpb_ECDSA_NIST.der', 'dp-pb-v2', '2.999.10'],
    ['DPpb/CERT_S_SM_DP2pb_ECDSA_NIST.der', 'dp-pb-v2', '2.999.12'],
    ['DPtls/CERT_S_SM_DP_VARO_TLS_NIST.der', 'dp-tls-v2', '2.999.10'],
  ])('SGP.26: CI, %s', (file, role, oid) => {
    const { leaf } = check(CI, [`sgp26/${file}`]);
    expect(leaf).toMatchObject({ role, identity: { kind: 'oid', oid }, constraints: [] });
    expect(leaf.handle.kind).toBe('user');
    expect(text(leaf.organisation)).toBe('acme');
  });

  it.each(['DP2', 'DP4', 'DP8'])('SGP.26: %s TLS was valid and has expired', (name) => {
    const files = [`sgp26/DPtls/CERT_S_SM_${name}_TLS.der`];
    const inTime = BigInt(Date.UTC(2025, 6)) / 1000n;
    expect(check(CI, files, inTime).leaf.role).toBe('dp-tls-v2');
    expect(codeOf(() => check(CI, files))).toBe('ERR_CHAIN_EXPIRED');
  });

  it('SGP.26 of 2017, valid to the year 7492', () => {
    const files = ['EUM', 'EUICC'].map((name) => `sgp26-2017/CERT_${name}_ECDSA_NIST_2017.der`);
    const { leaf } = check(CI_2017, files);
    expect(leaf.role).toBe('euicc-v2');
    expect(leaf.certificate.notAfter).toBe(BigInt(Date.UTC(7492, 10, 2, 14, 39, 3)) / 1000n);
  });

  it('one CI key under two names anchors the same chain', () => {
    const [old, now] = [read(CI_2017), read(CI)];
    expect(old.subject.der).not.toEqual(now.subject.der);
    expect(old.publicKey).toEqual(now.publicKey);
    expect(check(CI_2017, [EUM, EUICC]).leaf.role).toBe('euicc-v2');
  });
});

describe('published certificates that must be refused', () => {
  const invalid = (name: string) => `invalid/CERT_${name}.der`;
  it('eUICC expired', () => {
    const files = [EUM, invalid('EUICC_ECDSA_NIST_EXPIRED')];
    expect(codeOf(() => check(CI, files))).toBe('ERR_CHAIN_EXPIRED');
  });

  it('EID outside the range of the EUM', () => {
    const files = [EUM, invalid('EUICC_ECDSA_NIST_INVALID_EID')];
    expect(codeOf(() => check(CI, files))).toBe('ERR_CHAIN_EID_RANGE');
  });

  it('EUM expired, and older than the CI', () => {
    const files = [invalid('EUM_ECDSA_NIST_EXPIRED')];
    expect(codeOf(() => check(CI, files))).toBe('ERR_CHAIN_EXPIRED');
    const inTime = BigInt(Date.UTC(2014, 0)) / 1000n;
    expect(codeOf(() => check(CI, files, inTime))).toBe('ERR_CHAIN_NOT_YET_VALID');
  });

  it('EUM under an unknown CI', () => {
    const files = [invalid('EUM_ECDSA_NIST_UNKNOWN_CI')];
    expect(codeOf(() => check(CI, files))).toBe('ERR_CHAIN_AKI');
  });

  it.each(['EUM/CERT_EUM_ECDSA_BRP.der', 'DPauth/CERT_S_SM_DPauth_ECDSA_BRP.der'])(
    'brainpool: %s',
    (file) => {
      expect(codeOf(() => check(CI, [`sgp26/${file}`]))).toBe('ERR_CERT_CURVE');
    },
  );
});
