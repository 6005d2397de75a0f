import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  certificateBytes,
  parseCertificate,
  parseEcdsaSignature,
  subjectOrganisation,
  subjectSerialNumber,
} from '../../src/asn1/index.ts';
import { ZkcxError } from '../../src/errors.ts';
import {
  bits,
  bool,
  bytes,
  certificate,
  ECDSA_SHA256,
  extension,
  fixture,
  hex,
  int,
  octets,
  oid,
  rdn,
  seq,
  set,
  spki,
  tlv,
  withExtension,
} from './der.ts';

const eum = fixture('sgp26/EUM/CERT_EUM_ECDSA_NIST.der');
const pem = fixture('sgp26/CertificateIssuer/CERT_CI_ECDSA_NIST.pem');
const pemText = Buffer.from(pem).toString('latin1');

const ski = extension('2.5.29.14', octets(hex('0102')));
const O = '2.5.4.10';
const SERIAL = '2.5.4.5';
const P = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
const p256 = hex(P.toString(16));
const one = hex('00'.repeat(31) + '01');

const parsed = (input: Uint8Array) => () => parseCertificate(input);
const time = (tag: number, text: string) => parsed(certificate({ notBefore: tlv(tag, text) }));
const signed = (...halves: Uint8Array[]) =>
  parsed(certificate({ signature: bits(seq(...halves)) }));
const keyUsage = (...content: number[]) => parsed(withExtension('2.5.29.15', tlv(3, ...content)));
const basic = (...content: Uint8Array[]) => parsed(withExtension('2.5.29.19', seq(...content)));
const policies = (...content: Uint8Array[]) => parsed(withExtension('2.5.29.32', seq(...content)));
const san = (...names: Uint8Array[]) => parsed(withExtension('2.5.29.17', seq(...names)));
const aki = (...content: Uint8Array[]) => parsed(withExtension('2.5.29.35', seq(...content)));
const eins = (...content: Uint8Array[]) => parsed(withExtension(EINS, seq(...content)));
const EINS = '2.23.146.1.2.2.0';
const constraints = (...content: Uint8Array[]) =>
  parsed(withExtension('2.5.29.30', seq(...content), true));
const subtree = (name: Uint8Array, ...rest: Uint8Array[]) =>
  tlv(0xa0, seq(tlv(0xa4, name), ...rest));
const base = (...rdns: Uint8Array[]) => constraints(subtree(seq(...rdns)));
const subject = (...rdns: Uint8Array[]) =>
  parseCertificate(certificate({ subject: seq(...rdns) })).subject;
const nested = (levels: number): Uint8Array => (levels === 0 ? int(1) : seq(nested(levels - 1)));
const qualified = (qualifier: Uint8Array) =>
  policies(seq(oid('2.23.146.1.2.1.1'), seq(seq(oid('1.3.6.1.5.5.7.2.1'), qualifier))));

