/** TBSCertificates of the SGP.26 eUICC with changes, and what becomes of them. */
import {
  append,
  children,
  generalizedTime,
  integer,
  lieAboutLength,
  nonMinimal,
  oid,
  readLoose,
  rewrite,
  sequence,
  TAG,
  tlv,
  utcTime,
} from '../../support/certificates/der.ts';
import { draftOf, tbsOf } from '../../support/certificates/draft.ts';
import type { Change } from '../../support/certificates/draft.ts';
import { attribute, getExtension, name, OID } from '../../support/certificates/fields.ts';

export interface TbsCase {
  readonly what: string;
  readonly tbs: Uint8Array;
  readonly accepted: boolean;
  /** The strict parser takes it: only the circuit's sizes refuse it. */
  readonly outOfProfile?: boolean;
}

const NULL = Uint8Array.of(0x05, 0x00);

/** Child numbers: 0 version, 1 serial, 2 algorithm, 3 issuer, 4 validity, 5 subject, 6 key, 7 [3]. */
const PLACES: readonly (readonly [string, readonly number[]])[] = [
  ['TBSCertificate', []],
  ['version', [0]],
  ['version number', [0, 0]],
  ['serialNumber', [1]],
  ['signature algorithm', [2]],
  ['OID of the signature algorithm', [2, 0]],
  ['issuer', [3]],
  ['RDN of the issuer', [3, 1]],
  ['attribute of the issuer', [3, 1, 0]],
  ['attribute type of the issuer', [3, 1, 0, 0]],
  ['attribute value of the issuer', [3, 1, 0, 1]],
  ['validity', [4]],
  ['notBefore', [4, 0]],
  ['notAfter', [4, 1]],
  ['subject', [5]],
  ['first RDN', [5, 0]],
  ['last RDN', [5, 3]],
  ['attribute', [5, 1, 0]],
  ['attribute type', [5, 1, 0, 0]],
  ['attribute value', [5, 1, 0, 1]],
  ['subjectPublicKeyInfo', [6]],
  ['key algorithm', [6, 0]],
  ['curve', [6, 0, 1]],
  ['point', [6, 1]],
  ['[3]', [7]],
  ['list of extensions', [7, 0]],
];

export function tbsCases(euicc: Uint8Array): TbsCase[] {
  const changed = (change: Change): Uint8Array => {
    const draft = draftOf(euicc);
    // one extension is enough here and leaves room for long Names
    draft.extensions = [getExtension(draft, OID.subjectKeyIdentifier)];
    change(draft);
    return tbsOf(draft);
  };
  const whole = changed(() => undefined);
  const good = (what: string, change: Change): TbsCase => ({
    what,
    tbs: changed(change),
    accepted: true,
  });
  const bad = (what: string, change: Change, outOfProfile?: boolean): TbsCase => ({
    what,
    tbs: changed(change),
    accepted: false,
    outOfProfile,
  });
  const at = (
    what: string,
    path: readonly number[],
    change: (der: Uint8Array) => Uint8Array,
  ): TbsCase => ({ what, tbs: rewrite(whole, path, change), accepted: false });

  const shortPlaces = PLACES.filter(([, path]) => path.length > 0);
  return [
    { what: 'unchanged', tbs: whole, accepted: true },
    ...PLACES.map(([what, path]) => at(`length of ${what} not minimal`, path, nonMinimal)),
    ...PLACES.map(([what, path]) =>
      at(`other tag for ${what}`, path, (der) => Uint8Array.of(der[0]! ^ 1, ...der.slice(1))),
    ),
    ...shortPlaces.map(([what, path]) =>
      at(`${what} claims a byte more`, path, (der) => lieAboutLength(der, 1)),
    ),
    ...shortPlaces.map(([what, path]) =>
      at(`${what} claims a byte less`, path, (der) => lieAboutLength(der, -1)),
    ),
    ...[[], [0], [3, 1], [3, 1, 0], [4], [5], [5, 1], [5, 1, 0], [6], [6, 0], [7]].map((path) =>
      at(`element appended at ${path.join('.')}`, path, (der) => append(der, NULL)),
    ),
    at('indefinite length of the subject', [5], (der) =>
      Uint8Array.of(TAG.sequence, 0x80, ...readLoose(der).content, 0, 0),
    ),
    ...headCases(good, bad),
    ...nameCases(good, bad),
    ...timeCases(good, bad),
    ...keyCases(bad),
  ];
}

type Good = (what: string, change: Change) => TbsCase;
type Bad = (what: string, change: Change, outOfProfile?: boolean) => TbsCase;

