/** Certificates, written with the ASN.1 types of RFC 5280 and signed. */
import type { KeyObject } from 'node:crypto';
import { AsnConvert } from '@peculiar/asn1-schema';
import * as x509 from '@peculiar/asn1-x509';
import { type Certificate, OID } from '../asn1/index.ts';
import { bigintToBytes } from '../bytes.ts';
import { ROLES } from '../roles.ts';
import { extensionsOf } from './extensions.ts';
import { keyIdentifierOf, publicKeyInfo, signBytes } from './keys.ts';
import { subjectOf } from './names.ts';
import type { CertificateRequest } from './request.ts';

export const ECDSA_WITH_SHA256 = new x509.AlgorithmIdentifier({ algorithm: OID.ecdsaWithSha256 });

export const dateOf = (time: bigint): Date => new Date(Number(time) * 1000);

/** The content of an INTEGER that is not negative. */
export function integerContent(value: bigint): ArrayBuffer {
  const size = Math.floor(value.toString(2).length / 8) + 1;
  return new Uint8Array(bigintToBytes(value, value === 0n ? 1 : size)).buffer;
}

export const buffer = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;

export interface ToCertify {
  readonly request: CertificateRequest;
  /** Certificate and points of the CA; undefined for a CI, which certifies itself. */
  readonly issuer?: {
    readonly certificate: Certificate;
    readonly points?: CertificateRequest['points'];
  };
  readonly issuerKey: KeyObject;
  readonly key: KeyObject;
  readonly serialNumber: bigint;
  /** Unix seconds. */
  readonly notBefore: bigint;
  readonly notAfter: bigint;
}

/** DER of a certificate. Nothing of it is judged here. */
export function makeCertificate(input: ToCertify): Uint8Array {
  const { request, issuer, issuerKey, key, serialNumber } = input;
  const subject = subjectOf(request);
  const info = publicKeyInfo(key);
  const kind = ROLES[request.role].kind === 'ca' ? 'ca' : 'user';
  const tbsCertificate = new x509.TBSCertificate({
    version: x509.Version.v3,
    serialNumber: integerContent(serialNumber),
    signature: ECDSA_WITH_SHA256,
    issuer:
      issuer === undefined ? subject : AsnConvert.parse(issuer.certificate.subject.der, x509.Name),
    validity: new x509.Validity({
      notBefore: dateOf(input.notBefore),
      notAfter: dateOf(input.notAfter),
    }),
    subject,
    subjectPublicKeyInfo: AsnConvert.parse(info, x509.SubjectPublicKeyInfo),
    extensions: new x509.Extensions(
      extensionsOf(request, {
        subject: keyIdentifierOf(info),
        issuer: issuer?.certificate.subjectKeyIdentifier,
        point: issuer?.points?.[kind],
      }),
    ),
  });
  const tbs = new Uint8Array(AsnConvert.serialize(tbsCertificate));
  const certificate = new x509.Certificate({
    tbsCertificate,
    signatureAlgorithm: ECDSA_WITH_SHA256,
    signatureValue: buffer(signBytes(tbs, issuerKey)),
  });
  return new Uint8Array(AsnConvert.serialize(certificate));
}
