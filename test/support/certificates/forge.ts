/** Signatures with a chosen R or s: the issuer's key is what makes them verify. */
import { p256 } from '@noble/curves/nist.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToBigint } from '../../../src/bytes.ts';
import type { Draft, Signature } from './draft.ts';
import { GROUP_ORDER, signatureBits, spki, tbsOf } from './draft.ts';
import type { DraftLink } from './chains.ts';

/** Points with an x that is small, or just above the group order (y even). */
export const POINT_OF_SMALL_X = pointOf(5n);
export const POINT_ABOVE_ORDER = pointOf(GROUP_ORDER + 3n);

function pointOf(x: bigint) {
  return p256.Point.fromHex(`02${x.toString(16).padStart(64, '0')}`);
}

/**
 * Give `child` the signature (R.x mod n, s) and `issuer` the key under which it is right:
 * Q = (s R - z G) / r. `encode` may then write other numbers than these.
 */
export function forge(
  issuer: DraftLink,
  child: Draft,
  point: typeof POINT_OF_SMALL_X,
  s: bigint,
  encode: (signature: Signature) => Signature = (signature) => signature,
): void {
  const z = bytesToBigint(sha256(tbsOf(child)));
  const r = point.x % GROUP_ORDER;
  const Scalar = p256.Point.Fn;
  const q = point
    .multiply(s)
    .subtract(p256.Point.BASE.multiply(Scalar.create(z)))
    .multiply(Scalar.inv(r));
  issuer.draft.publicKey = spki(q.toBytes(false));
  child.wrapSignature = () => signatureBits(encode({ r, s }));
}
