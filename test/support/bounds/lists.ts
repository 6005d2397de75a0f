/** Every bound of the circuits for the parts of a revocation list, with a list on each side. */
import {
  CRL_ENTRY_SLOTS,
  CRL_MAX_ENTRY,
  CRL_MAX_NUMBER,
  CRL_MAX_POINT,
  EXTENSION_SLOTS,
  MAX_AUTHORITY_SERIAL,
  MAX_KEY_IDENTIFIER,
  MAX_NAME,
  MAX_OID,
  MAX_RDN,
  MAX_SERIAL,
  NAME_SLOTS,
} from '../../../src/params.ts';
import type { ErrorCode } from '../../../src/errors.ts';
import { ascii, integer, sequence, tlv, utcTime } from '../certificates/der.ts';
import { attribute, extension, name, OID } from '../certificates/fields.ts';
import { longOid, nameOfRdns } from '../certificates/sizes.ts';
import {
  buildList,
  CI_SIGNER,
  issuingDistributionPoint,
  LIST_OID,
  listEntry,
  numberExtension,
  POINTS,
  reasonCode,
  setListExtension,
  sgp26List,
} from '../crl/index.ts';
import type { ListDraft } from '../crl/index.ts';
import type { Bound, Origin } from './row.ts';

type Row = Bound<number, Uint8Array>;

function row(
  title: string,
  from: Origin | readonly Origin[],
  [near, far]: readonly [number, number],
  code: ErrorCode,
  change: (draft: ListDraft, size: number) => void,
): Row {
  return {
    name: title,
    from: typeof from === 'string' ? [from] : from,
    near,
    far,
    code,
    build: (size) => buildList(sgp26List('B', { serials: [1n] }), (draft) => change(draft, size)),
  };
}

const most = (limit: number) => [limit, limit + 1] as const;
const least = (limit: number) => [limit, limit - 1] as const;
const ofBytes = (size: number) => Uint8Array.from({ length: size }, () => 0x5a);

const date = utcTime('251224120000Z');
const note = (type: string, size: number, critical = false) =>
  extension(type, new Uint8Array(size), critical);
const withExtensions = (draft: ListDraft, ...extensions: Uint8Array[]) => {
  draft.entries.push(sequence(integer(7n), date, sequence(...extensions)));
};
const notes = (count: number) => Array.from({ length: count }, (_, i) => note(`2.999.${i}`, 1));

const headerRows = (): Row[] => [
  row('bytes of the issuer', 'MAX_NAME', most(MAX_NAME), 'ERR_PROFILE_NAME_LENGTH', (d, size) => {
    const rest = attribute(OID.commonName, 'c'.repeat(size - 156));
    const [o, u] = ['o', 'u'].map((letter) => letter.repeat(60)) as [string, string];
    d.issuer = name(attribute(OID.organisation, o), attribute(OID.organisationalUnit, u), rest);
  }),
  row(
    'attributes of the issuer',
    'NAME_SLOTS',
    most(NAME_SLOTS),
    'ERR_PROFILE_NAME_ATTRIBUTES',
    (d, count) => {
      d.issuer = nameOfRdns(count);
    },
  ),
  row(
    'bytes of an RDN of the issuer',
    'MAX_RDN',
    most(MAX_RDN),
    'ERR_PROFILE_RDN_LENGTH',
    (d, size) => {
      d.issuer = name(attribute(OID.commonName, 'x'.repeat(size - 9)));
    },
  ),
  row('seconds between the updates', 'tbs.calendar', least(1), 'ERR_CRL_TIMES', (d, size) => {
    d.thisUpdate = utcTime('260101000000Z');
    d.nextUpdate = utcTime(`26010100000${size}Z`);
  }),
  row('entries, at least', 'CRL_STEP_ENTRIES', least(1), 'ERR_CRL_ENTRIES_EMPTY', (d, count) => {
    d.wrapEntries = (entries) => sequence(...entries.slice(0, count));
  }),
];

const entryRows = (): Row[] => [
  row(
    'bytes of a serial number',
    ['MAX_SERIAL', 'tbs.serialLengths'],
    most(MAX_SERIAL),
    'ERR_CERT_SERIAL_SIZE',
    (d, size) => {
      d.entries.push(sequence(tlv(2, ofBytes(size)), date));
    },
  ),
  row(
    'bytes of an entry',
    'CRL_MAX_ENTRY',
    most(CRL_MAX_ENTRY),
    'ERR_PROFILE_CRL_ENTRY',
    (d, size) => {
      // a byte more of content is two bytes more of entry
      const content = size <= CRL_MAX_ENTRY ? size - 2 : CRL_MAX_ENTRY - 1;
      const empty = sequence(integer(7n), date, sequence(note('1.2.3', 0))).length - 2;
      withExtensions(d, note('1.2.3', content - empty));
    },
  ),
  row(
    'extensions of an entry',
    'CRL_ENTRY_SLOTS',
    most(CRL_ENTRY_SLOTS),
    'ERR_PROFILE_CRL_ENTRY',
    (d, count) => {
      withExtensions(d, ...notes(count));
    },
  ),
  row(
    'extensions of an entry, at least',
    'CRL_ENTRY_SLOTS',
    least(1),
    'ERR_DER_MISSING',
    (d, count) => {
      withExtensions(d, ...notes(count));
    },
  ),
  row(
    'bytes of the OID of an extension of an entry',
    'MAX_OID',
    most(MAX_OID),
    'ERR_PROFILE_OID_LENGTH',
    (d, size) => {
      withExtensions(d, note(longOid(size), 1));
    },
  ),
  row(
    'critical extensions of an entry that are known',
    'CRL_ENTRY_SLOTS',
    most(0),
    'ERR_PROFILE_CRL_ENTRY',
    (d, critical) => {
      const value = tlv(0x0a, Uint8Array.of(1));
      withExtensions(d, extension(LIST_OID.reasonCode, value, critical === 1));
    },
  ),
  row(
    'critical extensions of an entry that are not known',
    'CRL_ENTRY_SLOTS',
    most(0),
    'ERR_CRL_EXTENSION_UNKNOWN_CRITICAL',
    (d, critical) => {
      withExtensions(d, note('2.999.1', 1, critical === 1));
    },
  ),
  row(
    'other issuers in entries',
    'CRL_ENTRY_SLOTS',
    most(0),
    'ERR_CRL_ENTRY_ISSUER',
    (d, count) => {
      const type = count > 0 ? LIST_OID.certificateIssuer : LIST_OID.invalidityDate;
      withExtensions(d, extension(type, tlv(0x18, ascii('20251201000000Z'))));
    },
  ),
  ...(
    [
      [10, 11, 'ERR_CRL_ENTRY_REASON'],
      [6, 7, 'ERR_CRL_ENTRY_REASON'],
      [9, 8, 'ERR_CRL_ENTRY_REMOVED'],
    ] as const
  ).map(([near, far, code]) =>
    row(`reason ${far}`, 'crl.reasons', [near, far], code, (d, reason) => {
      d.entries.push(listEntry(7n, reasonCode(reason)));
    }),
  ),
];

