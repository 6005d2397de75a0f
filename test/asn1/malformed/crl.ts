import { listBytes, parseRevocationList } from '../../../src/asn1/index.ts';
import { concatBytes } from '../../../src/bytes.ts';
import {
  ascii,
  children,
  integer,
  nonMinimal,
  oid,
  readLoose,
  rewrite,
  sequence,
  tlv,
  utcTime,
} from '../../support/certificates/der.ts';
import { extension, name } from '../../support/certificates/fields.ts';
import {
  ciList,
  flag,
  issuingDistributionPoint,
  LIST_OID,
  listEntry,
  numberExtension,
  POINTS,
  reasonCode,
  removeListExtension,
  setListExtension,
} from '../../support/crl/index.ts';
import type { ListChange, ListRecipe } from '../../support/crl/index.ts';
import type { Case } from './case.ts';

const AKI = '2.5.29.35';
const NOTHING = new Uint8Array(0);

/** A list of two entries with one change. */
const list =
  (change: ListChange, parts: Partial<ListRecipe> = {}): (() => unknown) =>
  () =>
    parseRevocationList(ciList('B', { serials: [5n, 6n], ...parts }, change));

const entry = (...fields: Uint8Array[]) => list((d) => (d.entries = [sequence(...fields)]));
const entryWith = (...extensions: Uint8Array[]) =>
  list((d) => d.entries.push(listEntry(7n, ...extensions)));
const point = (replacement: Uint8Array) =>
  list((d) => setListExtension(d, replacement, LIST_OID.issuingDistributionPoint));
const idp = (...fields: Uint8Array[]) => point(issuingDistributionPoint(POINTS.B, ...fields));
const rawIdp = (...fields: Uint8Array[]) =>
  point(extension(LIST_OID.issuingDistributionPoint, sequence(...fields), true));
const uri = (text: string) => tlv(0x86, ascii(text));
const number = (value: Uint8Array) =>
  list((d) => setListExtension(d, extension(LIST_OID.cRLNumber, value), LIST_OID.cRLNumber));
const parts = (...extensions: Uint8Array[]) => list((d) => d.extensions.push(...extensions));
const total = (value: bigint) => numberExtension(LIST_OID.totalPartialCrlNumber, value);
const part = (value: bigint) => numberExtension(LIST_OID.partialCrlNumber, value);
const when = utcTime('260101000000Z');
const whole = () => ciList('B', { serials: [5n, 6n] });
const changed = (path: number[], change: (der: Uint8Array) => Uint8Array) => () =>
  parseRevocationList(rewrite(whole(), path, change));
const pem = (label: string, body: string) => () =>
  listBytes(`-----BEGIN ${label}-----\n${body}\n-----END ${label}-----`);

