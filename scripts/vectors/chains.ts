/** Chains of certificates, and what the rules of chains say of them. */
import { parseCertificate } from '../../src/index.ts';
import { anchorFromCertificate, checkChain } from '../../src/pki/index.ts';
import type { Role } from '../../src/roles.ts';
import { ZkcxError } from '../../src/errors.ts';
import { AT, base64, CI, EUICC, EUM, readFixture } from './inputs.ts';

const CASES: readonly { name: string; certificates: readonly Uint8Array[]; at?: bigint }[] = [
  { name: 'an eUICC', certificates: [EUM, EUICC] },
  { name: 'an EUM', certificates: [EUM] },
  {
    name: 'an SM-DP+',
    certificates: [readFixture('sgp26/DPauth/CERT_S_SM_DPauth_ECDSA_NIST.der')],
  },
  { name: 'in the wrong order', certificates: [EUICC, EUM] },
  { name: 'without the EUM', certificates: [EUICC] },
  { name: 'of no certificate', certificates: [] },
  { name: 'before it is valid', certificates: [EUM, EUICC], at: 1_000_000_000n },
  {
    name: 'an expired eUICC',
    certificates: [EUM, readFixture('invalid/CERT_EUICC_ECDSA_NIST_EXPIRED.der')],
  },
  {
    name: 'an EID outside the range of its EUM',
    certificates: [EUM, readFixture('invalid/CERT_EUICC_ECDSA_NIST_INVALID_EID.der')],
  },
  {
    name: 'an EUM below another CI',
    certificates: [readFixture('invalid/CERT_EUM_ECDSA_NIST_UNKNOWN_CI.der'), EUICC],
  },
  {
    name: 'keys of another curve',
    certificates: [readFixture('sgp26/EUM/CERT_EUM_ECDSA_BRP.der')],
  },
];

export const chains = () =>
  CASES.map(({ name, certificates, at = AT }) => ({
    name,
    ci: base64(CI),
    certificates: certificates.map(base64),
    at: String(at),
    ...chainVerdict(CI, certificates, at),
  }));

/** Roles of the links, issuer first, or the code of the first rule that is broken. */
function chainVerdict(
  ci: Uint8Array,
  certificates: readonly Uint8Array[],
  at: bigint,
): { roles?: Role[]; refused?: string } {
  try {
    const { links } = checkChain({
      anchor: anchorFromCertificate(parseCertificate(ci)),
      certificates: certificates.map((der) => parseCertificate(der)),
      at,
    });
    return { roles: links.map(({ role }) => role) };
  } catch (error) {
    if (error instanceof ZkcxError) return { refused: error.code };
    throw error;
  }
}
