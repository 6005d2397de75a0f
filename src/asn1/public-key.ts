import { bytesToBigint } from '../bytes.ts';
import { ZkcxError } from '../errors.ts';
import { OID } from './oid.ts';
import { TAG } from './tags.ts';
import type { TlvReader } from './tlv.ts';
import { readBitString, readOid } from './values.ts';
import type { Certificate } from './types.ts';

/** Field modulus of P-256 (SEC 2, 2.4.2). */
const P256_P = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;

/**
 * Content of a SubjectPublicKeyInfo (RFC 5480 2): id-ecPublicKey on prime256v1, named, with an
 * uncompressed point of canonical coordinates. Whether it lies on the curve is not checked here.
 */
export function readPublicKey(spki: TlvReader): Certificate['publicKey'] {
  const algorithm = spki.enter(TAG.sequence, 'AlgorithmIdentifier of the subject key');
  const type = readOid(algorithm, 'Algorithm of the subject key');
  if (type !== OID.ecPublicKey) {
    throw new ZkcxError('ERR_CERT_KEY_ALGORITHM', 'The subject key must be an EC key', {
      reason: type,
    });
  }
  // explicit parameters and implicitCurve are not an OID
  const curve = algorithm.peek() === TAG.oid ? readOid(algorithm, 'Curve') : 'unnamed';
  if (curve !== OID.prime256v1) {
    throw new ZkcxError('ERR_CERT_CURVE', `The subject key must be on P-256, not ${curve}`, {
      reason: curve,
    });
  }
  algorithm.finish();

  const { unused, bits } = readBitString(spki, 'Subject key');
  spki.finish();
  if (unused !== 0 || bits.length !== 65 || bits[0] !== 0x04) {
    throw new ZkcxError('ERR_CERT_KEY_POINT', 'The subject key must be an uncompressed point');
  }
  const x = bytesToBigint(bits.subarray(1, 33));
  const y = bytesToBigint(bits.subarray(33));
  if (x >= P256_P || y >= P256_P) {
    throw new ZkcxError(
      'ERR_CERT_KEY_COORDINATE',
      'A coordinate of the subject key is not below p',
    );
  }
  return { x, y };
}