/** Revocation lists, from the outside in. */
export const LISTS: readonly Case[] = [
  // the whole
  ['list: empty', () => parseRevocationList(NOTHING), 'ERR_DER_MISSING'],
  ['list: cut off', () => parseRevocationList(whole().slice(0, -1)), 'ERR_DER_TRUNCATED'],
  [
    'list: cut off inside an entry',
    () => parseRevocationList(whole().slice(0, 150)),
    'ERR_DER_TRUNCATED',
  ],
  [
    'list: a byte after it',
    () => parseRevocationList(concatBytes(whole(), Uint8Array.of(0))),
    'ERR_DER_TRAILING',
  ],
  ['list: PEM of a certificate', pem('CERTIFICATE', 'MAA='), 'ERR_PEM'],
  ['list: PEM that is no base64', pem('X509 CRL', 'M*A='), 'ERR_PEM'],
  ['list: no signature', changed([], (d) => rewriteSignature(d, NOTHING)), 'ERR_DER_MISSING'],
  [
    'list: a second signature',
    changed([], (d) => rewriteSignature(d, tlv(3, Uint8Array.of(0)), tlv(3, Uint8Array.of(0)))),
    'ERR_DER_TRAILING',
  ],
  [
    'list: unused bits in the signature',
    list((d) => (d.wrapSignature = () => tlv(3, Uint8Array.of(1, 0x30, 0)))),
    'ERR_DER_BIT_STRING',
  ],
  [
    'list: r negative',
    list((d) => {
      const value = sequence(tlv(2, Uint8Array.of(0xff)), integer(1n));
      d.wrapSignature = () => tlv(3, Uint8Array.of(0), value);
    }),
    'ERR_CERT_SIGNATURE_VALUE',
  ],
  [
    'list: another algorithm',
    list((d) => (d.innerAlgorithm = sequence(oid('1.2.840.10045.4.3.3')))),
    'ERR_CERT_SIGNATURE_ALGORITHM',
  ],
  [
    'list: another algorithm outside the TBS',
    list((d) => (d.outerAlgorithm = sequence(oid('1.2.840.10045.4.3.3')))),
    'ERR_CRL_SIGNATURE_MISMATCH',
  ],
  // the header
  ['list: v1', list((d) => (d.version = NOTHING)), 'ERR_CRL_VERSION'],
  ['list: v1, encoded', list((d) => (d.version = integer(0n))), 'ERR_CRL_VERSION'],
  ['list: v3', list((d) => (d.version = integer(2n))), 'ERR_CRL_VERSION'],
  ['list: issuer without attributes', list((d) => (d.issuer = name())), 'ERR_CERT_NAME_EMPTY'],
  ['list: no issuer', list((d) => (d.issuer = NOTHING)), 'ERR_DER_TAG'],
  [
    'list: issuer after thisUpdate',
    list((d) => ([d.issuer, d.thisUpdate] = [d.thisUpdate, d.issuer])),
    'ERR_DER_TAG',
  ],
  ['list: issuer of a longer length', changed([0, 2], nonMinimal), 'ERR_DER_LENGTH_MINIMAL'],
  [
    'list: thisUpdate on February 30',
    list((d) => (d.thisUpdate = utcTime('260230000000Z'))),
    'ERR_CERT_TIME_RANGE',
  ],
  [
    'list: nextUpdate without a second',
    list((d) => (d.nextUpdate = utcTime('3601010000Z'))),
    'ERR_CERT_TIME_FORMAT',
  ],
  ['list: no nextUpdate', list((d) => (d.nextUpdate = NOTHING)), 'ERR_CRL_NEXT_UPDATE_MISSING'],
  [
    'list: nextUpdate before thisUpdate',
    list((d) => ([d.thisUpdate, d.nextUpdate] = [d.nextUpdate, d.thisUpdate])),
    'ERR_CRL_TIMES',
  ],
  [
    'list: nextUpdate equal to thisUpdate',
    list((d) => (d.nextUpdate = d.thisUpdate)),
    'ERR_CRL_TIMES',
  ],
  // entries
  ['list: 0 entries', list((d) => (d.wrapEntries = () => sequence())), 'ERR_CRL_ENTRIES_EMPTY'],
  ['list: entry repeated', list((d) => d.entries.push(d.entries[0]!)), 'ERR_CRL_ENTRY_DUPLICATE'],
  [
    'list: serial repeated with other extensions',
    list((d) => d.entries.push(listEntry(5n, reasonCode(1)))),
    'ERR_CRL_ENTRY_DUPLICATE',
  ],
  ['list: entry of a longer length', changed([0, 5, 1], nonMinimal), 'ERR_DER_LENGTH_MINIMAL'],
  ['list: serial of a longer length', changed([0, 5, 1, 0], nonMinimal), 'ERR_DER_LENGTH_MINIMAL'],
  ['list: serial padded with a zero', entry(tlv(2, Uint8Array.of(0, 5)), when), 'ERR_DER_INTEGER'],
  ['list: serial negative', entry(tlv(2, Uint8Array.of(0x85)), when), 'ERR_CERT_SERIAL_NEGATIVE'],
  ['list: serial of 21 bytes', entry(integer(1n << 160n), when), 'ERR_CERT_SERIAL_SIZE'],
  ['list: revocationDate before the serial', entry(when, integer(5n)), 'ERR_DER_TAG'],
  ['list: entry without a date', entry(integer(5n)), 'ERR_DER_MISSING'],
  ['list: entry of no extensions', entry(integer(5n), when, sequence()), 'ERR_DER_MISSING'],
  [
    'list: entry with a fourth field',
    entry(integer(5n), when, sequence(reasonCode(1)), integer(1n)),
    'ERR_DER_TRAILING',
  ],
  ['list: entry that is no SEQUENCE', list((d) => d.entries.push(integer(9n))), 'ERR_DER_TAG'],
  ['list: reason removeFromCRL', entryWith(reasonCode(8)), 'ERR_CRL_ENTRY_REMOVED'],
  ['list: reason 7', entryWith(reasonCode(7)), 'ERR_CRL_ENTRY_REASON'],
  ['list: reason 11', entryWith(reasonCode(11)), 'ERR_CRL_ENTRY_REASON'],
  [
    'list: reason that is an INTEGER',
    entryWith(numberExtension(LIST_OID.reasonCode, 1n)),
    'ERR_DER_TAG',
  ],
  [
    'list: entry of another issuer',
    entryWith(extension(LIST_OID.certificateIssuer, sequence(), true)),
    'ERR_CRL_ENTRY_ISSUER',
  ],
  [
    'list: unknown critical extension of an entry',
    entryWith(numberExtension('1.2.3', 1n, true)),
    'ERR_CRL_EXTENSION_UNKNOWN_CRITICAL',
  ],
  [
    'list: extension of an entry twice',
    entryWith(reasonCode(1), reasonCode(1)),
    'ERR_CRL_EXTENSION_DUPLICATE',
  ],
  // extensions
  [
    'list: no crlExtensions',
    list((d) => (d.wrapExtensions = () => NOTHING)),
    'ERR_CRL_EXTENSIONS_ABSENT',
  ],
  [
    'list: crlExtensions without one',
    list((d) => (d.wrapExtensions = () => tlv(0xa0, sequence()))),
    'ERR_DER_MISSING',
  ],
  [
    'list: crlExtensions before the entries',
    list((d) => {
      const { entries } = d;
      d.wrapEntries = () => NOTHING;
      d.wrapExtensions = (all) => concatBytes(tlv(0xa0, sequence(all)), sequence(...entries));
    }),
    'ERR_DER_TRAILING',
  ],
  [
    'list: unknown critical extension',
    parts(numberExtension('1.2.3', 1n, true)),
    'ERR_CRL_EXTENSION_UNKNOWN_CRITICAL',
  ],
  [
    'list: an unknown extension twice',
    parts(numberExtension('1.2.3', 1n), numberExtension('1.2.3', 1n)),
    'ERR_CRL_EXTENSION_DUPLICATE',
  ],
  [
    'list: cRLNumber twice',
    parts(numberExtension(LIST_OID.cRLNumber, 1n)),
    'ERR_CRL_EXTENSION_DUPLICATE',
  ],
  ['list: delta', parts(numberExtension(LIST_OID.deltaCRLIndicator, 1n, true)), 'ERR_CRL_DELTA'],
  [
    'list: delta that is not critical',
    parts(numberExtension(LIST_OID.deltaCRLIndicator, 1n)),
    'ERR_CRL_DELTA',
  ],
  ['list: no AKI', list((d) => removeListExtension(d, AKI)), 'ERR_CRL_AKI_MISSING'],
  [
    'list: AKI without keyIdentifier',
    list((d) => setListExtension(d, extension(AKI, sequence()), AKI)),
    'ERR_CRL_AKI_MISSING',
  ],
  [
    'list: no cRLNumber',
    list((d) => removeListExtension(d, LIST_OID.cRLNumber)),
    'ERR_CRL_NUMBER_MISSING',
  ],
  ['list: cRLNumber negative', number(tlv(2, Uint8Array.of(0xff))), 'ERR_CRL_NUMBER'],
  ['list: cRLNumber of 21 bytes', number(integer(1n << 160n)), 'ERR_CRL_NUMBER'],
  ['list: cRLNumber padded', number(tlv(2, Uint8Array.of(0, 1))), 'ERR_DER_INTEGER'],
  ['list: cRLNumber and more', number(concatBytes(integer(1n), integer(1n))), 'ERR_DER_TRAILING'],
  // issuingDistributionPoint
  [
    'list: no issuingDistributionPoint',
    list((d) => removeListExtension(d, LIST_OID.issuingDistributionPoint)),
    'ERR_CRL_POINT_MISSING',
  ],
  ['list: issuingDistributionPoint without a point', rawIdp(flag(1)), 'ERR_CRL_POINT_MISSING'],
  ['list: two URIs', rawIdp(tlv(0xa0, tlv(0xa0, uri('a:b'), uri('a:c')))), 'ERR_CRL_POINT'],
  ['list: full name without a name', rawIdp(tlv(0xa0, tlv(0xa0))), 'ERR_CRL_POINT'],
  [
    'list: point by a directoryName',
    rawIdp(tlv(0xa0, tlv(0xa0, tlv(0xa4, sequence())))),
    'ERR_CRL_POINT',
  ],
  ['list: point relative to the issuer', rawIdp(tlv(0xa0, tlv(0xa1, uri('a:b')))), 'ERR_CRL_POINT'],
  ['list: empty URI', rawIdp(tlv(0xa0, tlv(0xa0, uri('')))), 'ERR_CRL_POINT'],
  ['list: URI with a space', rawIdp(tlv(0xa0, tlv(0xa0, uri('a: b')))), 'ERR_CRL_POINT'],
  ['list: URI beyond ASCII', rawIdp(tlv(0xa0, tlv(0xa0, uri('a:\u00e9')))), 'ERR_CRL_POINT'],
  ['list: point and more', rawIdp(tlv(0xa0, tlv(0xa0, uri('a:b')), tlv(0xa0))), 'ERR_DER_TRAILING'],
  ['list: reason-limited', idp(tlv(0x83, Uint8Array.of(6, 0x40))), 'ERR_CRL_REASON_LIMITED'],
  ['list: indirect', idp(flag(4)), 'ERR_CRL_INDIRECT'],
  ['list: attribute certificates', idp(flag(5)), 'ERR_CRL_ATTRIBUTE_CERTS'],
  ['list: for users only and CAs only', idp(flag(1), flag(2)), 'ERR_CRL_SCOPE'],
  ['list: flags out of order', idp(flag(2), flag(1)), 'ERR_DER_TRAILING'],
  ['list: flag FALSE, encoded', idp(tlv(0x81, Uint8Array.of(0))), 'ERR_DER_DEFAULT'],
  ['list: flag 01', idp(tlv(0x81, Uint8Array.of(1))), 'ERR_DER_BOOLEAN'],
  // GSMA lists in parts
  ['list: part of an unknown number', parts(part(1n)), 'ERR_CRL_PARTIAL'],
  ['list: parts without a number', parts(total(2n)), 'ERR_CRL_PARTIAL'],
  ['list: part 0', parts(total(2n), part(0n)), 'ERR_CRL_PARTIAL'],
  ['list: part 3 of 2', parts(total(2n), part(3n)), 'ERR_CRL_PARTIAL'],
  ['list: 2^60 parts', parts(total(1n << 60n), part(1n)), 'ERR_CRL_PARTIAL'],
];

/** The list with other elements after its signatureAlgorithm. */
function rewriteSignature(der: Uint8Array, ...rest: Uint8Array[]): Uint8Array {
  const [tbs, algorithm] = children(readLoose(der).content);
  return sequence(tbs!, algorithm!, ...rest);
}
