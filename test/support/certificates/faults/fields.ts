/** Faults in the value of one field: well-formed DER that is no certificate of the profile. */
import type { ErrorCode } from '../../../../src/errors.ts';
import { bigintToBytes, concatBytes } from '../../../../src/bytes.ts';
import { sgp26Device, sgp26Server, v3Device } from '../chains.ts';
import {
  ascii,
  children,
  generalizedTime,
  integer,
  oid,
  readLoose,
  rewrite,
  sequence,
  TAG,
  tlv,
  utcTime,
} from '../der.ts';
import type { Change } from '../draft.ts';
import {
  attribute,
  extension,
  extensionValue,
  getExtension,
  name,
  nameConstraints,
  OID,
  permittedEins,
  policies,
  registeredId,
  removeExtension,
  setExtension,
  subjectKeyIdentifier,
  subtree,
} from '../fields.ts';
import { KEYS } from '../keys.ts';
import { changed, faultOf } from './row.ts';
import type { Fault } from './row.ts';

/** The modulus of P-256's field (SEC 2, 2.4.2). */
const P = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;

const euicc = (fault: string, code: ErrorCode, change: Change): Fault =>
  faultOf(fault, code, 'tbs', changed(sgp26Device(), 2, change));

const eum = (fault: string, code: ErrorCode, change: Change): Fault =>
  faultOf(fault, code, 'tbs', changed(sgp26Device(), 1, change), { link: 0 });

const ORGANISATION = attribute(OID.organisation, 'RSP Test EUM');
const EID = '89049032123451234512345678901235';
const eid = (digits: string, tag: number = TAG.printableString): Uint8Array =>
  attribute(OID.serialNumber, digits, tag);

export function fieldFaults(): Fault[] {
  return [
    ...headFaults(),
    ...nameFaults(),
    ...timeFaults(),
    ...keyFaults(),
    ...extensionFaults(),
    ...constraintFaults(),
  ];
}

function headFaults(): Fault[] {
  const serial = (...bytes: number[]) => tlv(TAG.integer, Uint8Array.from(bytes));
  const algorithm = (bytes: Uint8Array): Change => {
    return (draft) => {
      draft.innerAlgorithm = bytes;
      draft.outerAlgorithm = bytes;
    };
  };
  return [
    euicc('v1: no version', 'ERR_CERT_VERSION', (d) => (d.version = new Uint8Array(0))),
    euicc('v2', 'ERR_CERT_VERSION', (d) => (d.version = tlv(0xa0, integer(1n)))),
    euicc('version 3, one above v3', 'ERR_CERT_VERSION', (d) => {
      d.version = tlv(0xa0, integer(3n));
    }),
    euicc('version padded', 'ERR_DER_INTEGER', (d) => (d.version = tlv(0xa0, serial(0, 2)))),
    euicc('serial negative', 'ERR_CERT_SERIAL_NEGATIVE', (d) => (d.serialNumber = serial(0x80))),
    euicc('serial padded', 'ERR_DER_INTEGER', (d) => (d.serialNumber = serial(0, 0x7f))),
    euicc('serial of no bytes', 'ERR_DER_INTEGER', (d) => (d.serialNumber = serial())),
    euicc('serial of 21 bytes', 'ERR_CERT_SERIAL_SIZE', (d) => {
      d.serialNumber = integer(2n ** 160n);
    }),
    euicc(
      'ecdsa-with-SHA384',
      'ERR_CERT_SIGNATURE_ALGORITHM',
      algorithm(sequence(oid('1.2.840.10045.4.3.3'))),
    ),
    euicc(
      'signature algorithm with parameters',
      'ERR_CERT_SIGNATURE_ALGORITHM',
      algorithm(sequence(oid('1.2.840.10045.4.3.2'), Uint8Array.of(5, 0))),
    ),
    euicc('issuerUniqueID', 'ERR_CERT_UNIQUE_ID', (d) => {
      d.uniqueIds = tlv(0x81, Uint8Array.of(0, 1));
    }),
    euicc('subjectUniqueID', 'ERR_CERT_UNIQUE_ID', (d) => {
      d.uniqueIds = tlv(0x82, Uint8Array.of(0, 1));
    }),
  ];
}

