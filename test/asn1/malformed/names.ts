import {
  parseCertificate,
  subjectOrganisation,
  subjectSerialNumber,
} from '../../../src/asn1/index.ts';
import { bytes, certificate, hex, int, oid, rdn, seq, set, tlv } from '../der.ts';
import { parsed } from './case.ts';
import type { Case } from './case.ts';

const O = '2.5.4.10';
const SERIAL = '2.5.4.5';
const time = (tag: number, text: string) => parsed(certificate({ notBefore: tlv(tag, text) }));
const subject = (...rdns: Uint8Array[]) =>
  parseCertificate(certificate({ subject: seq(...rdns) })).subject;

/** Names and times. */
export const NAMES_AND_TIMES: readonly Case[] = [
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
];
