/** Extensions and pieces of extensions that the cases are made of. */
import { ascii, oid, sequence, TAG, tlv } from '../../support/certificates/der.ts';
import {
  attribute,
  extension,
  name,
  OID,
  rolePolicy,
  subtree,
} from '../../support/certificates/fields.ts';

export const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));
export const bytes = (length: number, first = 1) =>
  Uint8Array.from({ length }, (_, i) => first + i);
export const hexOf = (value: Uint8Array) => Buffer.from(value).toString('hex');
export const UNKNOWN = '2.999.7';

export const eum = rolePolicy('2');
export const euicc = rolePolicy('1');
export const role = 'euicc-v2';

/** A PolicyQualifierInfo: a pointer to a practice statement. */
export const QUALIFIER = sequence(oid('1.3.6.1.5.5.7.2.1'), tlv(0x16, ascii('u:')));

/** Raw value of a known extension. */
export const usage = (value: string) => extension(OID.keyUsage, hex(value), true);
export const basic = (value: string) => extension(OID.basicConstraints, hex(value), true);
export const policyValue = (...informations: Uint8Array[]) =>
  extension(OID.certificatePolicies, sequence(...informations), true);
export const alternative = (...names: Uint8Array[]) =>
  extension(OID.subjectAltName, sequence(...names));
export const constraintsValue = (...parts: Uint8Array[]) =>
  extension(OID.nameConstraints, sequence(...parts), true);
export const permitted = (...subtrees: Uint8Array[]) => constraintsValue(tlv(0xa0, ...subtrees));
export const authority = (...parts: Uint8Array[]) =>
  extension(OID.authorityKeyIdentifier, sequence(...parts));

export const serialRdn = (iin: string) => attribute(OID.serialNumber, iin, TAG.printableString);
export const organisationRdn = (value: string) => attribute(OID.organisation, value);
export const base = (...attributes: Uint8Array[]) => sequence(tlv(0xa4, name(...attributes)));
export const issuerField = tlv(0xa1, tlv(0xa4, name(attribute(OID.organisation, 'x'.repeat(60)))));
export const unknown = (i: number) => extension(`${UNKNOWN}.${i}`, bytes(2));

export const RDN = subtree({ iin: '8904' });

export interface Refused {
  readonly name: string;
  readonly extensions: readonly Uint8Array[];
  /** Set where the plain parser takes it, with the reason. */
  readonly plainAccepts?: string;
}