function nameFaults(): Fault[] {
  const two = concatBytes(ORGANISATION, attribute(OID.commonName, 'Test eUICC'));
  const empty = sequence(oid(OID.commonName), tlv(TAG.utf8String));
  return [
    euicc('subject without attributes', 'ERR_CERT_NAME_EMPTY', (d) => (d.subject = name())),
    euicc('multi-valued RDN in the subject', 'ERR_CERT_NAME_MULTIVALUED', (d) => {
      d.subject = name(two, eid(EID));
    }),
    eum('multi-valued RDN in the issuer of the first link', 'ERR_CERT_NAME_MULTIVALUED', (d) => {
      d.issuer = name(two);
    }),
    euicc('RDN without an attribute', 'ERR_DER_MISSING', (d) => {
      d.subject = name(ORGANISATION, eid(EID), new Uint8Array(0));
    }),
    euicc('empty attribute value', 'ERR_CERT_NAME_VALUE', (d) => {
      d.subject = name(ORGANISATION, eid(EID), empty);
    }),
    euicc('attribute value that is no string', 'ERR_CERT_NAME_VALUE', (d) => {
      d.subject = name(ORGANISATION, eid(EID), sequence(oid(OID.commonName), integer(1n)));
    }),
    euicc('no organisation', 'ERR_CERT_ORGANISATION_COUNT', (d) => (d.subject = name(eid(EID)))),
    euicc('two organisations', 'ERR_CERT_ORGANISATION_COUNT', (d) => {
      d.subject = name(ORGANISATION, attribute(OID.organisation, 'Other EUM'), eid(EID));
    }),
    euicc('organisation as BMPString', 'ERR_CERT_ORGANISATION_TYPE', (d) => {
      d.subject = name(attribute(OID.organisation, 'RSP Test EUM', 0x1e), eid(EID));
    }),
    euicc('two serialNumber attributes', 'ERR_CERT_SUBJECT_SERIAL_COUNT', (d) => {
      d.subject = name(ORGANISATION, eid(EID), eid(EID));
    }),
    euicc('EID as UTF8String', 'ERR_CERT_SUBJECT_SERIAL_TYPE', (d) => {
      d.subject = name(ORGANISATION, eid(EID, TAG.utf8String));
    }),
    euicc('no EID', 'ERR_CHAIN_EID', (d) => (d.subject = name(ORGANISATION))),
    euicc('EID of 31 digits', 'ERR_CHAIN_EID', (d) => {
      d.subject = name(ORGANISATION, eid(EID.slice(0, 31)));
    }),
    euicc('EID of 33 digits', 'ERR_CHAIN_EID', (d) => {
      d.subject = name(ORGANISATION, eid(`${EID}0`));
    }),
    euicc('letter in the EID', 'ERR_CHAIN_EID', (d) => {
      d.subject = name(ORGANISATION, eid(`${EID.slice(0, 31)}A`));
    }),
  ];
}

function timeFaults(): Fault[] {
  const utc =
    (text: string): Change =>
    (d) =>
      (d.notBefore = utcTime(text));
  const general =
    (text: string): Change =>
    (d) =>
      (d.notAfter = generalizedTime(text));
  const range = 'ERR_CERT_TIME_RANGE';
  const format = 'ERR_CERT_TIME_FORMAT';
  return [
    euicc('month 13', range, utc('201301094858Z')),
    euicc('month 00', range, utc('200001094858Z')),
    euicc('day 32', range, utc('200132094858Z')),
    euicc('day 00', range, utc('200100094858Z')),
    euicc('31 April', range, utc('200431094858Z')),
    euicc('29 February of a common year', range, general('20990229000000Z')),
    euicc('29 February 2100', range, general('21000229000000Z')),
    euicc('hour 24', range, utc('200401244858Z')),
    euicc('minute 60', range, utc('200401096058Z')),
    euicc('second 60', range, general('20990101000060Z')),
    euicc('non-digit in a UTCTime', format, utc('2004010948:8Z')),
    euicc('non-digit in a GeneralizedTime', format, general('2099010100000 Z')),
    euicc('UTCTime without seconds', format, utc('2004010948Z')),
    euicc('UTCTime with an offset', format, utc('200401094858+0000')),
    euicc('UTCTime without Z', format, utc('2004010948580')),
    euicc('GeneralizedTime with a fraction', format, general('20990101000000.5Z')),
    euicc('GeneralizedTime in the length of UTCTime', format, general('990101000000Z')),
    euicc('time as a PrintableString', 'ERR_DER_TAG', (d) => {
      d.notBefore = tlv(TAG.printableString, ascii('200401094858Z'));
    }),
    euicc('notBefore in 1969', 'ERR_CERT_TIME_BEFORE_1970', (d) => {
      d.notBefore = generalizedTime('19691231235959Z');
    }),
    euicc('UTCTime of year 50, 1950', 'ERR_CERT_TIME_BEFORE_1970', utc('500101000000Z')),
  ];
}

