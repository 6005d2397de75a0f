/** Private keys of the tests: those that the GSMA publishes with SGP.26, and made-up ones. */
import { readFileSync } from 'node:fs';
import { p256 } from '@noble/curves/nist.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToBigint } from '../../../src/bytes.ts';
import { ascii, children, readLoose } from './der.ts';

export interface TestKey {
  readonly secret: Uint8Array;
  readonly publicKey: { readonly x: bigint; readonly y: bigint };
  /** 04 x y. */
  readonly point: Uint8Array;
}

/** Bytes of a file below fixtures/. */
export function fixture(path: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`../../../fixtures/${path}`, import.meta.url)));
}

export function keyFromSecret(secret: Uint8Array): TestKey {
  const point = p256.getPublicKey(secret, false);
  const x = bytesToBigint(point.slice(1, 33));
  const y = bytesToBigint(point.slice(33));
  return { secret, point, publicKey: { x, y } };
}

/** The same key for the same name, in every run. */
export function madeUpKey(name: string): TestKey {
  return keyFromSecret(sha256(ascii(`zkcx test key: ${name}`)));
}

/** ECPrivateKey (RFC 5915) of the PEM files. */
function keyFromPem(path: string): TestKey {
  const text = new TextDecoder().decode(fixture(path));
  const base64 = /BEGIN EC PRIVATE KEY-----([^-]+)-----END/.exec(text)?.[1];
  if (base64 === undefined) throw Error(`no EC PRIVATE KEY in ${path}`);
  const [, secret] = children(readLoose(new Uint8Array(Buffer.from(base64, 'base64'))).content);
  return keyFromSecret(readLoose(secret!).content);
}

export const KEYS = {
  ci: keyFromPem('sgp26/CertificateIssuer/SK_CI_ECDSA_NIST.pem'),
  eum: keyFromPem('sgp26/EUM/SK_EUM_ECDSA_NIST.pem'),
  euicc: keyFromPem('sgp26/eUICC/SK_EUICC_ECDSA_NIST.pem'),
  dpAuth: keyFromPem('sgp26/DPauth/SK_S_SM_DPauth_ECDSA_NIST.pem'),
};