function headCases(good: Good, bad: Bad): TbsCase[] {
  const serial =
    (...bytes: number[]): Change =>
    (draft) =>
      (draft.serialNumber = tlv(TAG.integer, Uint8Array.from(bytes)));
  const twenty = (first: number) => [first, ...Array.from({ length: 19 }, () => 0xff)];
  return [
    good('serial 0', serial(0)),
    good('serial 1', serial(1)),
    good('serial 127', serial(0x7f)),
    good('serial 128, with its leading zero', serial(0, 0x80)),
    good('serial 256', serial(1, 0)),
    good('serial of 20 bytes', serial(...twenty(0x7f))),
    good('serial of 20 bytes with a leading zero', serial(...twenty(0))),
    bad('serial of no bytes', serial()),
    bad('serial -1', serial(0xff)),
    bad('serial -128', serial(0x80)),
    bad('serial 0 padded', serial(0, 0)),
    bad('serial 127 padded', serial(0, 0x7f)),
    bad('serial -1 padded', serial(0xff, 0xff)),
    bad('negative serial of 20 bytes', serial(...twenty(0x80))),
    bad('serial of 21 bytes', serial(0, ...twenty(0x80))),
    bad('v1', (draft) => (draft.version = new Uint8Array(0))),
    bad('v2', (draft) => (draft.version = tlv(0xa0, integer(1n)))),
    bad('v4', (draft) => (draft.version = tlv(0xa0, integer(3n)))),
    bad('ecdsa-with-SHA384', (draft) => {
      draft.innerAlgorithm = sequence(oid('1.2.840.10045.4.3.3'));
    }),
    bad('signature algorithm with parameters', (draft) => {
      draft.innerAlgorithm = sequence(oid('1.2.840.10045.4.3.2'), NULL);
    }),
    bad('issuerUniqueID', (draft) => (draft.uniqueIds = tlv(0x81, Uint8Array.of(0, 1)))),
    bad('subjectUniqueID', (draft) => (draft.uniqueIds = tlv(0x82, Uint8Array.of(0, 1)))),
  ];
}

function nameCases(good: Good, bad: Bad): TbsCase[] {
  const organisation = attribute(OID.organisation, 'RSP Test EUM');
  const common = attribute(OID.commonName, 'Test eUICC');
  const eid = attribute(OID.serialNumber, '89049032123451234512345678901235', TAG.printableString);
  const subject =
    (...attributes: Uint8Array[]): Change =>
    (draft) =>
      (draft.subject = name(...attributes));
  const rdn = (...attributes: Uint8Array[]) => tlv(TAG.set, ...attributes);
  const rdns =
    (...sets: Uint8Array[]): Change =>
    (draft) =>
      (draft.subject = sequence(...sets));
  const six = [organisation, common, common, common, common, eid];
  return [
    good('organisation alone', subject(organisation)),
    good('six RDNs', subject(...six)),
    bad('seven RDNs', subject(...six, common), true),
    good('organisation last', subject(eid, common, organisation)),
    good('organisation of one letter', subject(attribute(OID.organisation, 'X'))),
    good(
      'organisation of 31 letters',
      subject(attribute(OID.organisation, 'Ab'.repeat(16).slice(1))),
    ),
    good('organisation of 62 letters', subject(attribute(OID.organisation, 'Ab'.repeat(31)))),
    good('organisation of 64 letters', subject(attribute(OID.organisation, 'Az'.repeat(32)))),
    bad('organisation of 65 letters', subject(attribute(OID.organisation, 'A'.repeat(65))), true),
    good('organisation as PrintableString', subject(attribute(OID.organisation, 'X', 0x13))),
    bad('organisation as TeletexString', subject(attribute(OID.organisation, 'X', 0x14))),
    bad('organisation as BMPString', subject(attribute(OID.organisation, 'XY', 0x1e))),
    good(
      'other attribute as BMPString',
      subject(organisation, attribute(OID.commonName, 'XY', 0x1e)),
    ),
    good('attribute type of two bytes', subject(organisation, attribute('2.5.4', 'X'))),
    good('attribute type of one byte', subject(organisation, attribute('2.5', 'X'))),
    good('organizationName with another arc', subject(organisation, attribute('2.5.4.10.1', 'X'))),
    bad('no organisation but one with another arc', subject(attribute('2.5.4.10.1', 'X'))),
    good(
      'attribute of 120 bytes',
      subject(organisation, attribute(OID.commonName, 'x'.repeat(118))),
    ),
    bad(
      'RDN of 128 bytes',
      subject(organisation, attribute(OID.commonName, 'x'.repeat(119))),
      true,
    ),
    good('Name of 217 bytes', subject(...nameOf(217))),
    bad('Name of 218 bytes', subject(...nameOf(218)), true),
    bad('no organisation', subject(common, eid)),
    bad('two organisations', subject(organisation, common, organisation)),
    bad('two serialNumbers', subject(organisation, eid, eid)),
    bad('serialNumber as UTF8String', subject(organisation, attribute(OID.serialNumber, '89'))),
    bad('empty subject', subject()),
    bad('empty issuer', (draft) => (draft.issuer = name())),
    bad('multi-valued RDN', rdns(rdn(organisation, common), rdn(eid))),
    bad('multi-valued RDN in the issuer', (draft) => {
      draft.issuer = sequence(rdn(organisation, common));
    }),
    bad('RDN without an attribute', rdns(rdn(organisation), rdn())),
    bad('attribute without a value', rdns(rdn(organisation), rdn(sequence(oid(OID.commonName))))),
    bad(
      'attribute of value and type',
      rdns(rdn(sequence(...children(readLoose(organisation).content).reverse()))),
    ),
    bad(
      'empty attribute type',
      rdns(rdn(organisation), rdn(sequence(tlv(TAG.oid), tlv(TAG.utf8String, Uint8Array.of(65))))),
    ),
    bad('empty value', subject(organisation, attribute(OID.commonName, ''))),
    bad('empty organisation', subject(attribute(OID.organisation, ''))),
    bad(
      'value that is no string',
      subject(organisation, sequence(oid(OID.commonName), integer(1n))),
    ),
    bad(
      'value under a tag of two bytes',
      subject(organisation, sequence(oid(OID.commonName), Uint8Array.of(0x1f, 0x0c, 0x01, 0x41))),
    ),
  ];
}

