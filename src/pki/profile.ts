import { checked } from '../arguments.ts';
import * as argument from './arguments.ts';
import { encodeOid, OID, TAG, TlvReader } from '../asn1/index.ts';
import type { Certificate, Extension, Name } from '../asn1/index.ts';
import type { ErrorCode } from '../errors.ts';
import { ZkcxError } from '../errors.ts';
import {
  EXTENSION_SLOTS,
  MAX_AUTHORITY_SERIAL,
  MAX_BASES,
  MAX_GENERAL_NAMES,
  MAX_IIN,
  MAX_NAME,
  MAX_OID,
  MAX_ORGANISATION,
  MAX_POLICIES,
  MAX_RDN,
  NAME_SLOTS,
  TBS_MAX_BYTES,
} from '../params.ts';
import { organisationOf } from './subject.ts';

/** [2] of AuthorityKeyIdentifier. */
const AUTHORITY_SERIAL_TAG = 0x82;

/**
 * Refuse a valid certificate that the circuits have no room for, before any proving. Serial numbers, key
 * identifiers and pathLenConstraint have limits of their own, which the parser knows.
 *
 * @throws ZkcxError with an ERR_PROFILE_* code that names the limit
 */
export function checkProfile(certificate: Certificate): void {
  checked(certificate, argument.certificate, 'checkProfile');
  limit(
    'ERR_PROFILE_TBS_LENGTH',
    'bytes of the TBSCertificate',
    certificate.tbs.length,
    TBS_MAX_BYTES,
  );
  checkName('issuer', certificate.issuer);
  checkName('subject', certificate.subject);
  limit(
    'ERR_PROFILE_ORGANISATION',
    'bytes of organizationName',
    organisationOf(certificate).length,
    MAX_ORGANISATION,
  );
  checkExtensions(certificate);
  checkConstraints(certificate);
}

/** Refuse a Name that the circuits cannot walk over. */
export function checkName(what: string, { der, attributes }: Name): void {
  limit('ERR_PROFILE_NAME_ATTRIBUTES', `attributes of the ${what}`, attributes.length, NAME_SLOTS);
  for (const { oid, value } of attributes) {
    // two headers around OID and value inside the SEQUENCE, and its own
    const content = encodeOid(oid).length + value.length + 6;
    limit('ERR_PROFILE_RDN_LENGTH', `bytes of an RDN of the ${what}`, content, MAX_RDN);
  }
  limit('ERR_PROFILE_NAME_LENGTH', `bytes of the ${what}`, der.length, MAX_NAME);
}

/** Refuse more extensions than there are slots, and one that has no room in its slot. */
export function checkExtensionList(extensions: readonly Extension[]): void {
  limit('ERR_PROFILE_EXTENSIONS', 'extensions', extensions.length, EXTENSION_SLOTS);
  for (const { oid } of extensions) checkOid(oid);
  const authority = extensions.find(({ oid }) => oid === OID.authorityKeyIdentifier);
  limit(
    'ERR_PROFILE_AUTHORITY_SERIAL',
    'bytes of authorityCertSerialNumber',
    authority ? authoritySerialBytes(authority.value) : 0,
    MAX_AUTHORITY_SERIAL,
  );
}

export function checkOid(oid: string): void {
  limit('ERR_PROFILE_OID_LENGTH', 'bytes of an OID', encodeOid(oid).length, MAX_OID);
}

/** Content bytes of the serial number [2] in an AuthorityKeyIdentifier that the parser has been through. */
function authoritySerialBytes(value: Uint8Array): number {
  const fields = new TlvReader(value, 'extnValue').enter(TAG.sequence, 'AuthorityKeyIdentifier');
  let bytes = 0;
  while (!fields.done) {
    const { tag, content } = fields.any('field');
    if (tag === AUTHORITY_SERIAL_TAG) bytes = content.length;
  }
  return bytes;
}

function checkExtensions({ extensions, policies = [], registeredId }: Certificate): void {
  checkExtensionList(extensions);
  limit('ERR_PROFILE_POLICIES', 'policies', policies.length, MAX_POLICIES);
  const names = extensions.find(({ oid }) => oid === OID.subjectAltName);
  limit(
    'ERR_PROFILE_GENERAL_NAMES',
    'names in subjectAltName',
    names ? count(names.value) : 0,
    MAX_GENERAL_NAMES,
  );
  for (const oid of [...policies, ...(registeredId ? [registeredId] : [])]) checkOid(oid);
}

function checkConstraints({ nameConstraints, permittedEins }: Certificate): void {
  const bases =
    nameConstraints ?? permittedEins?.map((iin) => ({ iin, organisation: undefined })) ?? [];
  limit('ERR_PROFILE_BASES', 'issuing constraints', bases.length, MAX_BASES);
  for (const { organisation, iin } of bases) {
    limit(
      'ERR_PROFILE_ORGANISATION',
      'bytes of a permitted organization',
      organisation?.length ?? 0,
      MAX_ORGANISATION,
    );
    limit('ERR_PROFILE_IIN_LENGTH', 'digits of a permitted IIN', iin?.length ?? 0, MAX_IIN);
  }
}

/** Elements of a SEQUENCE that the parser has been through. */
function count(value: Uint8Array): number {
  const list = new TlvReader(value, 'extnValue').enter(TAG.sequence, 'extnValue');
  let found = 0;
  for (; !list.done; found++) list.any('element');
  return found;
}

export function limit(code: ErrorCode, what: string, found: number, most: number): void {
  if (found > most) {
    throw new ZkcxError(code, `${found} ${what}, the circuits take ${most} at most`);
  }
}
