import { checked } from '../arguments.ts';
import * as argument from './arguments.ts';
import { OID, TAG, TlvReader } from '../asn1/index.ts';
import type { RevocationList, RevokedEntry } from '../asn1/index.ts';
import { ZkcxError } from '../errors.ts';
import {
  CRL_BLOCKS,
  CRL_ENTRY_SLOTS,
  CRL_LENGTH_BITS,
  CRL_MAX_ENTRY,
  CRL_MAX_NUMBER,
  CRL_MAX_POINT,
  CRL_TAIL_BYTES,
} from '../params.ts';
import { checkExtensionList, checkName, checkOid, limit } from './profile.ts';

const BLOCK_BYTES = 64;
/** What SHA-256 adds to a message at least (FIPS 180-4, 5.1.1). */
const PADDING_BYTES = 9;

/**
 * Refuse a valid list that the circuits have no room for, before any proving. Such a list still
 * fills its entry of the map; only the entry cannot be proven. Any number of entries fits, and serial
 * numbers have a limit of their own, which the parser knows.
 *
 * @throws ZkcxError with an ERR_PROFILE_* code that names the limit
 */
export function checkCrlProfile(list: RevocationList): void {
  checked(list, argument.list, 'checkCrlProfile');
  const { entries, extensions, point, crlNumber } = list;
  if (list.part !== undefined) {
    throw new ZkcxError('ERR_PROFILE_CRL_PARTIAL', 'the circuits take no lists in parts');
  }
  checkLength(list);
  checkName('issuer', list.issuer);
  entries.forEach(checkEntry);
  checkExtensionList(extensions);
  const pointExtension = extensions.find(({ oid }) => oid === OID.issuingDistributionPoint);
  if (pointExtension?.critical !== true) {
    throw new ZkcxError(
      'ERR_PROFILE_CRL_EXTENSIONS',
      'the circuits take lists with a critical issuingDistributionPoint only',
    );
  }
  limit('ERR_PROFILE_CRL_POINT', 'bytes of the URI', point.length, CRL_MAX_POINT);
  // content of an INTEGER: a bit more than the number, for its sign
  const number = Math.floor(crlNumber.toString(2).length / 8) + 1;
  limit('ERR_PROFILE_CRL_NUMBER', 'bytes of cRLNumber', number, CRL_MAX_NUMBER);
}

/**
 * A list is hashed in whole blocks as far as it is read, and the last proof hashes the rest. So all up to
 * the extensions must lie in whole blocks, with a tail before, and the rest must not be too long.
 */
function checkLength({ tbs, spans }: RevocationList): void {
  const content = new TlvReader(tbs, 'TBSCertList').element(TAG.sequence, 'TBSCertList').content;
  const most = 2 ** CRL_LENGTH_BITS - 1;
  limit('ERR_PROFILE_CRL_LENGTH', 'bytes of the TBSCertList', content.length, most);

  const { start } = spans.extensions;
  const whole = Math.floor(tbs.length / BLOCK_BYTES);
  const inTail = Math.floor((start + CRL_TAIL_BYTES) / BLOCK_BYTES);
  const hashed = BLOCK_BYTES * Math.min(whole, inTail);
  if (hashed < Math.max(CRL_TAIL_BYTES, start)) {
    throw new ZkcxError('ERR_PROFILE_CRL_LENGTH', 'the circuits take no list that is so short');
  }
  const room = BLOCK_BYTES * CRL_BLOCKS.finish - PADDING_BYTES + hashed - start;
  const rest = tbs.length - start;
  limit('ERR_PROFILE_CRL_EXTENSIONS', 'bytes of crlExtensions', rest, room);
}

function checkEntry({ span, extensions }: RevokedEntry): void {
  limit('ERR_PROFILE_CRL_ENTRY', 'bytes of an entry', span.end - span.start, CRL_MAX_ENTRY);
  const what = 'extensions of an entry';
  limit('ERR_PROFILE_CRL_ENTRY', what, extensions.length, CRL_ENTRY_SLOTS);
  for (const { oid } of extensions) checkOid(oid);
  if (extensions.some(({ critical }) => critical)) {
    throw new ZkcxError(
      'ERR_PROFILE_CRL_ENTRY',
      'the circuits take no critical extensions of entries',
    );
  }
}
