import { createPrivateKey, X509Certificate } from 'node:crypto';
import { bytesToHex } from '../../../src/bytes.ts';
import { build, sgp26Server } from '../certificates/chains.ts';
import { generalizedTime } from '../certificates/der.ts';
import { spki } from '../certificates/draft.ts';
import { madeUpKey } from '../certificates/keys.ts';

/**
 * CERT.DPtls of SGP.26 under a key of our own and to the end of the CI's validity, in PEM: the
 * published ones expire.
 */
export function tlsCertificate(name = 'TLS'): { cert: string; key: string } {
  const { secret, point, publicKey } = madeUpKey(name);
  const [certificate] = build(sgp26Server('dpTls'), {
    1: (draft) => {
      draft.publicKey = spki(point);
      draft.notAfter = generalizedTime('20531231235959Z');
    },
  }).certificates;
  const base64 = (hex: string) => Buffer.from(hex, 'hex').toString('base64url');
  const coordinate = (value: bigint) => base64(value.toString(16).padStart(64, '0'));
  const jwk = {
    kty: 'EC',
    crv: 'P-256',
    x: coordinate(publicKey.x),
    y: coordinate(publicKey.y),
    d: base64(bytesToHex(secret)),
  };
  const key = createPrivateKey({ key: jwk, format: 'jwk' });
  return {
    cert: new X509Certificate(certificate!).toString(),
    key: key.export({ type: 'pkcs8', format: 'pem' }) as string,
  };
}
