/** The recorded sessions of fixtures/rsp, and the keys of the SGP.26 identities in them. */
import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parseCertificate } from '../../src/asn1/index.ts';
import type { Certificate } from '../../src/asn1/index.ts';

export function fixture(path: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`../../fixtures/${path}`, import.meta.url)));
}

export const session = (name: string) => fixture(`rsp/session/${name}`);

export function fixtureCertificate(path: string): Certificate {
  return parseCertificate(fixture(path));
}

/** Secret key of 32 bytes from a PEM file of fixtures/. */
export function secretKey(path: string): Uint8Array {
  return rawSecret(createPrivateKey(Buffer.from(fixture(path))));
}

/** The same from PKCS #8 in hexadecimal. */
export function secretKeyOfHex(pkcs8: string): Uint8Array {
  const key = Buffer.from(pkcs8, 'hex');
  return rawSecret(createPrivateKey({ key, format: 'der', type: 'pkcs8' }));
}

function rawSecret(key: ReturnType<typeof createPrivateKey>): Uint8Array {
  return new Uint8Array(Buffer.from(key.export({ format: 'jwk' }).d!, 'base64url'));
}

export const DPPB_KEY = 'sgp26/DPpb/SK_S_SM_DPpb_ECDSA_NIST.pem';
export const EUICC_CERTIFICATE = 'sgp26/eUICC/CERT_EUICC_ECDSA_NIST.der';
export const EUM_CERTIFICATE = 'sgp26/EUM/CERT_EUM_ECDSA_NIST.der';
export const DPAUTH_CERTIFICATE = 'sgp26/DPauth/CERT_S_SM_DPauth_ECDSA_NIST.der';
export const DPPB_CERTIFICATE = 'sgp26/DPpb/CERT_S_SM_DPpb_ECDSA_NIST.der';

export const HEX = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));

/** EID of the SGP.26 eUICC. */
export const EID = HEX('89049032123451234512345678901235');

interface Entry {
  readonly dir?: 'lpa->smdp' | 'smdp->lpa';
  readonly json?: Record<string, unknown>;
  readonly http?: string;
  readonly status?: number;
  readonly debug?: string;
  readonly hex?: string;
}

/** One function call as it went over the wire, and the secrets that a debug line told before. */
export interface Exchange {
  /** initiateAuthentication, ... */
  readonly name: string;
  readonly status: number;
  readonly request: unknown;
  readonly answer?: unknown;
  /** Hexadecimal: euiccOtpk, smdpOtsk, shared_secret. */
  readonly secrets: Record<string, string>;
}

export function recordedExchanges(): Exchange[] {
  const text = new TextDecoder().decode(fixture('rsp/recorded-downloads.json'));
  const exchanges: Exchange[] = [];
  let open: { request?: unknown; answer?: unknown; secrets: Record<string, string> } = {
    secrets: {},
  };
  for (const entry of JSON.parse(text) as Entry[]) {
    if (entry.dir === 'lpa->smdp') open.request = entry.json;
    if (entry.dir === 'smdp->lpa') open.answer = entry.json;
    if (entry.debug) open.secrets[entry.debug] = entry.hex!;
    if (!entry.http) continue;
    exchanges.push({
      name: entry.http.split('/').at(-1)!,
      status: entry.status!,
      request: open.request,
      answer: open.answer,
      secrets: open.secrets,
    });
    open = { secrets: {} };
  }
  return exchanges;
}
