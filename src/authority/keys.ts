/** Private keys of a PKI: PKCS #8 in PEM, under a passphrase or not. */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from 'node:crypto';
import { ZkcxError } from '../errors.ts';

const PROTECTED = '-----BEGIN ENCRYPTED PRIVATE KEY-----';

/** A new key on P-256, of the generator of the operating system. */
export const newKey = (): KeyObject =>
  generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey;

/** PEM of a private key. With a passphrase it is encrypted as PBES2 (RFC 8018): PBKDF2 and AES-256-CBC. */
export function formatKey(key: KeyObject, passphrase?: string): string {
  const form = { type: 'pkcs8', format: 'pem' } as const;
  const options = passphrase === undefined ? form : { ...form, cipher: 'aes-256-cbc', passphrase };
  return key.export(options) as string;
}

/**
 * Read a private key. A passphrase that is not needed is not looked at.
 *
 * @param what whose key it is, for people
 * @throws ERR_AUTHORITY_PASSPHRASE when it is missing or wrong, ERR_AUTHORITY_KEY for what is no key on P-256
 */
export function parseKey(pem: string, passphrase: string | undefined, what: string): KeyObject {
  const isProtected = pem.includes(PROTECTED);
  if (isProtected && passphrase === undefined) {
    throw new ZkcxError('ERR_AUTHORITY_PASSPHRASE', `the key of ${what} needs its passphrase`);
  }
  let key: KeyObject;
  try {
    key = createPrivateKey({ key: pem, passphrase });
  } catch {
    // the cause may quote the file
    throw isProtected
      ? new ZkcxError(
          'ERR_AUTHORITY_PASSPHRASE',
          `the passphrase is not that of the key of ${what}`,
        )
      : new ZkcxError('ERR_AUTHORITY_KEY', `the key of ${what} is no private key in PEM`);
  }
  if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') {
    throw new ZkcxError('ERR_AUTHORITY_KEY', `the key of ${what} is not on P-256`);
  }
  return key;
}

/** SubjectPublicKeyInfo in DER (RFC 5480); the point is not compressed. */
export const publicKeyInfo = (key: KeyObject): Uint8Array =>
  new Uint8Array(createPublicKey(key).export({ type: 'spki', format: 'der' }));

/** Bytes of the point at the end of a SubjectPublicKeyInfo. */
const POINT_BYTES = 65;

/** The first method of RFC 5280, 4.2.1.2: SHA-1 of the point. It names a key, it protects nothing. */
export const keyIdentifierOf = (info: Uint8Array): Uint8Array =>
  new Uint8Array(createHash('sha1').update(info.subarray(-POINT_BYTES)).digest());

/** ECDSA-Sig-Value in DER, over SHA-256. */
export const signBytes = (bytes: Uint8Array, key: KeyObject): Uint8Array =>
  new Uint8Array(sign('sha256', bytes, key));