function keyFaults(): Fault[] {
  const { point, publicKey } = KEYS.euicc;
  const key = (content: Uint8Array, curve = '1.2.840.10045.3.1.7', type = '1.2.840.10045.2.1') =>
    ((d) => {
      d.publicKey = sequence(sequence(oid(type), oid(curve)), tlv(TAG.bitString, content));
    }) satisfies Change;
  const bits = (...parts: Uint8Array[]) => concatBytes(Uint8Array.of(0), ...parts);
  const coordinates = (x: bigint, y: bigint) =>
    key(bits(Uint8Array.of(4), bigintToBytes(x, 32), bigintToBytes(y, 32)));
  // 5 is the x of two points; 5 + p still fits 256 bits
  const small = { x: 5n, y: 0x459243b9aa581806fe913bce99817ade11ca503c64d9a3c533415c083248fbccn };
  return [
    euicc('key on brainpoolP256r1', 'ERR_CERT_CURVE', key(bits(point), '1.3.36.3.3.2.8.1.1.7')),
    euicc('key on secp256k1', 'ERR_CERT_CURVE', key(bits(point), '1.3.132.0.10')),
    euicc('RSA key', 'ERR_CERT_KEY_ALGORITHM', key(bits(point), undefined, '1.2.840.113549.1.1.1')),
    euicc(
      'compressed point',
      'ERR_CERT_KEY_POINT',
      key(bits(Uint8Array.of(2), point.slice(1, 33))),
    ),
    euicc('hybrid point', 'ERR_CERT_KEY_POINT', key(bits(Uint8Array.of(6), point.slice(1)))),
    euicc('point of 66 bytes', 'ERR_CERT_KEY_POINT', key(bits(point, Uint8Array.of(0)))),
    euicc('point of a bit less', 'ERR_CERT_KEY_POINT', (d) => {
      const even = point.slice();
      even[64]! &= 0xfe;
      key(concatBytes(Uint8Array.of(1), even))(d);
    }),
    euicc('x of the key is p', 'ERR_CERT_KEY_COORDINATE', coordinates(P, publicKey.y)),
    euicc(
      'y of the key is 2^256 - 1',
      'ERR_CERT_KEY_COORDINATE',
      coordinates(publicKey.x, 2n ** 256n - 1n),
    ),
    euicc('x of the key is 5 + p', 'ERR_CERT_KEY_COORDINATE', coordinates(small.x + P, small.y)),
    euicc('key off the curve', 'ERR_CHAIN_KEY', coordinates(publicKey.x, publicKey.y ^ 1n)),
    euicc('key (0, 0)', 'ERR_CHAIN_KEY', coordinates(0n, 0n)),
    faultOf(
      "issuer's key off the curve",
      'ERR_CHAIN_KEY',
      'tbs',
      changed(sgp26Device(), 1, (d) => {
        const { x, y } = KEYS.eum.publicKey;
        coordinates(x, y ^ 1n)(d);
      }),
      { link: 0 },
    ),
  ];
}