const authority = (id: Uint8Array, ...fields: Uint8Array[]) =>
  extension(OID_AUTHORITY, sequence(tlv(0x80, id), ...fields));
const OID_AUTHORITY = '2.5.29.35';

const extensionRows = (): Row[] => [
  row(
    'extensions',
    ['EXTENSION_SLOTS', 'extensions.keys'],
    most(EXTENSION_SLOTS),
    'ERR_PROFILE_EXTENSIONS',
    (d, count) => {
      d.extensions.push(...notes(count - d.extensions.length));
    },
  ),
  row(
    'critical extensions that are not known',
    'extensions.critical',
    most(0),
    'ERR_CRL_EXTENSION_UNKNOWN_CRITICAL',
    (d, critical) => {
      d.extensions.push(note('2.999.1', 1, critical === 1));
    },
  ),
  row(
    'critical distribution points',
    'extensions.critical',
    least(1),
    'ERR_PROFILE_CRL_EXTENSIONS',
    (d, critical) => {
      const point = sequence(tlv(0xa0, tlv(0xa0, tlv(0x86, ascii(POINTS.B)))));
      const { issuingDistributionPoint: type } = LIST_OID;
      setListExtension(d, extension(type, point, critical === 1), type);
    },
  ),
  row('parts', 'extensions.keys', most(0), 'ERR_PROFILE_CRL_PARTIAL', (d, count) => {
    const both = [LIST_OID.totalPartialCrlNumber, LIST_OID.partialCrlNumber];
    d.extensions.push(...both.slice(0, 2 * count).map((type) => numberExtension(type, 1n)));
  }),
  row('delta lists', 'extensions.keys', most(0), 'ERR_CRL_DELTA', (d, count) => {
    const type = count > 0 ? LIST_OID.deltaCRLIndicator : '2.5.29.46';
    d.extensions.push(numberExtension(type, 1n));
  }),
  row(
    'bytes of the OID of an extension',
    ['MAX_OID', 'optional.oid'],
    most(MAX_OID),
    'ERR_PROFILE_OID_LENGTH',
    (d, size) => {
      d.extensions.push(note(longOid(size), 1));
    },
  ),
  row(
    'bytes of the AKI',
    ['MAX_KEY_IDENTIFIER', 'optional.octets'],
    most(MAX_KEY_IDENTIFIER),
    'ERR_PROFILE_KEY_IDENTIFIER',
    (d, size) => {
      setListExtension(d, authority(ofBytes(size)), OID_AUTHORITY);
    },
  ),
  row(
    'bytes of the serial number in the AKI',
    'MAX_AUTHORITY_SERIAL',
    most(MAX_AUTHORITY_SERIAL),
    'ERR_PROFILE_AUTHORITY_SERIAL',
    (d, size) => {
      const issuer = tlv(0xa1, tlv(0x82, ascii('ci')));
      const value = authority(CI_SIGNER.keyIdentifier, issuer, tlv(0x82, ofBytes(size)));
      setListExtension(d, value, OID_AUTHORITY);
    },
  ),
  row('bytes of the URI', 'CRL_MAX_POINT', most(CRL_MAX_POINT), 'ERR_PROFILE_CRL_POINT', setUri),
  row('bytes of the URI, at least', 'CRL_MAX_POINT', least(1), 'ERR_CRL_POINT', setUri),
  row(
    'bytes of cRLNumber',
    ['CRL_MAX_NUMBER', 'crl.numberLengths'],
    most(CRL_MAX_NUMBER),
    'ERR_PROFILE_CRL_NUMBER',
    (d, size) => {
      setListExtension(d, extension(LIST_OID.cRLNumber, tlv(2, ofBytes(size))), LIST_OID.cRLNumber);
    },
  ),
  row('cRLNumber, at least', 'crl.numberLengths', [0, 0xff], 'ERR_CRL_NUMBER', (d, byte) => {
    const number = tlv(2, Uint8Array.of(byte));
    setListExtension(d, extension(LIST_OID.cRLNumber, number), LIST_OID.cRLNumber);
  }),
];

function setUri(draft: ListDraft, size: number): void {
  const point = issuingDistributionPoint('a:'.padEnd(size, 'x').slice(0, size));
  setListExtension(draft, point, LIST_OID.issuingDistributionPoint);
}

export const listBounds = (): Row[] => [...headerRows(), ...entryRows(), ...extensionRows()];
