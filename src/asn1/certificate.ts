import { bytes, checked } from '../arguments.ts';
import { ZkcxError } from '../errors.ts';
import { readExtensions } from './extensions.ts';
import { readName } from './names.ts';
import { readPublicKey } from './public-key.ts';
import { openExtensions, readInnerAlgorithm, readSignature } from './signed.ts';
import { contextTag, TAG, X509_RULES } from './tags.ts';
import { readTime } from './times.ts';
import { inside, onlyTlv, type TlvReader } from './tlv.ts';
import { readInteger, readSerialNumber } from './values.ts';
import type { Certificate } from './types.ts';

/**
 * Parse one DER certificate: RFC 5280 4.1 in the profile of docs/protocol/certificate-profile.md.
 * Throws ERR_DER_*, ERR_CERT_* and ERR_PROFILE_*; the input is copied and never changed.
 */
export function parseCertificate(input: Uint8Array): Certificate {
  checked(input, bytes, 'parseCertificate');
  const der = new Uint8Array(input);
  const reader = inside(onlyTlv(der, TAG.sequence, 'Certificate', X509_RULES));
  const tbs = reader.element(TAG.sequence, 'TBSCertificate');
  const { fields, algorithm, spans } = readTbs(inside(tbs));

  const { signature, span } = readSignature(reader, {
    inner: algorithm,
    mismatch: 'ERR_CERT_SIGNATURE_MISMATCH',
    tbs: 'TBSCertificate',
  });
  return {
    der,
    tbs: tbs.der.slice(),
    ...fields,
    signature,
    spans: { tbs: tbs.span, ...spans, signature: span },
  };
}

function readTbs(tbs: TlvReader) {
  readVersion(tbs);
  const serial = readSerialNumber(tbs, 'serialNumber');
  const algorithm = readInnerAlgorithm(tbs);
  const issuer = readName(tbs, 'issuer');
  const validity = tbs.enter(TAG.sequence, 'validity');
  const notBefore = readTime(validity, 'notBefore');
  const notAfter = readTime(validity, 'notAfter');
  validity.finish();
  const subject = readName(tbs, 'subject');
  const spki = tbs.element(TAG.sequence, 'subjectPublicKeyInfo');
  const publicKey = readPublicKey(inside(spki));
  refuseUniqueIds(tbs);
  const list = openExtensions(tbs, {
    tag: 3,
    what: 'extensions',
    absent: new ZkcxError('ERR_CERT_EXTENSIONS_ABSENT', 'The certificate has no extensions'),
  });
  const extensionsSpan = { start: list.position, end: list.limit };
  const { extensions, values } = readExtensions(list);
  return {
    algorithm,
    fields: {
      serialNumber: serial.value,
      issuer: issuer.name,
      subject: subject.name,
      notBefore: notBefore.value,
      notAfter: notAfter.value,
      publicKey,
      extensions,
      ...values,
    },
    spans: {
      serialNumber: serial.element.contentSpan,
      issuer: issuer.element.span,
      notBefore: notBefore.span,
      notAfter: notAfter.span,
      subject: subject.element.span,
      subjectPublicKeyInfo: spki.span,
      extensions: extensionsSpan,
    },
  };
}

/** RFC 5280 4.1.2.1: v3, encoded as 2; v1 is the default and therefore absent. */
function readVersion(tbs: TlvReader): void {
  const tag = contextTag(0, true);
  if (!tbs.done && tbs.peek() !== tag) {
    throw new ZkcxError('ERR_CERT_VERSION', 'The certificate must be of version v3, this is v1');
  }
  const version = tbs.enter(tag, 'version');
  const { value } = readInteger(version, 'version');
  version.finish();
  if (value !== 2n) {
    throw new ZkcxError('ERR_CERT_VERSION', 'The certificate must be of version v3');
  }
}

/** RFC 5280 4.1.2.8: conforming CAs must not generate them. Refused in both forms of the tag. */
function refuseUniqueIds(tbs: TlvReader): void {
  const tags = [1, 2].flatMap((n) => [contextTag(n, false), contextTag(n, true)]);
  if (tags.some((tag) => tbs.peek() === tag)) {
    throw new ZkcxError('ERR_CERT_UNIQUE_ID', 'issuerUniqueID and subjectUniqueID are refused');
  }
}
