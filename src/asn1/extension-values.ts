import { AsnConvert } from '@peculiar/asn1-schema';
import {
  AuthorityKeyIdentifier,
  CertificatePolicies,
  CRLDistributionPoints,
  SubjectAlternativeName,
} from '@peculiar/asn1-x509';
import { ZkcxError } from '../errors.ts';
import { MAX_KEY_IDENTIFIER, PATH_UNLIMITED } from '../params.ts';
import { decodeOid } from './oid.ts';
import { contextTag, TAG } from './tags.ts';
import { inside, type TlvReader } from './tlv.ts';
import { checkRest, decodeInteger, readBitString } from './values.ts';
import { readBooleanDefaultFalse, readInteger, readOid } from './values.ts';
import type { Certificate, KeyUsage } from './types.ts';

/** The largest pathLenConstraint, below the number that stands for "no limit". */
const MAX_PATH_LEN = BigInt(PATH_UNLIMITED - 1);

/**
 * Decode parts that nothing here decides on with their RFC 5280 schema, after the reader went over
 * every byte of them: what does not fit the schema is refused as well.
 */
function decode<T>(bytes: Uint8Array, schema: new () => T, what: string): T {
  try {
    return AsnConvert.parse(bytes, schema);
  } catch (cause) {
    throw new ZkcxError('ERR_CERT_EXTENSION_VALUE', `${what} does not fit its definition`, {
      cause,
    });
  }
}

/** KeyUsage (RFC 5280 4.2.1.3): a named bit list of 1 to 9 bits, at least one set. */
export function readKeyUsage(value: TlvReader): KeyUsage {
  const { unused, bits } = readBitString(value, 'KeyUsage');
  const count = 8 * bits.length - unused;
  const lastBit = (bits.at(-1) ?? 0) >> unused;
  // X.690 11.2.2: no trailing zero bits, so the last bit is set
  if (count < 1 || count > 9 || (lastBit & 1) === 0) {
    throw new ZkcxError('ERR_CERT_KEY_USAGE', 'KeyUsage must have 1 to 9 bits, the last one set');
  }
  const first = bits[0]!;
  return {
    digitalSignature: (first & 0x80) !== 0,
    keyCertSign: (first & 0x04) !== 0,
    cRLSign: (first & 0x02) !== 0,
  };
}

/** BasicConstraints (RFC 5280 4.2.1.9); pathLenConstraint 0 to 126 and only with cA. */
export function readBasicConstraints(value: TlvReader): Certificate['basicConstraints'] {
  const constraints = value.enter(TAG.sequence, 'BasicConstraints');
  const cA = readBooleanDefaultFalse(constraints, 'cA');
  if (constraints.done) return { cA };
  const pathLen = readInteger(constraints, 'pathLenConstraint').value;
  constraints.finish();
  if (!cA) {
    throw new ZkcxError('ERR_CERT_PATH_LEN_WITHOUT_CA', 'pathLenConstraint needs cA');
  }
  if (pathLen < 0n) {
    throw new ZkcxError('ERR_CERT_PATH_LEN_NEGATIVE', 'pathLenConstraint is negative');
  }
  if (pathLen > MAX_PATH_LEN) {
    throw new ZkcxError('ERR_PROFILE_PATH_LEN', `pathLenConstraint is above ${MAX_PATH_LEN}`);
  }
  return { cA, pathLen: Number(pathLen) };
}

/** CertificatePolicies (RFC 5280 4.2.1.4): the OIDs in order, none twice; qualifiers are skipped. */
export function readPolicies(value: TlvReader): readonly string[] {
  const list = value.element(TAG.sequence, 'CertificatePolicies');
  const informations = inside(list);
  const policies: string[] = [];
  do {
    const information = informations.enter(TAG.sequence, 'PolicyInformation');
    policies.push(readOid(information, 'policyIdentifier'));
    if (!information.done) {
      const qualifiers = information.enter(TAG.sequence, 'policyQualifiers');
      information.finish();
      if (qualifiers.done) throw new ZkcxError('ERR_DER_MISSING', 'PolicyQualifierInfo is missing');
      checkRest(qualifiers, 'policyQualifiers');
    }
  } while (!informations.done);
  if (new Set(policies).size < policies.length) {
    throw new ZkcxError('ERR_CERT_POLICY_DUPLICATE', 'A certificate policy is listed twice');
  }
  decode(list.der, CertificatePolicies, 'CertificatePolicies');
  return policies;
}