function extensionFaults(): Fault[] {
  const unknown = extension('1.3.6.1.4.1.99999.1', Uint8Array.of(5, 0), true);
  const ski = subjectKeyIdentifier(Uint8Array.of(1, 2, 3));
  const value =
    (type: string, bytes: Uint8Array): Change =>
    (d) =>
      setExtension(d, extension(type, bytes, true));
  const role = `${OID.role}.1`;
  const server = (fault: string, code: ErrorCode, change: Change): Fault =>
    faultOf(fault, code, 'tbs', changed(sgp26Server('dpAuth'), 1, change));
  return [
    euicc('no extensions', 'ERR_CERT_EXTENSIONS_ABSENT', (d) => {
      d.wrapExtensions = () => new Uint8Array(0);
    }),
    euicc('empty list of extensions', 'ERR_DER_MISSING', (d) => (d.extensions = [])),
    euicc('unknown critical extension', 'ERR_CERT_EXTENSION_UNKNOWN_CRITICAL', (d) => {
      d.extensions.push(unknown);
    }),
    euicc('two subjectKeyIdentifiers', 'ERR_CERT_EXTENSION_DUPLICATE', (d) =>
      d.extensions.push(ski),
    ),
    euicc('two certificatePolicies', 'ERR_CERT_EXTENSION_DUPLICATE', (d) => {
      d.extensions.push(policies('2.999.7'));
    }),
    euicc('two unknown extensions of one type', 'ERR_CERT_EXTENSION_DUPLICATE', (d) => {
      const harmless = extension('1.3.6.1.4.1.99999.1', Uint8Array.of(5, 0));
      d.extensions.push(harmless, harmless);
    }),
    eum('two nameConstraints', 'ERR_CERT_EXTENSION_DUPLICATE', (d) => {
      d.extensions.push(nameConstraints({ organisation: 'RSP Test EUM', iin: '89' }));
    }),
    euicc('empty subjectKeyIdentifier', 'ERR_CERT_KEY_IDENTIFIER', (d) => {
      setExtension(d, subjectKeyIdentifier(new Uint8Array(0)));
    }),
    euicc('AKI with an issuer, but no serial', 'ERR_CERT_AUTHORITY_ISSUER', (d) => {
      const [key] = children(
        readLoose(extensionValue(getExtension(d, OID.authorityKeyIdentifier))).content,
      );
      const names = tlv(0xa1, tlv(0xa4, d.issuer));
      setExtension(d, extension(OID.authorityKeyIdentifier, sequence(key!, names)));
    }),
    euicc('role policy twice', 'ERR_CERT_POLICY_DUPLICATE', (d) =>
      setExtension(d, policies(role, role)),
    ),
    euicc('empty list of policies', 'ERR_DER_MISSING', (d) => setExtension(d, policies())),
    euicc(
      'keyUsage without a bit',
      'ERR_CERT_KEY_USAGE',
      value(OID.keyUsage, tlv(TAG.bitString, Uint8Array.of(0))),
    ),
    euicc(
      'pathLenConstraint without cA',
      'ERR_CERT_PATH_LEN_WITHOUT_CA',
      value(OID.basicConstraints, sequence(integer(0n))),
    ),
    eum(
      'cA of 01',
      'ERR_DER_BOOLEAN',
      value(OID.basicConstraints, sequence(tlv(TAG.boolean, Uint8Array.of(1)))),
    ),
    eum(
      'cA FALSE, the default, written',
      'ERR_DER_DEFAULT',
      value(OID.basicConstraints, sequence(tlv(TAG.boolean, Uint8Array.of(0)))),
    ),
    eum(
      'negative pathLenConstraint',
      'ERR_CERT_PATH_LEN_NEGATIVE',
      value(
        OID.basicConstraints,
        sequence(tlv(TAG.boolean, Uint8Array.of(0xff)), tlv(TAG.integer, Uint8Array.of(0xff))),
      ),
    ),
    server('two registeredIDs', 'ERR_CERT_REGISTERED_ID_DUPLICATE', (d) => {
      const [one] = children(readLoose(extensionValue(registeredId('2.999.10'))).content);
      const [two] = children(readLoose(extensionValue(registeredId('2.999.11'))).content);
      setExtension(d, extension(OID.subjectAltName, sequence(one!, two!)));
    }),
    server('no subjectAltName', 'ERR_CHAIN_SERVER_OID', (d) =>
      removeExtension(d, OID.subjectAltName),
    ),
    server('subjectAltName without a registeredID', 'ERR_CHAIN_SERVER_OID', (d) => {
      setExtension(d, extension(OID.subjectAltName, sequence(tlv(0x82, ascii('dp.example.com')))));
    }),
  ];
}

