import { bytes, checked } from '../arguments.ts';
import { ZkcxError } from '../errors.ts';
import { readEntries } from './crl-entries.ts';
import { readListExtensions } from './crl-extensions.ts';
import type { RevocationList } from './crl-types.ts';
import { readName } from './names.ts';
import { openExtensions, readInnerAlgorithm, readSignature } from './signed.ts';
import { TAG, X509_RULES } from './tags.ts';
import { readTime } from './times.ts';
import { inside, onlyTlv, type TlvReader } from './tlv.ts';
import { readInteger } from './values.ts';

/**
 * Parse one DER CertificateList: RFC 5280 5.1 in the profile of docs/guide/revocation.md. Signature, issuer
 * and freshness are for `checkList` to judge.
 * Throws ERR_DER_*, ERR_CRL_*, and ERR_CERT_* for names, times and numbers that lists have in common
 * with certificates; the input is copied and never changed.
 */
export function parseRevocationList(input: Uint8Array): RevocationList {
  checked(input, bytes, 'parseRevocationList');
  const der = new Uint8Array(input);
  const reader = inside(onlyTlv(der, TAG.sequence, 'CertificateList', X509_RULES));
  const tbs = reader.element(TAG.sequence, 'TBSCertList').der.slice();
  const { algorithm, fields } = readTbs(
    inside(onlyTlv(tbs, TAG.sequence, 'TBSCertList', X509_RULES)),
  );

  const { signature } = readSignature(reader, {
    inner: algorithm,
    mismatch: 'ERR_CRL_SIGNATURE_MISMATCH',
    tbs: 'TBSCertList',
  });
  return { der, tbs, ...fields, signature };
}

function readTbs(tbs: TlvReader) {
  readVersion(tbs);
  const algorithm = readInnerAlgorithm(tbs);
  const issuer = readName(tbs, 'issuer');
  const thisUpdate = readTime(tbs, 'thisUpdate');
  const nextUpdate = readNextUpdate(tbs);
  if (thisUpdate.value >= nextUpdate.value) {
    throw new ZkcxError('ERR_CRL_TIMES', 'nextUpdate is not after thisUpdate');
  }

  const entriesTag = tbs.position;
  const list = tbs.optional(TAG.sequence, 'revokedCertificates');
  const entries = list ? readEntries(inside(list)) : [];
  const extensionsStart = tbs.position;
  const extensions = readListExtensions(
    openExtensions(tbs, {
      tag: 0,
      what: 'crlExtensions',
      absent: new ZkcxError('ERR_CRL_EXTENSIONS_ABSENT', 'The list has no crlExtensions'),
    }),
  );
  return {
    algorithm,
    fields: {
      issuer: issuer.name,
      thisUpdate: thisUpdate.value,
      nextUpdate: nextUpdate.value,
      entries,
      ...extensions,
      spans: {
        issuer: issuer.element.span,
        thisUpdate: thisUpdate.span,
        nextUpdate: nextUpdate.span,
        entries: list ? list.contentSpan : { start: entriesTag, end: entriesTag },
        extensions: { start: extensionsStart, end: tbs.limit },
      },
    },
  };
}

/** RFC 5280 5.1.2.1: v2, encoded as 1; v1 has no version. */
function readVersion(tbs: TlvReader): void {
  if (tbs.peek() !== TAG.integer || readInteger(tbs, 'version').value !== 1n) {
    throw new ZkcxError('ERR_CRL_VERSION', 'The list must be of version v2');
  }
}

/** Optional in X.509, required by RFC 5280 5.1.2.5: without it a list would be fresh for ever. */
function readNextUpdate(tbs: TlvReader) {
  if (tbs.peek() !== TAG.utcTime && tbs.peek() !== TAG.generalizedTime) {
    throw new ZkcxError('ERR_CRL_NEXT_UPDATE_MISSING', 'The list does not say its nextUpdate');
  }
  return readTime(tbs, 'nextUpdate');
}
