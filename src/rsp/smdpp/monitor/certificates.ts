import { X509Certificate } from 'node:crypto';
import { bytesToHex } from '../../../bytes.ts';
import type { ShownCertificate, Watched } from './watched.ts';

/** The certificates that are in use now. */
export function shownCertificates(watched: Watched | undefined): ShownCertificate[] {
  if (watched === undefined) return [];
  const { server, listening } = watched;
  const own = server.context.trust.identities.flatMap(({ ciPkId, auth, pb }) =>
    (
      [
        ['dp-auth', auth],
        ['dp-pb', pb],
      ] as const
    ).map(([name, { certificate }]) => ({
      name,
      of: bytesToHex(ciPkId),
      notBefore: certificate.notBefore,
      notAfter: certificate.notAfter,
    })),
  );
  const tls = Object.entries(listening).flatMap(([of, { tls }]) => {
    const { cert } = tls() ?? {};
    if (cert === undefined) return [];
    const { validFrom, validTo } = new X509Certificate(cert);
    return [{ name: 'tls' as const, of, notBefore: unix(validFrom), notAfter: unix(validTo) }];
  });
  return [...own, ...tls];
}

export const isValidAt = ({ notBefore, notAfter }: ShownCertificate, at: bigint): boolean =>
  at >= notBefore && at <= notAfter;

const unix = (text: string) => BigInt(Math.floor(Date.parse(text) / 1_000));
