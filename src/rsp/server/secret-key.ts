import { createPrivateKey } from 'node:crypto';
import { bytes, checked } from '../../arguments.ts';
import { ZkcxError } from '../../errors.ts';

/**
 * The 32 bytes of a P-256 secret key from a file: PEM, SEC 1 or PKCS #8, or PKCS #8 in DER.
 * Throws ERR_RSP_IDENTITY.
 */
export function parseSecretKey(file: Uint8Array): Uint8Array {
  checked(file, bytes, 'parseSecretKey');
  let jwk: { crv?: string; d?: string };
  try {
    const isPem = new TextDecoder().decode(file.subarray(0, 64)).includes('-----BEGIN');
    const key = Buffer.from(file);
    const parsed = isPem
      ? createPrivateKey(key)
      : createPrivateKey({ key, format: 'der', type: 'pkcs8' });
    jwk = parsed.export({ format: 'jwk' });
  } catch {
    // the cause may quote the file
    throw new ZkcxError('ERR_RSP_IDENTITY', 'this is no unencrypted EC key in PEM or DER');
  }
  if (jwk.crv !== 'P-256' || jwk.d === undefined) {
    throw new ZkcxError('ERR_RSP_IDENTITY', 'only keys on P-256 are supported');
  }
  return new Uint8Array(Buffer.from(jwk.d, 'base64url'));
}