const CASES: [title: string, run: () => unknown, code: string][] = [
  // the frame
  ['empty input', parsed(new Uint8Array()), 'ERR_DER_MISSING'],
  ['only a tag', parsed(hex('30')), 'ERR_DER_TRUNCATED'],
  ['a cut length', parsed(hex('3082 02')), 'ERR_DER_TRUNCATED'],
  ['a cut certificate', parsed(eum.subarray(0, -1)), 'ERR_DER_TRUNCATED'],
  ['a byte after the certificate', parsed(bytes(eum, 0)), 'ERR_DER_TRAILING'],
  ['a certificate twice', parsed(bytes(eum, eum)), 'ERR_DER_TRAILING'],
  ['PEM where DER is due', parsed(pem), 'ERR_DER_TAG'],
  ['a SET for the certificate', parsed(bytes(0x31, eum.subarray(1))), 'ERR_DER_TAG'],
  ['indefinite length', parsed(bytes(hex('3080'), eum.subarray(4), 0, 0)), 'ERR_DER_INDEFINITE'],
  [
    'an outer length of 3 bytes with a zero',
    parsed(bytes(hex('308300'), eum.subarray(2))),
    'ERR_DER_LENGTH_MINIMAL',
  ],
  [
    'long form below 128',
    parsed(certificate({ serial: hex('02 81 01 05') })),
    'ERR_DER_LENGTH_MINIMAL',
  ],
  [
    'two length bytes below 256',
    parsed(certificate({ serial: hex('02 82 0001 05') })),
    'ERR_DER_LENGTH_MINIMAL',
  ],
  ['an empty time', time(0x17, ''), 'ERR_CERT_TIME_FORMAT'],
  ['a length of 5 bytes', parsed(hex('3085 0100000000')), 'ERR_DER_LENGTH_SIZE'],
  ['length FF', parsed(hex('30ff 00')), 'ERR_DER_LENGTH_SIZE'],
  ['a tag of two bytes', parsed(hex('3f8101 00')), 'ERR_DER_TAG_LONG'],
  ['a tag of two bytes inside', parsed(seq(hex('bf8101 00'))), 'ERR_DER_TAG_LONG'],
  ['TBS longer than the certificate', parsed(hex('3003 300500')), 'ERR_DER_OVERRUN'],
  ['a header cut by its outer element', parsed(seq(hex('3081'))), 'ERR_DER_OVERRUN'],
  ['a certificate without signature', parsed(seq(tbsOf(certificate()))), 'ERR_DER_MISSING'],
  [
    'an element after the signature',
    parsed(seq(tbsOf(certificate()), ECDSA_SHA256, bits(seq(int(1), int(1))), int(1))),
    'ERR_DER_TRAILING',
  ],

  // version, serial number, algorithms
  ['v1: no version', parsed(certificate({ version: bytes() })), 'ERR_CERT_VERSION'],
  ['v1, encoded', parsed(certificate({ version: tlv(0xa0, int(0)) })), 'ERR_CERT_VERSION'],
  ['v2', parsed(certificate({ version: tlv(0xa0, int(1)) })), 'ERR_CERT_VERSION'],
  ['v4', parsed(certificate({ version: tlv(0xa0, int(3)) })), 'ERR_CERT_VERSION'],
  ['padded version', parsed(certificate({ version: hex('a0040202 0002') })), 'ERR_DER_INTEGER'],
  [
    'something after the version',
    parsed(certificate({ version: tlv(0xa0, int(2), int(2)) })),
    'ERR_DER_TRAILING',
  ],
  ['empty serial', parsed(certificate({ serial: hex('0200') })), 'ERR_DER_INTEGER'],
  ['zero-padded serial', parsed(certificate({ serial: hex('02020012') })), 'ERR_DER_INTEGER'],
  ['FF-padded serial', parsed(certificate({ serial: hex('0202ff80') })), 'ERR_DER_INTEGER'],
  ['negative serial', parsed(certificate({ serial: hex('0201ff') })), 'ERR_CERT_SERIAL_NEGATIVE'],
  [
    'negative serial of 21 bytes',
    parsed(certificate({ serial: tlv(2, 0x80, hex('11'.repeat(20))) })),
    'ERR_CERT_SERIAL_NEGATIVE',
  ],
  [
    'serial of 21 bytes',
    parsed(certificate({ serial: tlv(2, hex('11'.repeat(21))) })),
    'ERR_CERT_SERIAL_SIZE',
  ],
  [
    'serial of 20 bytes and a sign byte',
    parsed(certificate({ serial: tlv(2, 0, hex('88'.repeat(20))) })),
    'ERR_CERT_SERIAL_SIZE',
  ],
  [
    'ecdsa-with-SHA384',
    parsed(certificate({ algorithm: seq(oid('1.2.840.10045.4.3.3')) })),
    'ERR_CERT_SIGNATURE_ALGORITHM',
  ],
  [
    'ecdsa-with-SHA256 with NULL',
    parsed(certificate({ algorithm: seq(oid('1.2.840.10045.4.3.2'), hex('0500')) })),
    'ERR_CERT_SIGNATURE_ALGORITHM',
  ],
  [
    'another algorithm outside the TBS',
    parsed(certificate({ outerAlgorithm: seq(oid('1.2.840.10045.4.3.3')) })),
    'ERR_CERT_SIGNATURE_MISMATCH',
  ],
  [
    'NULL parameters outside the TBS only',
    parsed(certificate({ outerAlgorithm: seq(oid('1.2.840.10045.4.3.2'), hex('0500')) })),
    'ERR_CERT_SIGNATURE_MISMATCH',
  ],

  // the signature value
  ['r negative', signed(hex('0201ff'), int(1)), 'ERR_CERT_SIGNATURE_VALUE'],
  ['s above 256 bits', signed(int(1), int(1n << 256n)), 'ERR_CERT_SIGNATURE_VALUE'],
  ['r padded', signed(hex('02020001'), int(1)), 'ERR_DER_INTEGER'],
  ['s missing', signed(int(1)), 'ERR_DER_MISSING'],
  ['three numbers', signed(int(1), int(1), int(1)), 'ERR_DER_TRAILING'],
  [
    'a byte after the signature',
    parsed(certificate({ signature: bits(seq(int(1), int(1)), 0) })),
    'ERR_DER_TRAILING',
  ],
  [
    'unused bits in the signature',
    parsed(certificate({ signature: tlv(3, 1, seq(int(1), int(2))) })),
    'ERR_DER_BIT_STRING',
  ],
  ['empty signature', parsed(certificate({ signature: hex('0300') })), 'ERR_DER_BIT_STRING'],
  ['a cut Sig-Value', () => parseEcdsaSignature(hex('3006 020101 0201')), 'ERR_DER_TRUNCATED'],
  [
    'Sig-Value with a tail',
    () => parseEcdsaSignature(hex('3006020101020101 00')),
    'ERR_DER_TRAILING',
  ],

  // names
  ['empty issuer', parsed(certificate({ issuer: seq() })), 'ERR_CERT_NAME_EMPTY'],
  ['empty subject', parsed(certificate({ subject: seq() })), 'ERR_CERT_NAME_EMPTY'],
  ['empty RDN', () => subject(set()), 'ERR_DER_MISSING'],
  [
    'multi-valued RDN',
    () => subject(set(seq(oid(O), tlv(0x0c, 'A')), seq(oid('2.5.4.3'), tlv(0x0c, 'B')))),
    'ERR_CERT_NAME_MULTIVALUED',
  ],
  [
    'attribute with a third field',
    () => subject(set(seq(oid(O), tlv(12, 'A'), int(1)))),
    'ERR_DER_TRAILING',
  ],
  ['attribute that is an INTEGER', () => subject(rdn(O, 2, hex('05'))), 'ERR_CERT_NAME_VALUE'],
  ['constructed string', () => subject(rdn(O, 0x2c, tlv(12, 'A'))), 'ERR_CERT_NAME_VALUE'],
  ['empty attribute', () => subject(rdn(O, 0x0c, '')), 'ERR_CERT_NAME_VALUE'],
  ['RDN that is a SEQUENCE', () => subject(seq(seq(oid(O), tlv(12, 'A')))), 'ERR_DER_TAG'],
  [
    'no organisation',
    () => subjectOrganisation(subject(rdn('2.5.4.3', 12, 'A'))),
    'ERR_CERT_ORGANISATION_COUNT',
  ],
  [
    'two organisations',
    () => subjectOrganisation(subject(rdn(O, 12, 'A'), rdn(O, 12, 'A'))),
    'ERR_CERT_ORGANISATION_COUNT',
  ],
  [
    'organisation as TeletexString',
    () => subjectOrganisation(subject(rdn(O, 0x14, 'A'))),
    'ERR_CERT_ORGANISATION_TYPE',
  ],
  [
    'organisation as BMPString',
    () => subjectOrganisation(subject(rdn(O, 0x1e, '\0A'))),
    'ERR_CERT_ORGANISATION_TYPE',
  ],
  [
    'two serialNumber attributes',
    () => subjectSerialNumber(subject(rdn(SERIAL, 0x13, '89'), rdn(SERIAL, 0x13, '89'))),
    'ERR_CERT_SUBJECT_SERIAL_COUNT',
  ],
  [
    'serialNumber as UTF8String',
    () => subjectSerialNumber(subject(rdn(SERIAL, 0x0c, '89'))),
    'ERR_CERT_SUBJECT_SERIAL_TYPE',
  ],

  // times
  ['UTCTime without seconds', time(0x17, '2004010928Z'), 'ERR_CERT_TIME_FORMAT'],
  ['UTCTime with an offset', time(0x17, '200401092837+0100'), 'ERR_CERT_TIME_FORMAT'],
  ['UTCTime without Z', time(0x17, '2004010928370'), 'ERR_CERT_TIME_FORMAT'],
  ['UTCTime with a letter', time(0x17, '2O0401092837Z'), 'ERR_CERT_TIME_FORMAT'],
  ['UTCTime of four year digits', time(0x17, '20200401092837Z'), 'ERR_CERT_TIME_FORMAT'],
  ['GeneralizedTime of two year digits', time(0x18, '200401092837Z'), 'ERR_CERT_TIME_FORMAT'],
  ['fractions of a second', time(0x18, '20200401092837.5Z'), 'ERR_CERT_TIME_FORMAT'],
  ['byte above 127', time(0x17, '20040109283\xb7Z'), 'ERR_CERT_TIME_FORMAT'],
  ['month 13', time(0x17, '201301092837Z'), 'ERR_CERT_TIME_RANGE'],
  ['month 0', time(0x17, '200001092837Z'), 'ERR_CERT_TIME_RANGE'],
  ['day 0', time(0x17, '200400092837Z'), 'ERR_CERT_TIME_RANGE'],
  ['31 April', time(0x17, '200431092837Z'), 'ERR_CERT_TIME_RANGE'],
  ['29 February 2021', time(0x17, '210229092837Z'), 'ERR_CERT_TIME_RANGE'],
  ['29 February 2100', time(0x18, '21000229092837Z'), 'ERR_CERT_TIME_RANGE'],
  ['hour 24', time(0x17, '200401240000Z'), 'ERR_CERT_TIME_RANGE'],
  ['minute 60', time(0x17, '200401096000Z'), 'ERR_CERT_TIME_RANGE'],
  ['second 60', time(0x17, '200401092860Z'), 'ERR_CERT_TIME_RANGE'],
  ['1969 as UTCTime', time(0x17, '691231235959Z'), 'ERR_CERT_TIME_BEFORE_1970'],
  ['1950 as UTCTime', time(0x17, '500101000000Z'), 'ERR_CERT_TIME_BEFORE_1970'],
  ['year 0', time(0x18, '00000101000000Z'), 'ERR_CERT_TIME_BEFORE_1970'],
  ['a time that is an INTEGER', parsed(certificate({ notAfter: int(5) })), 'ERR_DER_TAG'],
  ['no notAfter', parsed(certificate({ notAfter: bytes() })), 'ERR_DER_MISSING'],

  // the subject key
  [
    'RSA key',
    parsed(certificate({ spki: seq(seq(oid('1.2.840.113549.1.1.1'), hex('0500')), bits(1)) })),
    'ERR_CERT_KEY_ALGORITHM',
  ],
  ['P-384', parsed(certificate({ spki: spki(undefined, oid('1.3.132.0.34')) })), 'ERR_CERT_CURVE'],
  ['explicit curve', parsed(certificate({ spki: spki(undefined, seq(int(1))) })), 'ERR_CERT_CURVE'],
  ['no curve', parsed(certificate({ spki: spki(undefined, bytes()) })), 'ERR_CERT_CURVE'],
  ['brainpoolP256r1', parsed(fixture('sgp26/EUM/CERT_EUM_ECDSA_BRP.der')), 'ERR_CERT_CURVE'],
  ['compressed point', parsed(certificate({ spki: spki(bytes(2, one)) })), 'ERR_CERT_KEY_POINT'],
  ['point of 64 bytes', parsed(certificate({ spki: spki(bytes(one, one)) })), 'ERR_CERT_KEY_POINT'],
  ['hybrid point', parsed(certificate({ spki: spki(bytes(6, one, one)) })), 'ERR_CERT_KEY_POINT'],
  [
    'point of 66 bytes',
    parsed(certificate({ spki: spki(bytes(4, one, one, 0)) })),
    'ERR_CERT_KEY_POINT',
  ],
  ['x = p', parsed(certificate({ spki: spki(bytes(4, p256, one)) })), 'ERR_CERT_KEY_COORDINATE'],
  ['y = p', parsed(certificate({ spki: spki(bytes(4, one, p256)) })), 'ERR_CERT_KEY_COORDINATE'],

  // unique ids and the list of extensions
  ['issuerUniqueID', parsed(certificate({ uniqueIds: hex('81020055') })), 'ERR_CERT_UNIQUE_ID'],
  ['subjectUniqueID', parsed(certificate({ uniqueIds: hex('82020055') })), 'ERR_CERT_UNIQUE_ID'],
  ['unknown field in the TBS', parsed(certificate({ uniqueIds: hex('84020055') })), 'ERR_DER_TAG'],
  [
    'no extensions field',
    parsed(seq(certTbs(), ECDSA_SHA256, bits())),
    'ERR_CERT_EXTENSIONS_ABSENT',
  ],
  ['empty list of extensions', parsed(certificate({ extensions: [] })), 'ERR_DER_MISSING'],
  [
    'an extension twice',
    parsed(certificate({ extensions: [ski, ski] })),
    'ERR_CERT_EXTENSION_DUPLICATE',
  ],
  [
    'an unknown extension twice',
    parsed(certificate({ extensions: [extension('1.2.3', int(1)), extension('1.2.3', int(2))] })),
    'ERR_CERT_EXTENSION_DUPLICATE',
  ],
  [
    'unknown critical extension',
    parsed(withExtension('1.2.3', int(1), true)),
    'ERR_CERT_EXTENSION_UNKNOWN_CRITICAL',
  ],
  [
    'critical FALSE encoded',
    parsed(certificate({ extensions: [seq(oid('1.2.3'), bool(false), octets(int(1)))] })),
    'ERR_DER_DEFAULT',
  ],
  [
    'critical 01',
    parsed(certificate({ extensions: [seq(oid('1.2.3'), hex('010101'), octets(int(1)))] })),
    'ERR_DER_BOOLEAN',
  ],
  [
    'critical of two bytes',
    parsed(certificate({ extensions: [seq(oid('1.2.3'), hex('0102ffff'), octets(int(1)))] })),
    'ERR_DER_BOOLEAN',
  ],
  [
    'extension with a fourth field',
    parsed(certificate({ extensions: [seq(oid('1.2.3'), octets(int(1)), int(1))] })),
    'ERR_DER_TRAILING',
  ],
  [
    'extnValue that is a BIT STRING',
    parsed(certificate({ extensions: [seq(oid('1.2.3'), bits(1))] })),
    'ERR_DER_TAG',
  ],
  [
    'extnValue longer than its element',
    parsed(withExtension('2.5.29.14', bytes(octets(hex('01')), 0))),
    'ERR_DER_TRAILING',
  ],
  [
    'extnValue shorter than its element',
    parsed(withExtension('2.5.29.14', hex('040501'))),
    'ERR_DER_OVERRUN',
  ],
  ['empty extnValue', parsed(withExtension('2.5.29.14', bytes())), 'ERR_DER_MISSING'],
  [
    'OID cut inside an arc',
    parsed(certificate({ extensions: [seq(hex('060281 82'), octets())] })),
    'ERR_DER_OID',
  ],
  [
    'OID with a padded arc',
    parsed(certificate({ extensions: [seq(hex('06032a8003'), octets())] })),
    'ERR_DER_OID',
  ],
  ['empty OID', parsed(certificate({ extensions: [seq(hex('0600'), octets())] })), 'ERR_DER_OID'],
  [
    'OID of 128 bytes',
    parsed(certificate({ extensions: [seq(tlv(6, hex('2a'.repeat(128))), octets())] })),
    'ERR_DER_OID',
  ],

  // keyUsage, basicConstraints
  ['keyUsage without bits', keyUsage(0), 'ERR_CERT_KEY_USAGE'],
  ['keyUsage with a trailing zero bit', keyUsage(6, 0x80), 'ERR_CERT_KEY_USAGE'],
  ['keyUsage of a zero byte', keyUsage(0, 0x80, 0x00), 'ERR_CERT_KEY_USAGE'],
  ['keyUsage of 10 bits', keyUsage(6, 0x80, 0x40), 'ERR_CERT_KEY_USAGE'],
  ['keyUsage with unused bits set', keyUsage(7, 0x81), 'ERR_DER_BIT_STRING'],
  ['keyUsage with 8 unused bits', keyUsage(8, 0x80), 'ERR_DER_BIT_STRING'],
  ['keyUsage, unused bits of nothing', keyUsage(3), 'ERR_DER_BIT_STRING'],
  ['cA FALSE encoded', basic(bool(false)), 'ERR_DER_DEFAULT'],
  ['cA 01', basic(hex('010101')), 'ERR_DER_BOOLEAN'],
  ['pathLen without cA', basic(int(0)), 'ERR_CERT_PATH_LEN_WITHOUT_CA'],
  ['pathLen negative', basic(bool(true), hex('0201ff')), 'ERR_CERT_PATH_LEN_NEGATIVE'],
  ['pathLen 127', basic(bool(true), int(127)), 'ERR_PROFILE_PATH_LEN'],
  ['pathLen padded', basic(bool(true), hex('02020001')), 'ERR_DER_INTEGER'],
  ['basicConstraints with a third field', basic(bool(true), int(0), int(0)), 'ERR_DER_TRAILING'],

  // policies, purposes, key identifiers
  ['no policy', policies(), 'ERR_DER_MISSING'],
  ['a policy twice', policies(seq(oid('1.2.3')), seq(oid('1.2.3'))), 'ERR_CERT_POLICY_DUPLICATE'],
  ['no qualifier', policies(seq(oid('1.2.3'), seq())), 'ERR_DER_MISSING'],
  [
    'something after the qualifiers',
    policies(seq(oid('1.2.3'), seq(int(1)), int(1))),
    'ERR_DER_TRAILING',
  ],
  [
    'a qualifier that is none',
    policies(seq(oid('1.2.3'), seq(int(1)))),
    'ERR_CERT_EXTENSION_VALUE',
  ],
  ['nesting of 17 levels', qualified(nested(16)), 'ERR_DER_DEPTH'],
  ['NULL with content', qualified(hex('050100')), 'ERR_DER_NULL'],
  ['primitive SEQUENCE', qualified(hex('1000')), 'ERR_DER_FORM'],
  ['constructed OCTET STRING', qualified(tlv(0x24, octets())), 'ERR_DER_FORM'],
  ['end-of-contents', qualified(hex('0000')), 'ERR_DER_TAG'],
  ['bad INTEGER in a qualifier', qualified(seq(hex('0200'))), 'ERR_DER_INTEGER'],
  ['bad BOOLEAN in a qualifier', qualified(seq(hex('010101'))), 'ERR_DER_BOOLEAN'],
  ['bad OID in a qualifier', qualified(seq(hex('060180'))), 'ERR_DER_OID'],
  ['bad BIT STRING in a qualifier', qualified(seq(hex('030109'))), 'ERR_DER_BIT_STRING'],
  ['no purpose', parsed(withExtension('2.5.29.37', seq())), 'ERR_DER_MISSING'],
  ['empty SKI', parsed(withExtension('2.5.29.14', octets())), 'ERR_CERT_KEY_IDENTIFIER'],
  [
    'SKI of 32 bytes',
    parsed(withExtension('2.5.29.14', octets(one))),
    'ERR_PROFILE_KEY_IDENTIFIER',
  ],
  ['empty AKI', aki(tlv(0x80)), 'ERR_CERT_KEY_IDENTIFIER'],
  ['AKI of 32 bytes', aki(tlv(0x80, one)), 'ERR_PROFILE_KEY_IDENTIFIER'],
  [
    'AKI with a serial and no issuer',
    aki(tlv(0x80, one), tlv(0x82, 1)),
    'ERR_CERT_AUTHORITY_ISSUER',
  ],
  ['AKI in the wrong order', aki(tlv(0x82, 1), tlv(0x80, 1)), 'ERR_DER_TRAILING'],
  ['AKI with a bad serial', aki(tlv(0xa1, tlv(0x82, 'a')), tlv(0x82)), 'ERR_DER_INTEGER'],

  // subjectAltName and distribution points
  ['no general name', san(), 'ERR_DER_MISSING'],
  ['general name [9]', san(hex('890100')), 'ERR_CERT_GENERAL_NAME'],
  ['constructed dNSName', san(tlv(0xa2, tlv(0x16, 'a'))), 'ERR_CERT_GENERAL_NAME'],
  ['two registeredIDs', san(hex('88022a03'), hex('88022a04')), 'ERR_CERT_REGISTERED_ID_DUPLICATE'],
  ['registeredID with a padded arc', san(hex('88032a8003')), 'ERR_DER_OID'],
  ['no distribution point', parsed(withExtension('2.5.29.31', seq())), 'ERR_DER_MISSING'],
  [
    'distribution point that is a string',
    parsed(withExtension('2.5.29.31', seq(tlv(12, 'a')))),
    'ERR_CERT_EXTENSION_VALUE',
  ],

  // nameConstraints and permittedEins
  ['empty nameConstraints', constraints(), 'ERR_CERT_NAME_CONSTRAINTS_ABSENT'],
  ['empty permittedSubtrees', constraints(tlv(0xa0)), 'ERR_CERT_NAME_CONSTRAINTS_ABSENT'],
  [
    'excludedSubtrees',
    constraints(tlv(0xa1, seq(tlv(0xa4, seq(rdn(O, 12, 'A')))))),
    'ERR_CERT_NAME_CONSTRAINTS_EXCLUDED',
  ],
  [
    'permitted and excludedSubtrees',
    constraints(subtree(seq(rdn(O, 12, 'A'))), tlv(0xa1, seq(tlv(0xa4, seq(rdn(O, 12, 'B')))))),
    'ERR_CERT_NAME_CONSTRAINTS_EXCLUDED',
  ],
  [
    'a base that is a dNSName',
    constraints(tlv(0xa0, seq(tlv(0x82, 'a')))),
    'ERR_CERT_NAME_CONSTRAINTS_BASE',
  ],
  ['a base of a country', base(rdn('2.5.4.6', 0x13, 'ES')), 'ERR_CERT_NAME_CONSTRAINTS_BASE'],
  [
    'a base of two organisations',
    base(rdn(O, 12, 'A'), rdn(O, 12, 'A')),
    'ERR_CERT_NAME_CONSTRAINTS_BASE',
  ],
  [
    'a base of two IINs',
    base(rdn(SERIAL, 0x13, '1'), rdn(SERIAL, 0x13, '1')),
    'ERR_CERT_NAME_CONSTRAINTS_BASE',
  ],
  ['an organisation as TeletexString', base(rdn(O, 0x14, 'A')), 'ERR_CERT_NAME_CONSTRAINTS_BASE'],
  ['an IIN with a letter', base(rdn(SERIAL, 0x13, '8904A')), 'ERR_CERT_NAME_CONSTRAINTS_BASE'],
  ['an IIN as UTF8String', base(rdn(SERIAL, 0x0c, '8904')), 'ERR_CERT_NAME_CONSTRAINTS_BASE'],
  ['an empty base', base(), 'ERR_CERT_NAME_EMPTY'],
  [
    'minimum',
    constraints(subtree(seq(rdn(O, 12, 'A')), tlv(0x80, 0))),
    'ERR_CERT_NAME_CONSTRAINTS_DISTANCE',
  ],
  [
    'maximum',
    constraints(subtree(seq(rdn(O, 12, 'A')), tlv(0x81, 1))),
    'ERR_CERT_NAME_CONSTRAINTS_DISTANCE',
  ],
  ['no permittedEins', eins(), 'ERR_DER_MISSING'],
  ['a permitted EIN with a letter', eins(tlv(0x13, '8904F')), 'ERR_CERT_PERMITTED_EINS'],
  ['an empty permitted EIN', eins(tlv(0x13)), 'ERR_CERT_PERMITTED_EINS'],
  ['a permitted EIN as UTF8String', eins(tlv(0x0c, '8904')), 'ERR_DER_TAG'],
  [
    'nameConstraints and permittedEins',
    parsed(
      certificate({
        extensions: [
          extension('2.5.29.30', seq(subtree(seq(rdn(O, 12, 'A')))), true),
          extension(EINS, seq(tlv(0x13, '89'))),
        ],
      }),
    ),
    'ERR_CERT_CONSTRAINTS_BOTH',
  ],

  // PEM
  ['empty text', () => certificateBytes(''), 'ERR_PEM'],
  ['no PEM at all', () => certificateBytes('certificate'), 'ERR_PEM'],
  ['bytes that are neither', () => certificateBytes(hex('ff00')), 'ERR_PEM'],
  ['two blocks', () => certificateBytes(pemText + pemText), 'ERR_PEM'],
  ['text before the block', () => certificateBytes('subject=CI\n' + pemText), 'ERR_PEM'],
  ['text after the block', () => certificateBytes(pemText + 'x'), 'ERR_PEM'],
  [
    'a private key',
    () => certificateBytes(pemText.replaceAll('CERTIFICATE', 'PRIVATE KEY')),
    'ERR_PEM',
  ],
  ['no end line', () => certificateBytes(pemText.slice(0, -30)), 'ERR_PEM'],
  [
    'a character that is no base64',
    () => certificateBytes(pemText.replace('MIIC', 'MI!C')),
    'ERR_PEM',
  ],
  ['base64url', () => certificateBytes(pemText.replace('MIIC', 'MI-_')), 'ERR_PEM'],
  ['a short line', () => certificateBytes(pemText.replace('MIIC', 'MII')), 'ERR_PEM'],
  ['an empty block', () => certificateBytes(pemText.replace(/\n[^-]*\n-/, '\n-')), 'ERR_PEM'],
  ['stray padding bits', () => certificateBytes(pemText.replace(/(.)(=\s)/, '9$2')), 'ERR_PEM'],
];

function tbsOf(input: Uint8Array): Uint8Array {
  return parseCertificate(input).tbs;
}

/** A TBSCertificate that ends after the subject key. */
function certTbs(): Uint8Array {
  const name = seq(rdn('2.5.4.10', 0x0c, 'A'));
  const validity = seq(tlv(0x17, '200401092837Z'), tlv(0x17, '200401092838Z'));
  return seq(tlv(0xa0, int(2)), int(1), ECDSA_SHA256, name, validity, name, spki());
}

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof ZkcxError) return error.code;
    throw error;
  }
  return 'accepted';
}

describe('malformed inputs', () => {
  test.each(CASES)('%s', (_title, run, code) => {
    expect(codeOf(run)).toBe(code);
  });

  test('the unchanged certificate of the table parses', () => {
    expect(codeOf(parsed(certificate()))).toBe('accepted');
  });

  test('every code that src/asn1 throws has its case', () => {
    const folder = join(import.meta.dirname, '../../src/asn1');
    const source = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'));
    const thrown = new Set(source.join('').match(/(?<=')ERR_[A-Z0-9_]+(?=')/g));
    expect(thrown.size).toBeGreaterThan(50);
    expect(new Set(CASES.map(([, , code]) => code))).toEqual(thrown);
  });
});