/** SubjectKeyIdentifier (RFC 5280 4.2.1.2). */
export function readSubjectKeyIdentifier(value: TlvReader): Uint8Array {
  const element = value.element(TAG.octetString, 'SubjectKeyIdentifier');
  return keyIdentifier(element.content, 'SubjectKeyIdentifier');
}

/**
 * AuthorityKeyIdentifier (RFC 5280 4.2.1.1): keyIdentifier [0]; issuer [1] and serial number [2]
 * may stand beside it, both or neither, and are skipped.
 */
export function readAuthorityKeyIdentifier(value: TlvReader): Uint8Array | undefined {
  const list = value.element(TAG.sequence, 'AuthorityKeyIdentifier');
  const fields = inside(list);
  const key = fields.optional(contextTag(0, false), 'keyIdentifier');
  const issuer = fields.optional(contextTag(1, true), 'authorityCertIssuer');
  const serial = fields.optional(contextTag(2, false), 'authorityCertSerialNumber');
  fields.finish();
  if ((issuer === undefined) !== (serial === undefined)) {
    throw new ZkcxError(
      'ERR_CERT_AUTHORITY_ISSUER',
      'AuthorityKeyIdentifier must have both issuer and serial number or neither',
    );
  }
  if (issuer && serial) {
    checkGeneralNames(inside(issuer), 'authorityCertIssuer');
    decodeInteger(serial.content, 'authorityCertSerialNumber');
  }
  decode(list.der, AuthorityKeyIdentifier, 'AuthorityKeyIdentifier');
  return key && keyIdentifier(key.content, 'keyIdentifier');
}

function keyIdentifier(content: Uint8Array, what: string): Uint8Array {
  if (content.length === 0) throw new ZkcxError('ERR_CERT_KEY_IDENTIFIER', `${what} is empty`);
  if (content.length > MAX_KEY_IDENTIFIER) {
    throw new ZkcxError(
      'ERR_PROFILE_KEY_IDENTIFIER',
      `${what} has ${content.length} bytes, the profile takes ${MAX_KEY_IDENTIFIER}`,
    );
  }
  return content.slice();
}

/** SubjectAltName (RFC 5280 4.2.1.6): the registeredID, one at most; other names are skipped. */
export function readRegisteredId(value: TlvReader): string | undefined {
  const list = value.element(TAG.sequence, 'SubjectAltName');
  const registered = checkGeneralNames(inside(list), 'SubjectAltName');
  if (registered.length > 1) {
    throw new ZkcxError('ERR_CERT_REGISTERED_ID_DUPLICATE', 'SubjectAltName has two registeredIDs');
  }
  decode(list.der, SubjectAlternativeName, 'SubjectAltName');
  return registered[0];
}

/** ExtKeyUsageSyntax (RFC 5280 4.2.1.12). */
export function readExtKeyUsage(value: TlvReader): readonly string[] {
  const list = value.enter(TAG.sequence, 'ExtKeyUsage');
  const purposes: string[] = [];
  do purposes.push(readOid(list, 'KeyPurposeId'));
  while (!list.done);
  return purposes;
}

/** CRLDistributionPoints (RFC 5280 4.2.1.13): the URIs of all full names. */
export function readCrlUris(value: TlvReader): readonly string[] {
  const list = value.element(TAG.sequence, 'CRLDistributionPoints');
  const points = inside(list);
  if (points.done) throw new ZkcxError('ERR_DER_MISSING', 'DistributionPoint is missing');
  checkRest(points, 'CRLDistributionPoints');
  // a plain array: flatMap of the schema's own array class would make one of its kind
  return [...decode(list.der, CRLDistributionPoints, 'CRLDistributionPoints')]
    .flatMap((point) => point.distributionPoint?.fullName ?? [])
    .flatMap((name) => name.uniformResourceIdentifier ?? []);
}

/** GeneralNames, 1 to n, each of a tag and form of RFC 5280 4.2.1.6. The registeredIDs. */
function checkGeneralNames(names: TlvReader, what: string): readonly string[] {
  const registered: string[] = [];
  do {
    const name = names.any(`Name in ${what}`);
    const number = name.tag & 0x1f;
    const constructed = [0, 3, 4, 5].includes(number);
    if (number > 8 || name.tag !== contextTag(number, constructed)) {
      throw new ZkcxError('ERR_CERT_GENERAL_NAME', `${what} has a name of an unknown kind`);
    }
    if (constructed) checkRest(inside(name), what);
    if (number === 8) registered.push(decodeOid(name.content, 'registeredID'));
  } while (!names.done);
  return registered;
}
