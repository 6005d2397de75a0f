/** Certificates of a server and their keys, and the CIs above them. */
import type { Certificate } from '../../asn1/index.ts';
import { bytesEqual } from '../../bytes.ts';
import { ZkcxError } from '../../errors.ts';
import { checkChain, type CheckedLink, type TrustAnchor } from '../../pki/index.ts';
import type { Role } from '../../roles.ts';
import { isKeyPair } from '../../sgp22/messages/curve.ts';

/** A certificate and the secret key for it, 32 bytes big-endian. */
export interface KeyPair {
  readonly certificate: Certificate;
  readonly secretKey: Uint8Array;
}

export function findAnchor(
  anchors: readonly TrustAnchor[],
  ciPkId: Uint8Array,
): TrustAnchor | undefined {
  return anchors.find(({ subjectKeyIdentifier }) => bytesEqual(subjectKeyIdentifier, ciPkId));
}

/**
 * Check a certificate and its key under an anchor: chain, validity, role. Throws ERR_RSP_IDENTITY, or the ERR_CHAIN_*
 * code of what is wrong.
 *
 * @param what the certificate, for people
 */
export function checkKeyPair(
  { certificate, secretKey }: KeyPair,
  roles: readonly Role[],
  what: string,
  anchor: TrustAnchor,
  at: bigint,
): CheckedLink {
  const { leaf } = checkChain({ anchor, certificates: [certificate], at });
  if (!roles.includes(leaf.role)) {
    throw new ZkcxError('ERR_RSP_IDENTITY', `${what} has the role ${leaf.role}`);
  }
  if (!isKeyPair(secretKey, certificate.publicKey)) {
    throw new ZkcxError('ERR_RSP_IDENTITY', `the secret key is not that of ${what}`);
  }
  return leaf;
}
