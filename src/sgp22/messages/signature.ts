/**
 * Signatures of RSP: ECDSA with SHA-256, raw r and s, tag 5F37 (SGP.22 2.6.7.2; BSI TR-03111).
 * They cover elements as received, so everything here takes bytes and nothing is encoded again.
 */
import { concatBytes } from '../../bytes.ts';
import type { PublicKey } from '../../pki/index.ts';
import { encodeTlv } from '../../asn1/tlv.ts';
import type { Tlv, TlvReader } from '../../asn1/tlv.ts';
import { CURVE } from './curve.ts';
import { readOctets } from './values.ts';

/** Bytes of r and s on a curve of 256 bits: P-256 and brainpoolP256r1, all that SGP.22 v2 uses. */
const SIGNATURE_BYTES = 64;

export function readSignature(reader: TlvReader, what: string): Uint8Array {
  return signatureValue(reader.element(0x5f37, what));
}

/** r and s of a signature element. */
export function signatureValue(element: Tlv): Uint8Array {
  return readOctets(element, SIGNATURE_BYTES);
}

/** The element 5F37 40 of r and s: 64 bytes. */
export function encodeSignature(signature: Uint8Array): Uint8Array {
  if (signature.length !== SIGNATURE_BYTES) throw RangeError('a signature has 64 bytes');
  return encodeTlv(0x5f37, signature);
}

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

/** What smdpSignature2 covers: smdpSigned2 and the element of euiccSignature1 (SGP.22 5.6.3). */
export function smdpSignature2Input(smdpSigned2: Uint8Array, euiccSignature1: Uint8Array) {
  return concatBytes(smdpSigned2, encodeSignature(euiccSignature1));
}

/** What euiccSignature2 covers: euiccSigned2 and the element of smdpSignature2 (SGP.22 5.7.5). */
export function euiccSignature2Input(euiccSigned2: Uint8Array, smdpSignature2: Uint8Array) {
  return concatBytes(euiccSigned2, encodeSignature(smdpSignature2));
}
