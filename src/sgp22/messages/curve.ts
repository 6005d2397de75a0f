/**
 * The curve of RSP keys: signatures, one-time keys, key agreement. What SGP.22 has of it is computed
 * through `CURVE` alone; zkCX itself is for P-256. SGP.22 v2 also allows brainpoolP256r1, for which `curveOver` serves as well; but
 * certificates with such keys are refused where they are read (ERR_CERT_CURVE), and so is all under them.
 */
import type { ECDSA } from '@noble/curves/abstract/weierstrass.js';
import { p256 } from '@noble/curves/nist.js';
import { bigintToBytes, bytesEqual, bytesToBigint, concatBytes } from '../../bytes.ts';
import { isOnCurve, type PublicKey } from '../../pki/index.ts';
import { assertObject, badValue, element, tagged } from '../codec/codec.ts';
import { mapped, octets } from '../codec/primitives.ts';
import { TAG } from '../tags.ts';

/** Secret keys and coordinates have 32 bytes, big-endian; points are 04, x, y; signatures r, s. */
export interface Curve {
  isSecretKey(secretKey: Uint8Array): boolean;
  isPoint(point: Uint8Array): boolean;
  /** Of uniform bytes, 48 as 128 bits more than a key has (FIPS 186-5 A.2.1). */
  secretKeyFrom(seed: Uint8Array): Uint8Array;
  publicKey(secretKey: Uint8Array): Uint8Array;
  /** x of the common point (BSI TR-03111, ECKA). */
  agree(secretKey: Uint8Array, point: Uint8Array): Uint8Array;
  /** ECDSA with SHA-256, nonce by RFC 6979; s is not made low. */
  sign(message: Uint8Array, secretKey: Uint8Array): Uint8Array;
  /** Any s passes, as in X.509. False also for a key that is no point, and r or s out of range. */
  verify(signature: Uint8Array, message: Uint8Array, key: PublicKey): boolean;
}

/** A curve of 256 bits and cofactor 1 whose arithmetic hashes with SHA-256. */
export function curveOver(arithmetic: ECDSA): Curve {
  const { utils } = arithmetic;
  return {
    isSecretKey: (secretKey) => utils.isValidSecretKey(secretKey),
    isPoint: (point) => utils.isValidPublicKey(point, false),
    secretKeyFrom: (seed) => utils.randomSecretKey(seed),
    publicKey: (secretKey) => arithmetic.getPublicKey(secretKey, false),
    // compressed: one byte for the sign of y, then x
    agree: (secretKey, point) => arithmetic.getSharedSecret(secretKey, point, true).slice(1),
    sign: (message, secretKey) => arithmetic.sign(message, secretKey, { lowS: false }),
    verify(signature, message, key) {
      try {
        return arithmetic.verify(signature, message, pointOf(key), { lowS: false });
      } catch {
        return false;
      }
    },
  };
}

/** NIST P-256. */
export const CURVE: Curve = curveOver(p256);

/** 04, x, y of a certificate's key. */
export function pointOf({ x, y }: PublicKey): Uint8Array {
  return concatBytes(Uint8Array.of(4), bigintToBytes(x, 32), bigintToBytes(y, 32));
}

/** Whether these are the secret and the public key of one pair. */
export function isKeyPair(secretKey: Uint8Array, key: PublicKey): boolean {
  return CURVE.isSecretKey(secretKey) && bytesEqual(CURVE.publicKey(secretKey), pointOf(key));
}

const UNCOMPRESSED = 0x04;

function checkUncompressed(point: Uint8Array, what: string): Uint8Array {
  if (point[0] !== UNCOMPRESSED) throw badValue(what, 'is not an uncompressed point');
  return point;
}

/** An uncompressed point: 04, x, y. Whether it is on the curve shows when it is used. */
const uncompressedPoint = mapped(octets(65), checkUncompressed, checkUncompressed);

/** A one-time key for key agreement, otPK, tag 5F49: 04, x, y. */
export const Otpk = element('otPK', tagged(TAG.oneTimeKey, uncompressedPoint));

/** The key of 04, x, y. Throws ERR_RSP_VALUE unless it is on P-256; `what` names it in the message. */
export function keyOfPoint(point: Uint8Array, what: string): PublicKey {
  const isUncompressed = point.length === 65 && point[0] === UNCOMPRESSED;
  const key = { x: bytesToBigint(point.subarray(1, 33)), y: bytesToBigint(point.subarray(33)) };
  if (isUncompressed && isOnCurve(key)) return key;
  throw badValue(what, 'is not a point of P-256');
}

/** The public half of a secret key of 32 bytes. */
export function publicKeyOf(secretKey: Uint8Array): PublicKey {
  return keyOfPoint(CURVE.publicKey(secretKey), 'the public half of a key');
}

/** A public key as an uncompressed point, which is on P-256. */
export const publicKey = mapped(uncompressedPoint, keyOfPoint, (key: PublicKey, what) => {
  assertObject(key, what);
  if (typeof key.x === 'bigint' && typeof key.y === 'bigint' && isOnCurve(key)) {
    return pointOf(key);
  }
  throw badValue(what, 'is not a point of P-256');
});
