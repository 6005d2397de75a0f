/**
 * HPKE as zkCX uses it (RFC 9180, base mode): DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-128-GCM, from
 * @hpke/core over WebCrypto.
 */
import { Aes128Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } from '@hpke/core';
import { ZkcxError } from '../../errors.ts';
import type { RandomBytes } from '../../random.ts';

const SUITE = new CipherSuite({
  kem: new DhkemP256HkdfSha256(),
  kdf: new HkdfSha256(),
  aead: new Aes128Gcm(),
});

/** Bytes of a public key, and of what a sender puts before its first message. */
export const KEY_BYTES = 65;
/** Bytes of the tag at the end of a ciphertext. */
export const TAG_BYTES = 16;

/** One-time: the secret key stays with the session it was made for. */
export interface HpkeKeyPair {
  /** 65 bytes: 04, x, y. */
  readonly publicKey: Uint8Array;
  /** 32 bytes. */
  readonly secretKey: Uint8Array;
}

/** A fresh key pair, derived from 32 random bytes (RFC 9180, 7.1.3). */
export async function newHpkeKeyPair(random: RandomBytes): Promise<HpkeKeyPair> {
  const pair = await SUITE.kem.deriveKeyPair(random(32));
  return {
    publicKey: new Uint8Array(await SUITE.kem.serializePublicKey(pair.publicKey)),
    secretKey: new Uint8Array(await SUITE.kem.serializePrivateKey(pair.privateKey)),
  };
}

/** A context to a public key. Throws ERR_RSP_ZKCX_SEALED for bytes that are no key. */
export async function senderContext(publicKey: Uint8Array, info: Uint8Array) {
  try {
    const recipientPublicKey = await SUITE.kem.deserializePublicKey(publicKey);
    return await SUITE.createSenderContext({ recipientPublicKey, info });
  } catch (cause) {
    throw new ZkcxError('ERR_RSP_ZKCX_SEALED', 'the one-time key is no key of P-256', { cause });
  }
}

/** The other end of it. Throws ERR_RSP_ZKCX_SEALED for an `enc` that is no key. */
export async function recipientContext(secretKey: Uint8Array, enc: Uint8Array, info: Uint8Array) {
  try {
    const recipientKey = await SUITE.kem.deserializePrivateKey(secretKey);
    return await SUITE.createRecipientContext({ recipientKey, enc, info });
  } catch (cause) {
    throw new ZkcxError('ERR_RSP_ZKCX_SEALED', 'the message begins with no key of P-256', {
      cause,
    });
  }
}
