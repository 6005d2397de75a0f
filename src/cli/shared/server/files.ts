/** Files of certificates and keys that servers read. */
import { X509Certificate } from 'node:crypto';
import { ZkcxError } from '../../../errors.ts';
import { readFileLimited } from '../../../files.ts';
import type { KeyPair } from '../../../rsp/server/key-pair.ts';
import type { TlsOptions } from '../../../rsp/server/listen.ts';
import { files } from '../settings/kinds.ts';
import { readCertificate, readCertificates, readSecretKey } from '../certificates.ts';

const MAX_KEY_BYTES = 16_384;
const MAX_PEM_BYTES = 262_144;

/** The setting of a certificate and its key. */
export const pair = files('cert', 'key');

/** Files of a certificate and its key. */
export type Pair = Readonly<Record<'cert' | 'key', string>>;

/** A certificate in DER or PEM, and its key. Throws ERR_FILE_* and the codes of the parsers. */
export async function readKeyPair({ cert, key }: Pair): Promise<KeyPair> {
  return { certificate: await readCertificate(cert), secretKey: await readSecretKey(key) };
}

/** The certificate may be DER, as SGP.26 has them, or a chain in PEM. Throws ERR_FILE_*, ERR_RSP_LISTEN. */
export async function readTls({ cert: certificate, key }: Pair): Promise<TlsOptions> {
  const bytes = await readFileLimited(certificate, MAX_PEM_BYTES);
  const text = new TextDecoder().decode(bytes);
  try {
    const cert = text.includes('-----BEGIN') ? text : new X509Certificate(bytes).toString();
    const secret = await readFileLimited(key, MAX_KEY_BYTES, { ownerOnly: true });
    return { cert, key: new TextDecoder().decode(secret) };
  } catch (cause) {
    if (cause instanceof ZkcxError) throw cause;
    throw new ZkcxError('ERR_RSP_LISTEN', `${certificate} is no certificate`, { cause });
  }
}

/** CIs as CAs of TLS, in PEM. Throws ERR_FILE_* and the codes of the parsers. */
export async function readCiPem(paths: readonly string[]): Promise<string> {
  const certificates = await readCertificates(paths);
  return certificates.map(({ der }) => new X509Certificate(der).toString()).join('');
}

/** Text of a file in PEM. Throws ERR_FILE_*. */
export async function readPem(
  file: string,
  options: { readonly ownerOnly?: boolean } = {},
): Promise<string> {
  return new TextDecoder().decode(await readFileLimited(file, MAX_PEM_BYTES, options));
}
