import { p256 } from '@noble/curves/nist.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bigintToBytes, concatBytes } from '../bytes.ts';
import type { Certificate } from '../asn1/index.ts';

/** Affine coordinates of a P-256 point. */
export interface PublicKey {
  readonly x: bigint;
  readonly y: bigint;
}

/** A certificate or a revocation list. */
type Signed = Pick<Certificate, 'tbs' | 'signature'>;

const { p: FIELD, n: ORDER } = p256.Point.CURVE();

/**
 * Whether (x, y) is a point of P-256 in canonical coordinates (SEC 1, 3.2.2.1). The curve has
 * cofactor 1 and (0, 0) is not on it, so every such point generates the group.
 */
export function isOnCurve({ x, y }: PublicKey): boolean {
  if (x < 0n || x >= FIELD || y < 0n || y >= FIELD) return false;
  try {
    p256.Point.fromAffine({ x, y }).assertValidity();
    return true;
  } catch {
    return false;
  }
}

/** ECDSA P-256 over SHA-256 of the TBSCertificate or TBSCertList, by a key that is on the curve. */
export function isSignedBy({ tbs, signature }: Signed, key: PublicKey): boolean {
  return isDigestSigned(sha256(tbs), signature, key);
}

/**
 * ECDSA P-256 over a SHA-256 digest of 32 bytes, by a key that is on the curve. r and s lie in
 * [1, n - 1]; X.509 asks for no low s, so both s and n - s pass.
 */
export function isDigestSigned(
  digest: Uint8Array,
  { r, s }: { readonly r: bigint; readonly s: bigint },
  key: PublicKey,
): boolean {
  if (r < 1n || r >= ORDER || s < 1n || s >= ORDER) return false;
  return p256.verify(
    concatBytes(bigintToBytes(r, 32), bigintToBytes(s, 32)),
    digest,
    concatBytes(Uint8Array.of(4), bigintToBytes(key.x, 32), bigintToBytes(key.y, 32)),
    { lowS: false, prehash: false },
  );
}
