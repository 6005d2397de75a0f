/** Keys of the tests of messages, and signatures with them by an independent library. */
import { p256 } from '@noble/curves/nist.js';

export function signMessage(seed: number, message: Uint8Array) {
  const secret = new Uint8Array(32).fill(seed);
  const signature = p256.Signature.fromBytes(p256.sign(message, secret, { lowS: false }));
  const { x, y } = p256.Point.fromBytes(p256.getPublicKey(secret)).toAffine();
  return { key: { x, y }, signature: { r: signature.r, s: signature.s } };
}

/** Order of the curve's group. */
export const P256_ORDER = p256.Point.CURVE().n;
