import { parseCertificate } from '../../asn1/index.ts';
import { bytesEqual } from '../../bytes.ts';
import { ZkcxError } from '../../errors.ts';
import { checkChain } from '../../pki/index.ts';
import type { PublicKey, TrustAnchor } from '../../pki/index.ts';
import type { Role } from '../../roles.ts';

export interface ServerCertificate {
  readonly publicKey: PublicKey;
  readonly oid: string;
  readonly role: Role;
  readonly anchor: TrustAnchor;
}

/** Why a server's certificate does not pass, in the words of AuthenticateErrorCode. */
export type ServerCertificateProblem = 'ciPKUnknown' | 'unsupportedCurve' | 'invalidCertificate';

/**
 * Check a certificate that a CI of the list issued to a server: signature, validity, role, extensions.
 * Its OID is the registeredID of subjectAltName.
 */
export function checkServerCertificate(
  der: Uint8Array,
  anchors: readonly TrustAnchor[],
  at: bigint,
): ServerCertificate | ServerCertificateProblem {
  try {
    const certificate = parseCertificate(der);
    const ci = certificate.authorityKeyIdentifier;
    const anchor = anchors.find((one) => ci && bytesEqual(one.subjectKeyIdentifier, ci));
    if (anchor === undefined) return 'ciPKUnknown';
    const { leaf } = checkChain({ anchor, certificates: [certificate], at });
    if (leaf.identity?.kind !== 'oid') return 'invalidCertificate';
    return {
      publicKey: certificate.publicKey,
      oid: leaf.identity.oid,
      role: leaf.role,
      anchor,
    };
  } catch (error) {
    if (!(error instanceof ZkcxError)) throw error;
    return error.code === 'ERR_CERT_CURVE' ? 'unsupportedCurve' : 'invalidCertificate';
  }
}
