import type { Certificate, Name } from '../asn1/index.ts';
import type { ErrorCode } from '../errors.ts';
import { ZkcxError } from '../errors.ts';
import {
  EXTENSION_SLOTS,
  MAX_BASES,
  MAX_IIN,
  MAX_NAME,
  MAX_OID,
  MAX_ORGANISATION,
  NAME_SLOTS,
  TBS_MAX_BYTES,
} from '../params.ts';
import { organisationOf } from './subject.ts';

/**
 * Refuse a valid certificate that the circuits have no room for, before any proving. Key
 * identifiers and pathLenConstraint have limits of their own, which the parser knows.
 *
 * @throws ZkcxError with an ERR_PROFILE_* code that names the limit
 */
export function checkProfile(certificate: Certificate): void {
  limit('ERR_PROFILE_TBS_LENGTH', 'TBSCertificate', certificate.tbs.length, TBS_MAX_BYTES);
  checkName('issuer', certificate.issuer);
  checkName('subject', certificate.subject);
  const { extensions } = certificate;
  limit('ERR_PROFILE_EXTENSIONS', 'extensions', extensions.length, EXTENSION_SLOTS);
  checkOids(certificate);

  const bases = certificate.nameConstraints ?? certificate.permittedEins?.map((iin) => ({ iin }));
  limit('ERR_PROFILE_BASES', 'issuing constraints', bases?.length ?? 0, MAX_BASES);
  checkOrganisation('organizationName', organisationOf(certificate));
  for (const base of certificate.nameConstraints ?? []) {
    checkOrganisation('a permitted organization', base.organisation);
  }
  for (const { iin } of bases ?? []) {
    limit('ERR_PROFILE_IIN_LENGTH', 'a permitted IIN', iin?.length ?? 0, MAX_IIN);
  }
}

function checkName(what: string, { der, attributes }: Name): void {
  limit('ERR_PROFILE_NAME_LENGTH', `the DER of the ${what} name`, der.length, MAX_NAME);
  limit('ERR_PROFILE_NAME_ATTRIBUTES', `attributes of the ${what}`, attributes.length, NAME_SLOTS);
}

function checkOrganisation(what: string, organisation: Uint8Array | undefined): void {
  limit('ERR_PROFILE_ORGANISATION', what, organisation?.length ?? 0, MAX_ORGANISATION);
}

/** OIDs that the circuits read whole. */
function checkOids(certificate: Certificate): void {
  const { extensions, issuer, subject, policies = [], registeredId } = certificate;
  const oids = [
    ...[...extensions, ...issuer.attributes, ...subject.attributes].map(({ oid }) => oid),
    ...policies,
    ...(registeredId === undefined ? [] : [registeredId]),
  ];
  for (const oid of oids) limit('ERR_PROFILE_OID_LENGTH', 'an OID', contentLength(oid), MAX_OID);
}

/** Content bytes of a dotted OID in DER: seven bits a byte (X.690, 8.19). */
function contentLength(dotted: string): number {
  const [first = 0n, second = 0n, ...rest] = dotted.split('.').map(BigInt);
  return [40n * first + second, ...rest].reduce(
    (total, arc) => total + Math.max(1, Math.ceil(arc.toString(2).length / 7)),
    0,
  );
}

function limit(code: ErrorCode, what: string, found: number, most: number): void {
  if (found > most) {
    throw new ZkcxError(code, `${what}: ${found}, but the circuits take ${most} at most`);
  }
}
