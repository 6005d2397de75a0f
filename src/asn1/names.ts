import { ZkcxError } from '../errors.ts';
import { OID } from './oid.ts';
import { TAG } from './tags.ts';
import { inside, type Tlv, type TlvReader } from './tlv.ts';
import { latin1, readOid } from './values.ts';
import type { Name, NameAttribute } from './types.ts';

/** DirectoryString (RFC 5280 4.1.2.4), and the string types of emailAddress and the like. */
const STRING_TAGS: ReadonlySet<number> = new Set([
  TAG.utf8String,
  TAG.numericString,
  TAG.printableString,
  TAG.teletexString,
  TAG.ia5String,
  TAG.universalString,
  TAG.bmpString,
]);

/**
 * Name ::= SEQUENCE OF SET OF AttributeTypeAndValue, at least one RDN, one attribute in each.
 * The attributes that the profile reads are checked by `subjectOrganisation` and
 * `subjectSerialNumber`, because a CI root may lack them.
 */
export function readName(reader: TlvReader, what: string): { name: Name; element: Tlv } {
  const element = reader.element(TAG.sequence, what);
  const rdns = inside(element);
  if (rdns.done) throw new ZkcxError('ERR_CERT_NAME_EMPTY', `${what} has no attributes`);
  const attributes: NameAttribute[] = [];
  while (!rdns.done) attributes.push(readRdn(rdns, what));
  return { name: { der: element.der.slice(), attributes }, element };
}

function readRdn(rdns: TlvReader, what: string): NameAttribute {
  const rdn = rdns.enter(TAG.set, `${what} RDN`);
  const attribute = rdn.enter(TAG.sequence, `${what} attribute`);
  const oid = readOid(attribute, `${what} attribute type`);
  const value = attribute.any(`${what} attribute value`);
  attribute.finish();
  if (!rdn.done) {
    throw new ZkcxError('ERR_CERT_NAME_MULTIVALUED', `${what} has several attributes in one RDN`);
  }
  if (!STRING_TAGS.has(value.tag) || value.content.length === 0) {
    throw new ZkcxError(
      'ERR_CERT_NAME_VALUE',
      `${what} has an attribute that is no string, or empty`,
      {
        reason: oid,
      },
    );
  }
  return { oid, tag: value.tag, value: value.content.slice() };
}

/**
 * The one organizationName of an issued certificate's subject: UTF8String or PrintableString,
 * at least one byte. Throws ERR_CERT_ORGANISATION_COUNT or ERR_CERT_ORGANISATION_TYPE.
 */
export function subjectOrganisation(name: Name): Uint8Array {
  const found = name.attributes.filter(({ oid }) => oid === OID.organizationName);
  const [organisation] = found;
  if (organisation === undefined || found.length > 1) {
    throw new ZkcxError(
      'ERR_CERT_ORGANISATION_COUNT',
      `The subject must have exactly one organizationName, found ${found.length}`,
    );
  }
  if (!isOrganisationTag(organisation.tag)) {
    throw new ZkcxError(
      'ERR_CERT_ORGANISATION_TYPE',
      'organizationName must be a UTF8String or a PrintableString',
    );
  }
  return organisation.value;
}

/** String types in which an organisation is compared. */
export function isOrganisationTag(tag: number): boolean {
  return tag === TAG.utf8String || tag === TAG.printableString;
}

/**
 * The serialNumber attribute (in an eUICC's subject: the EID), if there is one: PrintableString.
 * Throws ERR_CERT_SUBJECT_SERIAL_COUNT for two, ERR_CERT_SUBJECT_SERIAL_TYPE for another type.
 */
export function subjectSerialNumber(name: Name): string | undefined {
  const found = name.attributes.filter(({ oid }) => oid === OID.serialNumber);
  const [serial] = found;
  if (serial === undefined) return undefined;
  if (found.length > 1) {
    throw new ZkcxError(
      'ERR_CERT_SUBJECT_SERIAL_COUNT',
      `The subject may have one serialNumber attribute, found ${found.length}`,
    );
  }
  if (serial.tag !== TAG.printableString) {
    throw new ZkcxError(
      'ERR_CERT_SUBJECT_SERIAL_TYPE',
      "The subject's serialNumber attribute must be a PrintableString",
    );
  }
  return latin1(serial.value);
}
