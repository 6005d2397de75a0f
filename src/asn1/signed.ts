/** What SIGNED{} (RFC 5280 4.1 and 5.1) has in common for certificates and lists. */
import { bytesEqual } from '../bytes.ts';
import { type ErrorCode, ZkcxError } from '../errors.ts';
import { readEcdsaSignature, readSignatureAlgorithm } from './signature.ts';
import type { EcdsaSignature } from './signature.ts';
import { contextTag, TAG } from './tags.ts';
import { inside, type TlvReader } from './tlv.ts';
import type { Span } from './types.ts';
import { readBitString } from './values.ts';

/** The `signature` field inside a TBS: its bytes, for the comparison with the outer one. */
export function readInnerAlgorithm(tbs: TlvReader): Uint8Array {
  return readSignatureAlgorithm(tbs, 'signature');
}

/**
 * signatureAlgorithm, which has to be `inner` byte by byte, and signatureValue, with which the reader
 * ends. `mismatch` is the code for another algorithm, `tbs` the name of what is signed. The span is
 * that of the ECDSA-Sig-Value.
 */
export function readSignature(
  reader: TlvReader,
  { inner, mismatch, tbs }: { inner: Uint8Array; mismatch: ErrorCode; tbs: string },
): { signature: EcdsaSignature; span: Span } {
  const outer = reader.element(TAG.sequence, 'signatureAlgorithm');
  if (!bytesEqual(outer.der, inner)) {
    throw new ZkcxError(
      mismatch,
      `signatureAlgorithm differs from the signature field of the ${tbs}`,
    );
  }
  const { unused, element } = readBitString(reader, 'signatureValue');
  reader.finish();
  if (unused !== 0) {
    throw new ZkcxError('ERR_DER_BIT_STRING', 'signatureValue is not a whole number of bytes');
  }
  return {
    signature: readEcdsaSignature(inside(element, 1)),
    span: { start: element.contentStart + 1, end: element.end },
  };
}

/** The list of extensions with which a TBS ends, in its explicit tag; `absent` where there is none. */
export function openExtensions(
  tbs: TlvReader,
  { tag, what, absent }: { tag: number; what: string; absent: ZkcxError },
): TlvReader {
  if (tbs.done) throw absent;
  const explicit = tbs.enter(contextTag(tag, true), what);
  tbs.finish();
  const list = explicit.enter(TAG.sequence, what);
  explicit.finish();
  return list;
}
