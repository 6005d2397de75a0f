import { checked } from '../arguments.ts';
import * as argument from './arguments.ts';
import { OID } from '../asn1/index.ts';
import type { RevocationList, RevokedEntry } from '../asn1/index.ts';
import { ZkcxError } from '../errors.ts';
import {
  CRL_MAX_ENTRY,
  CRL_MAX_EXTENSIONS,
  CRL_MAX_HEADER,
  CRL_MAX_NUMBER,
  CRL_MAX_POINT,
} from '../params.ts';
import { checkName, limit } from './profile.ts';

/** What the circuits read in a list, and in an entry; they know no other extension. */
const LIST_EXTENSIONS: ReadonlySet<string> = new Set([
  OID.authorityKeyIdentifier,
  OID.cRLNumber,
  OID.issuingDistributionPoint,
]);
const ENTRY_EXTENSIONS: ReadonlySet<string> = new Set([OID.reasonCode, OID.expirationDate]);

/**
 * Refuse a valid list that the circuits have no room for, before any proving. Such a list still
 * fills its entry of the map; only the entry cannot be proven. Any number of entries fits, and serial
 * numbers have a limit of their own, which the parser knows.
 *
 * @throws ZkcxError with an ERR_PROFILE_* code that names the limit
 */
export function checkCrlProfile(list: RevocationList): void {
  checked(list, argument.list, 'checkCrlProfile');
  const { spans, entries, point, crlNumber } = list;
  if (list.part !== undefined) {
    throw new ZkcxError('ERR_PROFILE_CRL_PARTIAL', 'the circuits take no lists in parts');
  }
  const header = spans.header.end;
  limit('ERR_PROFILE_CRL_HEADER', 'bytes before revokedCertificates', header, CRL_MAX_HEADER);
  checkName('issuer', list.issuer);
  entries.forEach(checkEntry);
  checkExtensions(list);
  limit('ERR_PROFILE_CRL_POINT', 'bytes of the URI', point.length, CRL_MAX_POINT);
  // content of an INTEGER: a bit more than the number, for its sign
  const number = Math.floor(crlNumber.toString(2).length / 8) + 1;
  limit('ERR_PROFILE_CRL_NUMBER', 'bytes of cRLNumber', number, CRL_MAX_NUMBER);
}

function checkEntry({ span, extensions }: RevokedEntry): void {
  limit('ERR_PROFILE_CRL_ENTRY', 'bytes of an entry', span.end - span.start, CRL_MAX_ENTRY);
  if (extensions.some(({ oid, critical }) => critical || !ENTRY_EXTENSIONS.has(oid))) {
    throw new ZkcxError(
      'ERR_PROFILE_CRL_ENTRY',
      'the circuits take entries with reasonCode and expiration date only, neither critical',
    );
  }
}

function checkExtensions({ spans, extensions }: RevocationList): void {
  const bytes = spans.extensions.end - spans.extensions.start;
  limit('ERR_PROFILE_CRL_EXTENSIONS', 'bytes of crlExtensions', bytes, CRL_MAX_EXTENSIONS);
  const other = extensions.find(({ oid }) => !LIST_EXTENSIONS.has(oid));
  if (other !== undefined) {
    throw new ZkcxError(
      'ERR_PROFILE_CRL_EXTENSIONS',
      'the circuits take lists with authorityKeyIdentifier, cRLNumber and issuingDistributionPoint only',
      { reason: other.oid },
    );
  }
  const point = extensions.find(({ oid }) => oid === OID.issuingDistributionPoint);
  if (point?.critical !== true) {
    throw new ZkcxError(
      'ERR_PROFILE_CRL_EXTENSIONS',
      'the circuits take lists with a critical issuingDistributionPoint only',
    );
  }
}
