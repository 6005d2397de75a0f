/** Revocation lists (RFC 5280, 5, as SGP.22 has them), written and signed, whole or in parts. */
import type { KeyObject } from 'node:crypto';
import { AsnConvert } from '@peculiar/asn1-schema';
import * as x509 from '@peculiar/asn1-x509';
import { type Certificate, OID } from '../asn1/index.ts';
import { buffer, dateOf, ECDSA_WITH_SHA256, integerContent } from './certificates.ts';
import {
  authorityKeyIdentifier,
  expirationDate,
  issuingDistributionPoint,
  numberExtension,
  reasonCode,
} from './extensions.ts';
import { signBytes } from './keys.ts';

/** CRLReason by name. Without certificateHold and removeFromCRL: what is revoked stays revoked. */
export const REASONS = {
  keyCompromise: 1,
  cACompromise: 2,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  privilegeWithdrawn: 9,
} as const;

export type Reason = keyof typeof REASONS;

export interface Revoked {
  readonly serialNumber: bigint;
  /** Unix seconds: when it was revoked, and when the certificate ends. */
  readonly at: bigint;
  readonly notAfter: bigint;
  readonly reason?: Reason;
}

export interface ToList {
  readonly issuer: Certificate;
  readonly key: KeyObject;
  readonly kind: 'ca' | 'user';
  readonly point: string;
  readonly number: bigint;
  /** Unix seconds. */
  readonly thisUpdate: bigint;
  readonly nextUpdate: bigint;
  readonly revoked: readonly Revoked[];
  /** Parts to cut it into; 1: none. */
  readonly parts: number;
}

/** DER of a list, or of each of its parts. */
export function makeLists(input: ToList): Uint8Array[] {
  const { revoked, parts } = input;
  if (parts === 1) return [makeList(input, revoked)];
  const size = Math.ceil(revoked.length / parts);
  return Array.from({ length: parts }, (_, i) =>
    makeList(input, revoked.slice(size * i, size * (i + 1)), [
      numberExtension(OID.totalPartialCrlNumber, BigInt(parts), true),
      numberExtension(OID.partialCrlNumber, BigInt(i + 1), true),
    ]),
  );
}

function makeList(
  { issuer, key, kind, point, number, thisUpdate, nextUpdate }: ToList,
  revoked: readonly Revoked[],
  part: readonly x509.Extension[] = [],
): Uint8Array {
  const tbsCertList = new x509.TBSCertList({
    version: x509.Version.v2,
    signature: ECDSA_WITH_SHA256,
    issuer: AsnConvert.parse(issuer.subject.der, x509.Name),
    thisUpdate: new x509.Time(dateOf(thisUpdate)),
    nextUpdate: new x509.Time(dateOf(nextUpdate)),
    // RFC 5280, 5.1.2.6: absent, not empty
    revokedCertificates: revoked.length === 0 ? undefined : revoked.map(entryOf),
    crlExtensions: [
      authorityKeyIdentifier(issuer.subjectKeyIdentifier!),
      numberExtension(OID.cRLNumber, number),
      issuingDistributionPoint(point, kind),
      ...part,
    ],
  });
  const tbs = new Uint8Array(AsnConvert.serialize(tbsCertList));
  const list = new x509.CertificateList({
    tbsCertList,
    signatureAlgorithm: ECDSA_WITH_SHA256,
    signature: buffer(signBytes(tbs, key)),
  });
  return new Uint8Array(AsnConvert.serialize(list));
}

function entryOf({ serialNumber, at, notAfter, reason }: Revoked): x509.RevokedCertificate {
  return new x509.RevokedCertificate({
    userCertificate: integerContent(serialNumber),
    revocationDate: new x509.Time(dateOf(at)),
    crlEntryExtensions: [
      ...(reason === undefined ? [] : [reasonCode(REASONS[reason])]),
      expirationDate(dateOf(notAfter)),
    ],
  });
}
