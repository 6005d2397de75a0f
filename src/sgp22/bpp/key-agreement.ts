import { CURVE } from '../messages/curve.ts';
import { badValue } from '../codec/codec.ts';

/**
 * ECKA with one-time keys (SGP.22 annex G): x coordinate of the common point, 32 bytes. Secret key
 * of 32 bytes, public key 04, x, y. Throws ERR_RSP_VALUE if that is no point of the curve.
 */
export function agree(secretKey: Uint8Array, publicKey: Uint8Array): Uint8Array {
  if (!CURVE.isPoint(publicKey)) {
    throw badValue('the one-time key of the peer', 'is not a point of the curve');
  }
  return CURVE.agree(secretKey, publicKey);
}

/** Public key of a one-time secret key: 04, x, y. */
export function oneTimePublicKey(secretKey: Uint8Array): Uint8Array {
  return CURVE.publicKey(secretKey);
}

/** A one-time key pair whose secret key need not be seen to be used. */
export interface OneTimeKey {
  /** 04, x, y. */
  readonly publicKey: Uint8Array;
  /** As `agree` with its secret key. */
  agree(publicKey: Uint8Array): Uint8Array;
}

/** The pair of a secret key of 32 bytes. */
export function oneTimeKey(secretKey: Uint8Array): OneTimeKey {
  return {
    publicKey: oneTimePublicKey(secretKey),
    agree: (publicKey) => agree(secretKey, publicKey),
  };
}
