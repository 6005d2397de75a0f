import { ZkcxError } from '../errors.ts';
import { readExtensionList } from './crl-extensions.ts';
import type { RevokedEntry } from './crl-types.ts';
import { OID } from './oid.ts';
import { TAG } from './tags.ts';
import { readTime } from './times.ts';
import { inside, type TlvReader } from './tlv.ts';
import { decodeInteger, readSerialNumber } from './values.ts';

/** CRLReason (RFC 5280 5.3.1); 7 is not assigned. */
const REMOVE_FROM_CRL = 8n;
const REASONS: ReadonlySet<bigint> = new Set([0n, 1n, 2n, 3n, 4n, 5n, 6n, 8n, 9n, 10n]);

type EntryValues = Pick<RevokedEntry, 'reason' | 'expirationDate' | 'invalidityDate'>;

const READERS: Readonly<Record<string, (value: TlvReader) => EntryValues>> = {
  [OID.reasonCode]: (value) => ({ reason: readReason(value) }),
  [OID.expirationDate]: (value) => ({ expirationDate: readTime(value, 'ExpirationDate').value }),
  [OID.invalidityDate]: (value) => ({ invalidityDate: readTime(value, 'InvalidityDate').value }),
  [OID.certificateIssuer]: () => {
    throw new ZkcxError(
      'ERR_CRL_ENTRY_ISSUER',
      'An entry names another certificate issuer: indirect lists are not supported',
    );
  },
};

/**
 * Content of revokedCertificates (RFC 5280 5.1.2.6): at least one entry (the field of a list without
 * entries is absent), each serial number once, in any order.
 */
export function readEntries(list: TlvReader): readonly RevokedEntry[] {
  if (list.done) {
    throw new ZkcxError(
      'ERR_CRL_ENTRIES_EMPTY',
      'revokedCertificates is empty: a list without entries has no such field',
    );
  }
  const entries: RevokedEntry[] = [];
  const seen = new Set<bigint>();
  while (!list.done) {
    const entry = readEntry(list);
    if (seen.has(entry.serialNumber)) {
      throw new ZkcxError('ERR_CRL_ENTRY_DUPLICATE', 'The list has a serial number twice');
    }
    seen.add(entry.serialNumber);
    entries.push(entry);
  }
  return entries;
}

function readEntry(list: TlvReader): RevokedEntry {
  const element = list.element(TAG.sequence, 'Entry of revokedCertificates');
  const fields = inside(element);
  const serial = readSerialNumber(fields, 'userCertificate');
  const revocationDate = readTime(fields, 'revocationDate');
  const { extensions, values } = fields.done
    ? { extensions: [], values: {} }
    : readExtensionList(fields.enter(TAG.sequence, 'crlEntryExtensions'), READERS);
  fields.finish();
  return {
    serialNumber: serial.value,
    revocationDate: revocationDate.value,
    ...values,
    extensions,
    span: element.span,
  };
}

/** reasonCode. removeFromCRL belongs to delta lists, where an entry means the contrary. */
function readReason(value: TlvReader): number {
  const element = value.element(TAG.enumerated, 'reasonCode');
  const reason = decodeInteger(element.content, 'reasonCode');
  if (reason === REMOVE_FROM_CRL) {
    throw new ZkcxError(
      'ERR_CRL_ENTRY_REMOVED',
      'An entry has the reason removeFromCRL, which only delta lists may have',
    );
  }
  if (!REASONS.has(reason)) {
    throw new ZkcxError('ERR_CRL_ENTRY_REASON', 'reasonCode is not one of RFC 5280');
  }
  return Number(reason);
}
