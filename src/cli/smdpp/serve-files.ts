/** What `smdpp serve` reads from files before it listens: CIs, certificates, keys. */
import { ZkcxError } from '../../errors.ts';
import type { KeyPair } from '../../rsp/server/key-pair.ts';
import type { SmdpTrust, TlsOptions } from '../../rsp/smdpp/index.ts';
import { systemClock } from '../../time.ts';
import { readAnchors } from '../shared/certificates.ts';
import { readKeyPair, readPem, readTls } from '../shared/server/files.ts';
import { readToken, tokenFile } from './es2.ts';
import type { ServeValues } from './serve-settings.ts';

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
    es2ClientCa: values.es2ClientCa && (await readPem(values.es2ClientCa)),
    es2Token: await readToken(tokenFile(values)),
    trust: await readTrust(values),
  };
}

/** Pairs of DPauth and DPpb belong together by the CI that issued them. */
async function readTrust(values: ServeValues): Promise<SmdpTrust> {
  const { smdpIdentity } = await import('../../rsp/smdpp/index.ts');
  const { findAnchor } = await import('../../rsp/server/key-pair.ts');
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
