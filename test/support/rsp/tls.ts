import { createPrivateKey, X509Certificate } from 'node:crypto';
import { bytesToHex } from '../../../src/bytes.ts';
import { build, sgp26Server } from '../certificates/chains.ts';
import { ascii, generalizedTime, sequence, tlv } from '../certificates/der.ts';
import { spki } from '../certificates/draft.ts';
import { extension, OID, setExtension } from '../certificates/fields.ts';
import { madeUpKey } from '../certificates/keys.ts';

/**
 * CERT.DPtls of SGP.26 under a key of our own and to the end of the CI's validity, in PEM: the
 * published ones expire.
 *
 * @param dnsName in the place of the name that it has
 */
export function tlsCertificate(name = 'TLS', dnsName?: string): { cert: string; key: string } {
  const { secret, point, publicKey } = madeUpKey(name);
  const [certificate] = build(sgp26Server('dpTls'), {
    1: (draft) => {
      draft.publicKey = spki(point);
      draft.notAfter = generalizedTime('20531231235959Z');
      if (dnsName === undefined) return;
      const names = sequence(tlv(0x82, ascii(dnsName)));
      setExtension(draft, extension(OID.subjectAltName, names));
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
