import { subjectOrganisation, subjectSerialNumber } from '../asn1/index.ts';
import type { Certificate } from '../asn1/index.ts';
import { ZkcxError } from '../errors.ts';
import { ROLES } from '../roles.ts';
import type { Role } from '../roles.ts';

/** Who a leaf is: an eUICC by its EID, a server by the OID that its operator registered. */
export type Identity =
  | { readonly kind: 'eid'; readonly digits: string }
  | { readonly kind: 'oid'; readonly oid: string };

/** A-Z to a-z and nothing else, byte by byte: how organisations are compared. */
export function foldCase(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte) => (byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte));
}

/** The subject's one organizationName, folded; whatever string type it came in. */
export function organisationOf(certificate: Certificate): Uint8Array {
  return foldCase(subjectOrganisation(certificate.subject));
}

/**
 * The identity of a leaf; CAs have none. An eUICC's EID is its subject's serialNumber, 32 decimal
 * digits; a server's OID is the registeredID of subjectAltName, TLS certificates included.
 * Any subject has at most one serialNumber.
 */
export function identityOf(certificate: Certificate, role: Role): Identity | undefined {
  const serial = subjectSerialNumber(certificate.subject);
  const { kind } = ROLES[role];
  if (kind === 'euicc') {
    if (serial === undefined || !/^[0-9]{32}$/.test(serial)) {
      throw new ZkcxError(
        'ERR_CHAIN_EID',
        "an eUICC's subject needs a serialNumber of exactly 32 decimal digits, its EID",
      );
    }
    return { kind: 'eid', digits: serial };
  }
  if (kind === 'server') {
    if (certificate.registeredId === undefined) {
      throw new ZkcxError(
        'ERR_CHAIN_SERVER_OID',
        `a certificate of role ${role} needs a registeredID in subjectAltName`,
      );
    }
    return { kind: 'oid', oid: certificate.registeredId };
  }
  return undefined;
}
