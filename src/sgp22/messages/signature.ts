/**
 * Signatures of RSP: ECDSA with SHA-256, raw r and s, tag 5F37 (SGP.22 2.6.7.2; BSI TR-03111).
 * They cover elements as received, so everything here takes bytes and nothing is encoded again.
 */
import { bytesToBigint, concatBytes } from '../../bytes.ts';
import type { PublicKey } from '../../pki/index.ts';
import { element, tagged } from '../codec/codec.ts';
import { octets } from '../codec/primitives.ts';
import { TAG } from '../tags.ts';
import { CURVE } from './curve.ts';

/** r and s, 64 bytes on a curve of 256 bits: P-256 and brainpoolP256r1, all that SGP.22 v2 uses. */
export const Signature = element('signature', tagged(TAG.signature, octets(64)));

/**
 * Sign the parts, one after the other, with a secret key of 32 bytes. The nonce follows from key
 * and message (RFC 6979). Returns r and s, 64 bytes; s is not made low.
 */
export function sign(secretKey: Uint8Array, ...parts: Uint8Array[]): Uint8Array {
  return CURVE.sign(concatBytes(...parts), secretKey);
}

/** Whether the key signed the parts, one after the other. Any s passes, as in X.509. */
export function isSignature(
  signature: Uint8Array,
  key: PublicKey,
  ...parts: Uint8Array[]
): boolean {
  return CURVE.verify(signature, concatBytes(...parts), key);
}

/** r and s of 64 bytes. */
export function signatureParts(signature: Uint8Array): { readonly r: bigint; readonly s: bigint } {
  return { r: bytesToBigint(signature.subarray(0, 32)), s: bytesToBigint(signature.subarray(32)) };
}

/** What smdpSignature2 covers: smdpSigned2 and the element of euiccSignature1 (SGP.22 5.6.3). */
export function smdpSignature2Input(smdpSigned2: Uint8Array, euiccSignature1: Uint8Array) {
  return concatBytes(smdpSigned2, Signature.encode(euiccSignature1));
}

/** What euiccSignature2 covers: euiccSigned2 and the element of smdpSignature2 (SGP.22 5.7.5). */
export function euiccSignature2Input(euiccSigned2: Uint8Array, smdpSignature2: Uint8Array) {
  return concatBytes(euiccSigned2, Signature.encode(smdpSignature2));
}
