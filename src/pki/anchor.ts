import { z } from 'zod';
import { checked } from '../arguments.ts';
import * as argument from './arguments.ts';
import type { Certificate } from '../asn1/index.ts';
import { bytesEqual } from '../bytes.ts';
import { ZkcxError } from '../errors.ts';
import { ISSUES } from '../roles.ts';
import { type Role, ROLE_NAMES } from '../roles.ts';
import { rightsOf, roleOf } from './role.ts';
import { isOnCurve, isSignedBy } from './signature.ts';
import type { PublicKey } from './signature.ts';

/**
 * A trusted CI, the plain form of a leaf of the trust tree. Key and key identifier name it, not its
 * distinguished name: one CI key is in use under two names.
 */
export interface TrustAnchor {
  readonly publicKey: PublicKey;
  readonly subjectKeyIdentifier: Uint8Array;
  /** What it may issue, at most what the role table allows a CI. */
  readonly roles: readonly Role[];
  /** pathLenConstraint; undefined: no limit. */
  readonly pathLen?: number;
  /** Unix seconds. */
  readonly notBefore: bigint;
  readonly notAfter: bigint;
}

const anchorOptions = z.strictObject({ roles: z.array(z.enum(ROLE_NAMES)).optional() });

/**
 * Make an anchor of a self-signed CI certificate. The signature shows that the file is intact; the
 * trust in it is the caller's.
 *
 * @param options.roles what it is trusted to issue; default: all that the role table allows a CI
 * @throws ERR_CHAIN_ANCHOR if it is not a self-signed CI, and the codes of role and key usage
 */
export function anchorFromCertificate(
  certificate: Certificate,
  options: { readonly roles?: readonly Role[] } = {},
): TrustAnchor {
  checked(certificate, argument.certificate, 'anchorFromCertificate');
  checked(options, anchorOptions, 'the options of anchorFromCertificate');
  const { publicKey, issuer, subject, subjectKeyIdentifier, authorityKeyIdentifier } = certificate;
  const role = roleOf(certificate);
  if (role !== 'ci') {
    throw new ZkcxError('ERR_CHAIN_ANCHOR', `an anchor has the role ci, not ${role}`);
  }
  rightsOf(certificate, role);
  if (subjectKeyIdentifier === undefined || subjectKeyIdentifier.length === 0) {
    throw new ZkcxError('ERR_CHAIN_SKI', 'the CI certificate has no subjectKeyIdentifier');
  }
  const sameKey =
    authorityKeyIdentifier === undefined ||
    bytesEqual(authorityKeyIdentifier, subjectKeyIdentifier);
  if (!sameKey || !bytesEqual(issuer.der, subject.der)) {
    throw new ZkcxError('ERR_CHAIN_ANCHOR', 'the CI certificate is not self-issued');
  }
  if (!isOnCurve(publicKey)) {
    throw new ZkcxError('ERR_CHAIN_KEY', 'the key of the CI certificate is not a point of P-256');
  }
  if (!isSignedBy(certificate, publicKey)) {
    throw new ZkcxError('ERR_CHAIN_ANCHOR', 'the CI certificate is not signed by its own key');
  }
  return {
    publicKey,
    subjectKeyIdentifier,
    roles: options.roles ?? ISSUES.ci,
    pathLen: certificate.basicConstraints?.pathLen,
    notBefore: certificate.notBefore,
    notAfter: certificate.notAfter,
  };
}
