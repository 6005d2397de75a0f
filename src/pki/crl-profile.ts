import type { RevocationList } from '../asn1/index.ts';
import { ZkcxError } from '../errors.ts';
import {
  CRL_MAX_ENTRY,
  CRL_MAX_EXTENSIONS,
  CRL_MAX_HEADER,
  CRL_MAX_NUMBER,
  CRL_MAX_POINT,
  MAX_NAME,
} from '../params.ts';
import { limit } from './profile.ts';

/**
 * Refuse a valid list that the circuits have no room for, before any proving. Such a list still
 * fills its entry of the map; only the entry cannot be proven. Any number of entries fits, and serial
 * numbers have a limit of their own, which the parser knows.
 *
 * @throws ZkcxError with an ERR_PROFILE_* code that names the limit
 */
export function checkCrlProfile(list: RevocationList): void {
  const { spans, entries, point, crlNumber, issuer } = list;
  if (list.part !== undefined) {
    throw new ZkcxError('ERR_PROFILE_CRL_PARTIAL', 'the circuits take no lists in parts');
  }
  const header = spans.header.end;
  limit('ERR_PROFILE_CRL_HEADER', 'bytes before revokedCertificates', header, CRL_MAX_HEADER);
  limit('ERR_PROFILE_NAME_LENGTH', 'bytes of the issuer', issuer.der.length, MAX_NAME);
  for (const { span } of entries) {
    limit('ERR_PROFILE_CRL_ENTRY', 'bytes of an entry', span.end - span.start, CRL_MAX_ENTRY);
  }
  const extensions = spans.extensions.end - spans.extensions.start;
  limit('ERR_PROFILE_CRL_EXTENSIONS', 'bytes of crlExtensions', extensions, CRL_MAX_EXTENSIONS);
  limit('ERR_PROFILE_CRL_POINT', 'bytes of the URI', point.length, CRL_MAX_POINT);
  // content of an INTEGER: a bit more than the number, for its sign
  const number = Math.floor(crlNumber.toString(2).length / 8) + 1;
  limit('ERR_PROFILE_CRL_NUMBER', 'bytes of cRLNumber', number, CRL_MAX_NUMBER);
}
