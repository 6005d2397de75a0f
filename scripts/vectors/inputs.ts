/** What the vectors are made of: public test data, and bytes that count up. */
import { readFileSync } from 'node:fs';
import { anchorFromCertificate, parseCertificate } from '../../src/index.ts';

export const readFixture = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../../fixtures/${name}`, import.meta.url)));
export const readJson = (name: string): unknown =>
  JSON.parse(new TextDecoder().decode(readFixture(name)));

export const CI = readFixture('sgp26/CertificateIssuer/CERT_CI_ECDSA_NIST.der');
export const EUM = readFixture('sgp26/EUM/CERT_EUM_ECDSA_NIST.der');
export const EUICC = readFixture('sgp26/eUICC/CERT_EUICC_ECDSA_NIST.der');
export const ANCHOR = anchorFromCertificate(parseCertificate(CI));

/** Unix seconds: 2026-08-01. */
export const AT = 1_785_542_400n;

export const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
export const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** `from`, `from` + 1, ...: seen at once to be no random number. */
export const counting = (from: number, length: number) =>
  Uint8Array.from({ length }, (_, i) => from + i);
