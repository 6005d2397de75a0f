/** What `smdpp serve` reads from files before it listens: CIs, certificates, keys. */
import { X509Certificate } from 'node:crypto';
import { ZkcxError } from '../../errors.ts';
import { readFileLimited } from '../../files.ts';
import type { KeyPair, SmdpTrust, TlsOptions } from '../../rsp/smdpp/index.ts';
import { systemClock } from '../../time.ts';
import { readAnchors, readCertificate, readSecretKey } from '../shared/certificates.ts';
import { readToken, tokenFile } from './es2.ts';
import type { Pair, ServeValues } from './serve-settings.ts';

const MAX_KEY_BYTES = 16_384;
const MAX_CHAIN_BYTES = 262_144;

export interface ServeFiles {
  readonly trust: SmdpTrust;
  readonly tls?: TlsOptions;
  /** PEM of the CAs whose clients may use ES2+. */
  readonly es2ClientCa?: string;
  /** What clients of ES2+ have to send; undefined: there is none, or none yet. */
  readonly es2Token?: string;
}

/** Throws ERR_FILE_*, the codes of the parsers and of chains, ERR_RSP_IDENTITY, ERR_CLI_USAGE. */
export async function readServeFiles(values: ServeValues): Promise<ServeFiles> {
  return {
    tls: values.tls && (await readTls(values.tls)),
    es2ClientCa: values.es2ClientCa && (await readText(values.es2ClientCa, MAX_CHAIN_BYTES)),
    es2Token: await readToken(tokenFile(values)),
    trust: await readTrust(values),
  };
}

/** Pairs of DPauth and DPpb belong together by the CI that issued them. */
async function readTrust(values: ServeValues): Promise<SmdpTrust> {
  const { findAnchor, smdpIdentity } = await import('../../rsp/smdpp/index.ts');
  const anchors = await readAnchors(values.ci);
  const auths = await Promise.all(values.auth.map(readKeyPair));
  const pbs = await Promise.all(values.pb.map(readKeyPair));
  const issuer = ({ certificate }: KeyPair) =>
    findAnchor(anchors, certificate.authorityKeyIdentifier ?? new Uint8Array());
  const identities = auths.map((auth) => {
    const pb = pbs.find((pair) => issuer(pair) !== undefined && issuer(pair) === issuer(auth));
    if (pb === undefined) {
      throw new ZkcxError('ERR_CLI_USAGE', 'each --auth needs a --pb of the same CI, one of --ci');
    }
    return smdpIdentity({ auth, pb }, anchors, systemClock());
  });
  return { anchors, identities };
}

async function readKeyPair({ cert, key }: Pair): Promise<KeyPair> {
  return { certificate: await readCertificate(cert), secretKey: await readSecretKey(key) };
}

/** The certificate may be DER, as SGP.26 has them, or a chain in PEM. */
async function readTls({ cert: certificate, key }: Pair): Promise<TlsOptions> {
  const bytes = await readFileLimited(certificate, MAX_CHAIN_BYTES);
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

async function readText(file: string, limit: number): Promise<string> {
  return new TextDecoder().decode(await readFileLimited(file, limit));
}
