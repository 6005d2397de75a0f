/** Extensions of certificates and lists in the profile of docs/protocol/certificate-profile.md. */
import {
  AsnArray,
  AsnConvert,
  AsnIntegerBigIntConverter,
  AsnPropTypes,
  AsnSerializer,
  AsnType,
  AsnTypeTypes,
  OctetString,
} from '@peculiar/asn1-schema';
import * as x509 from '@peculiar/asn1-x509';
import { OID } from '../asn1/index.ts';
import { ROLES, roleDotted } from '../roles.ts';
import { attribute, nameOf, printable } from './names.ts';
import type { CertificateRequest } from './request.ts';

const CRITICAL = true;

function extension(id: string, value: unknown, critical = false): x509.Extension {
  return raw(id, AsnConvert.serialize(value), critical);
}

const raw = (extnID: string, value: ArrayBuffer, critical = false) =>
  new x509.Extension({ extnID, critical, extnValue: new OctetString(value) });

/** An extension that is one INTEGER. */
export const numberExtension = (id: string, value: bigint, critical = false): x509.Extension =>
  raw(id, AsnSerializer.serialize(AsnIntegerBigIntConverter.toASN(value)), critical);

export const authorityKeyIdentifier = (id: Uint8Array): x509.Extension =>
  extension(
    OID.authorityKeyIdentifier,
    new x509.AuthorityKeyIdentifier({ keyIdentifier: new x509.KeyIdentifier(id) }),
  );

const uri = (text: string) => [new x509.GeneralName({ uniformResourceIdentifier: text })];

const pointName = (text: string) => new x509.DistributionPointName({ fullName: uri(text) });

/** IssuingDistributionPoint (RFC 5280, 5.2.5), about one kind of certificates. */
export const issuingDistributionPoint = (point: string, kind: 'ca' | 'user'): x509.Extension =>
  extension(
    OID.issuingDistributionPoint,
    new x509.IssuingDistributionPoint({
      distributionPoint: pointName(point),
      onlyContainsCACerts: kind === 'ca',
      onlyContainsUserCerts: kind === 'user',
    }),
    CRITICAL,
  );

/** When the certificate of an entry ends: id-rsp-expDate of SGP.22. */
export const expirationDate = (date: Date): x509.Extension =>
  extension(OID.expirationDate, new x509.Time({ generalTime: date }));

export const reasonCode = (reason: number): x509.Extension =>
  extension(OID.reasonCode, new x509.CRLReason(reason));

/** PermittedEins ::= SEQUENCE OF PrintableString. */
class PermittedEins extends AsnArray<string> {}
AsnType({ type: AsnTypeTypes.Sequence, itemType: AsnPropTypes.PrintableString })(PermittedEins);

export interface Keys {
  /** Of the certificate's own key. */
  readonly subject: Uint8Array;
  /** Of the key that signs it; a CI names none. */
  readonly issuer?: Uint8Array;
  /** Where the issuer's lists about this certificate are. */
  readonly point?: string;
}

/** All extensions of a certificate. */
export function extensionsOf(request: CertificateRequest, keys: Keys): x509.Extension[] {
  const { role, pathLen, oid, dnsNames = [] } = request;
  const { kind } = ROLES[role];
  const isTls = /-tls(-v2)?$/.test(role);
  const { keyCertSign, cRLSign, digitalSignature } = x509.KeyUsageFlags;
  const usage = kind === 'ca' ? keyCertSign | cRLSign : digitalSignature;
  const names = [
    ...dnsNames.map((dNSName) => new x509.GeneralName({ dNSName })),
    ...(oid === undefined ? [] : [new x509.GeneralName({ registeredID: oid })]),
  ];
  const optional = (condition: unknown, make: () => x509.Extension) => (condition ? [make()] : []);
  return [
    ...optional(keys.issuer, () => authorityKeyIdentifier(keys.issuer!)),
    extension(OID.subjectKeyIdentifier, new x509.SubjectKeyIdentifier(keys.subject)),
    extension(OID.keyUsage, new x509.KeyUsage(usage), CRITICAL),
    extension(
      OID.certificatePolicies,
      new x509.CertificatePolicies([
        new x509.PolicyInformation({ policyIdentifier: roleDotted(role) }),
      ]),
      CRITICAL,
    ),
    ...optional(kind === 'ca', () =>
      extension(
        OID.basicConstraints,
        new x509.BasicConstraints({ cA: true, pathLenConstraint: pathLen }),
        CRITICAL,
      ),
    ),
    ...optional(isTls, () =>
      extension(
        OID.extKeyUsage,
        new x509.ExtendedKeyUsage([x509.id_kp_serverAuth, x509.id_kp_clientAuth]),
        CRITICAL,
      ),
    ),
    ...optional(names.length > 0, () =>
      extension(OID.subjectAltName, new x509.SubjectAlternativeName(names)),
    ),
    ...optional(keys.point, () =>
      extension(
        OID.cRLDistributionPoints,
        new x509.CRLDistributionPoints([
          new x509.DistributionPoint({ distributionPoint: pointName(keys.point!) }),
        ]),
      ),
    ),
    ...constraints(request),
  ];
}

/** Which eUICCs a CA may issue, as its version of SGP.22 says it. */
function constraints({ role, organisation, iins = [] }: CertificateRequest): x509.Extension[] {
  if (iins.length === 0) return [];
  if (role !== 'eum-v2') {
    return [extension(OID.permittedEins, new PermittedEins(iins.slice()), CRITICAL)];
  }
  const subtrees = iins.map((iin) => {
    const attributes = [
      attribute(OID.organizationName, organisation),
      printable(OID.serialNumber, iin),
    ];
    const base = new x509.GeneralName({ directoryName: nameOf(attributes) });
    return new x509.GeneralSubtree({ base });
  });
  const permittedSubtrees = new x509.GeneralSubtrees(subtrees);
  return [
    extension(OID.nameConstraints, new x509.NameConstraints({ permittedSubtrees }), CRITICAL),
  ];
}
