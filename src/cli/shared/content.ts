/** What a file holds, in words: for messages about a file that is another one than was wanted. */
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { parseRevocationList } from '../../asn1/index.ts';

/** With its article, as a sentence takes it. */
export type Content = string;

export const CERTIFICATE = 'a certificate';
export const LIST = 'a revocation list';
export const PROOF = 'a proof';
export const CREDENTIAL = 'a credential';

const PEM: readonly (readonly [form: RegExp, content: Content])[] = [
  [/PRIVATE KEY$/, 'a private key'],
  [/PUBLIC KEY$/, 'a public key'],
  [/^(X509 |X\.509 )?CERTIFICATE$/, CERTIFICATE],
  [/CRL$/, LIST],
  [/CERTIFICATE REQUEST$/, 'a certificate request'],
];

const JSON_FORMATS: Readonly<Record<string, Content>> = {
  'zkcx-proof': PROOF,
  'zkcx-credential': CREDENTIAL,
  'zkcx-registry': 'a registry file',
  'zkcx-deployment': 'a deployment file of a registry',
};

/** DER has no labels, so each parser is asked. The answer of the first that takes the bytes counts. */
const DER: readonly (readonly [content: Content, parse: (der: Buffer) => unknown])[] = [
  [CERTIFICATE, (der) => new X509Certificate(der)],
  [LIST, parseRevocationList],
  ['a private key', (key) => createPrivateKey({ key, format: 'der', type: 'pkcs8' })],
  ['a private key', (key) => createPrivateKey({ key, format: 'der', type: 'sec1' })],
  ['a public key', (key) => createPublicKey({ key, format: 'der', type: 'spki' })],
];

/** Undefined for bytes that nobody knows. */
export function contentOf(bytes: Uint8Array): Content | undefined {
  if (bytes.length === 0) return 'nothing';
  const der = Buffer.from(bytes);
  if (bytes[0] === 0x30) return DER.find(([, parse]) => takes(parse, der))?.[0];
  const text = new TextDecoder().decode(bytes);
  // a key may stand behind its parameters
  const labels = [...text.matchAll(/^-----BEGIN (.+)-----\s*$/gm)].map(([, label]) => label!);
  const known = PEM.find(([form]) => labels.some((label) => form.test(label)));
  if (known !== undefined) return known[1];
  const format = /^\s*\{\s*"format"\s*:\s*"([a-z-]{1,40})"/.exec(text)?.[1];
  if (format !== undefined) return JSON_FORMATS[format] ?? `a file of the format ${format}`;
  return /^[\P{C}\s]*$/u.test(text.slice(0, 1_000)) ? 'other text' : undefined;
}

function takes(parse: (der: Buffer) => unknown, der: Buffer): boolean {
  try {
    parse(der);
    return true;
  } catch {
    return false;
  }
}

const ADVICE: Readonly<Record<Content, string>> = {
  [CERTIFICATE]: 'give the file that begins with "-----BEGIN CERTIFICATE-----", or its DER',
  [LIST]: 'give the list that the CA published, DER or PEM',
  [PROOF]: 'make one with `zkcx chain prove --proof` or `zkcx credential share`',
};

const WARNING: Readonly<Record<Content, string>> = {
  'a private key': '; a private key stays secret',
  [CREDENTIAL]: '; a credential is private, do not send it',
};

/** What to say of a file that holds something else than was wanted; undefined if it may be right. */
export function wrongContent(file: string, bytes: Uint8Array, wanted: Content): string | undefined {
  const found = contentOf(bytes);
  if (found === undefined || found === wanted) return undefined;
  const advice = ADVICE[wanted];
  const what = `${file} holds ${found}, not ${wanted}`;
  return `${what}${advice === undefined ? '' : `: ${advice}`}${WARNING[found] ?? ''}`;
}