/** Attributes of a subject Name of exactly so many bytes, header of three included. */
function nameOf(bytes: number): Uint8Array[] {
  const organisation = attribute(OID.organisation, 'X'.repeat(60));
  const rest = bytes - 3 - (60 + 11) - 22;
  return [
    organisation,
    attribute(OID.commonName, 'x'.repeat(60)),
    attribute(OID.commonName, 'x'.repeat(rest - 60)),
  ];
}

function timeCases(good: Good, bad: Bad): TbsCase[] {
  const utc =
    (text: string): Change =>
    (draft) =>
      (draft.notBefore = utcTime(text));
  const general =
    (text: string): Change =>
    (draft) =>
      (draft.notAfter = generalizedTime(text));
  const takenUtc = [
    '700101000000Z',
    '991231235959Z',
    '000229000000Z',
    '491231235959Z',
    '240229120000Z',
  ];
  const refusedUtc = [
    '500101000000Z',
    '691231235959Z',
    '210229000000Z',
    '211301000000Z',
    '210001000000Z',
    '210100000000Z',
    '210132000000Z',
    '210431000000Z',
    '210101240000Z',
    '210101006000Z',
    '210101000060Z',
    '2101010000 0Z',
    '21010100000:Z',
    '2101010000/0Z',
    '21010100000Z',
    '2101010000000Z',
    '210101000000+',
    '210101000000z',
    '2101010000Z',
  ];
  const takenGeneral = [
    '19700101000000Z',
    '20000229000000Z',
    '99991231235959Z',
    '21040229000000Z',
    '24000229000000Z',
    '20500101000000Z',
    '19991231235959Z',
  ];
  const refusedGeneral = [
    '19691231235959Z',
    '00000101000000Z',
    '19000101000000Z',
    '21000229000000Z',
    '99990229000000Z',
    '20210230000000Z',
    '20210631000000Z',
    '2A210101000000Z',
    '202101010000.0Z',
    '20210101000000.5Z',
    '20210101000000+0000',
    '20210101000000',
    '210101000000Z',
  ];
  return [
    ...takenUtc.map((text) => good(`UTCTime ${text}`, utc(text))),
    ...refusedUtc.map((text) => bad(`UTCTime ${text}`, utc(text))),
    ...takenGeneral.map((text) => good(`GeneralizedTime ${text}`, general(text))),
    ...refusedGeneral.map((text) => bad(`GeneralizedTime ${text}`, general(text))),
    bad(
      'GeneralizedTime in UTC form',
      (draft) => (draft.notAfter = tlv(TAG.utcTime, readLoose(draft.notAfter).content)),
    ),
    bad(
      'UTCTime in generalized form',
      (draft) => (draft.notBefore = tlv(TAG.generalizedTime, readLoose(draft.notBefore).content)),
    ),
    bad('one time', (draft) => (draft.notAfter = new Uint8Array(0))),
    bad('three times', (draft) => {
      draft.notAfter = Uint8Array.of(...draft.notBefore, ...draft.notAfter);
    }),
  ];
}

function keyCases(bad: Bad): TbsCase[] {
  const byte =
    (index: number, value: number): Change =>
    (draft) => {
      draft.publicKey = draft.publicKey.slice();
      draft.publicKey[index] = value;
    };
  return [
    bad('another curve', byte(22, 0x06)),
    bad('unused bits of the point', byte(25, 1)),
    bad('compressed point', byte(26, 2)),
    bad('hybrid point', byte(26, 6)),
    bad('another key algorithm', byte(12, 2)),
  ];
}