function constraintFaults(): Fault[] {
  const v3Eum = (fault: string, code: ErrorCode, change: Change): Fault =>
    faultOf(fault, code, 'tbs', changed(v3Device(), 1, change), { link: 0 });
  const base = subtree({ organisation: 'RSP Test EUM', iin: '89049032' });
  const value =
    (...parts: Uint8Array[]): Change =>
    (d) =>
      setExtension(d, extension(OID.nameConstraints, sequence(...parts), true));
  const permitted = tlv(0xa0, base);
  const withName = (...attributes: Uint8Array[]) =>
    value(tlv(0xa0, sequence(tlv(0xa4, name(...attributes)))));
  const iin = attribute(OID.serialNumber, '89049032', TAG.printableString);
  return [
    eum(
      'excludedSubtrees',
      'ERR_CERT_NAME_CONSTRAINTS_EXCLUDED',
      value(permitted, tlv(0xa1, base)),
    ),
    eum('excludedSubtrees alone', 'ERR_CERT_NAME_CONSTRAINTS_EXCLUDED', value(tlv(0xa1, base))),
    eum('nameConstraints of nothing', 'ERR_CERT_NAME_CONSTRAINTS_ABSENT', value()),
    eum('permittedSubtrees of nothing', 'ERR_CERT_NAME_CONSTRAINTS_ABSENT', value(tlv(0xa0))),
    eum(
      'subtree with a minimum',
      'ERR_CERT_NAME_CONSTRAINTS_DISTANCE',
      value(
        rewrite(permitted, [0], (der) =>
          sequence(readLoose(der).content, tlv(0x80, Uint8Array.of(1))),
        ),
      ),
    ),
    eum(
      'subtree of a DNS name',
      'ERR_CERT_NAME_CONSTRAINTS_BASE',
      value(tlv(0xa0, sequence(tlv(0x82, ascii('example.com'))))),
    ),
    eum(
      'subtree with a common name',
      'ERR_CERT_NAME_CONSTRAINTS_BASE',
      withName(ORGANISATION, iin, attribute(OID.commonName, 'EUM')),
    ),
    eum(
      'subtree with two organisations',
      'ERR_CERT_NAME_CONSTRAINTS_BASE',
      withName(ORGANISATION, attribute(OID.organisation, 'Other EUM')),
    ),
    eum(
      'subtree with two IINs',
      'ERR_CERT_NAME_CONSTRAINTS_BASE',
      withName(ORGANISATION, iin, iin),
    ),
    eum(
      'IIN with a letter',
      'ERR_CERT_NAME_CONSTRAINTS_BASE',
      withName(ORGANISATION, attribute(OID.serialNumber, '8904A', TAG.printableString)),
    ),
    eum(
      'subtree with a multi-valued RDN',
      'ERR_CERT_NAME_MULTIVALUED',
      withName(concatBytes(ORGANISATION, iin)),
    ),
    eum('nameConstraints and permittedEins', 'ERR_CERT_CONSTRAINTS_BOTH', (d) => {
      d.extensions.push(permittedEins('89049032'));
    }),
    v3Eum('permittedEins of nothing', 'ERR_DER_MISSING', (d) => setExtension(d, permittedEins())),
    v3Eum('entry of permittedEins empty', 'ERR_CERT_PERMITTED_EINS', (d) => {
      setExtension(d, permittedEins('89049032', ''));
    }),
    v3Eum('entry of permittedEins with a letter', 'ERR_CERT_PERMITTED_EINS', (d) => {
      setExtension(d, permittedEins('8904903X'));
    }),
  ];
}
