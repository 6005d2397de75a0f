/** What SIGNED{} (RFC 5280 4.1 and 5.1) has in common for certificates and lists. */
import { bytesEqual } from '../bytes.ts';
import { type ErrorCode, ZkcxError } from '../errors.ts';
import { contextTag, TAG } from './cursor.ts';
import type { DerCursor, DerElement } from './cursor.ts';
import { readEcdsaSignature, readSignatureAlgorithm } from './signature.ts';
import type { EcdsaSignature } from './signature.ts';
import type { Span } from './types.ts';
import { readBitString } from './values.ts';

/** The `signature` field inside a TBS, with its bytes for the comparison with the outer one. */
export function readInnerAlgorithm(tbs: DerCursor): Uint8Array {
  const start = tbs.position;
  readSignatureAlgorithm(tbs, 'signature');
  return tbs.bytes.subarray(start, tbs.position);
}

/**
 * signatureAlgorithm, which has to be `inner` byte by byte, and signatureValue, with which the cursor
 * ends. `mismatch` is the code for another algorithm, `tbs` the name of what is signed. The span is
 * that of the ECDSA-Sig-Value.
 */
export function readSignature(
  cursor: DerCursor,
  { inner, mismatch, tbs }: { inner: Uint8Array; mismatch: ErrorCode; tbs: string },
): { signature: EcdsaSignature; span: Span } {
  const outer = cursor.element(TAG.sequence, 'signatureAlgorithm');
  if (!bytesEqual(whole(cursor, outer), inner)) {
    throw new ZkcxError(
      mismatch,
      `signatureAlgorithm differs from the signature field of the ${tbs}`,
    );
  }
  const { unused, element } = readBitString(cursor, 'signatureValue');
  cursor.finish('signatureValue');
  if (unused !== 0) {
    throw new ZkcxError('ERR_DER_BIT_STRING', 'signatureValue is not a whole number of bytes');
  }
  return {
    signature: readEcdsaSignature(cursor.inside(element, 1)),
    span: { start: element.content + 1, end: element.end },
  };
}

/** The list of extensions with which a TBS ends, in its explicit tag; `absent` where there is none. */
export function openExtensions(
  tbs: DerCursor,
  { tag, what, absent }: { tag: number; what: string; absent: ZkcxError },
): DerCursor {
  if (tbs.done) throw absent;
  const explicit = tbs.enter(contextTag(tag, true), what);
  tbs.finish(what);
  const list = explicit.enter(TAG.sequence, what);
  explicit.finish(what);
  return list;
}

/** The bytes of an element, header included. */
export function whole(cursor: DerCursor, element: DerElement): Uint8Array {
  return cursor.bytes.subarray(element.start, element.end);
}
