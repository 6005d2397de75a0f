import { ZkcxError } from '../errors.ts';
import { onlyElement, TAG } from './cursor.ts';
import type { DerCursor } from './cursor.ts';
import { OID } from './oid.ts';
import { readInteger, readOid } from './values.ts';

/** Both numbers as found, 0 <= r, s < 2^256; the range 1 to n - 1 is ECDSA's to check. */
export interface EcdsaSignature {
  readonly r: bigint;
  readonly s: bigint;
}

/** DER of an ECDSA-Sig-Value (RFC 3279 2.2.3): SEQUENCE { r INTEGER, s INTEGER }. */
export function parseEcdsaSignature(input: Uint8Array): EcdsaSignature {
  return readPair(onlyElement(input, TAG.sequence, 'ECDSA-Sig-Value').cursor);
}

/** The same as the only content of an open BIT STRING. */
export function readEcdsaSignature(cursor: DerCursor): EcdsaSignature {
  const signature = readPair(cursor.enter(TAG.sequence, 'ECDSA-Sig-Value'));
  cursor.finish('ECDSA-Sig-Value');
  return signature;
}

function readPair(cursor: DerCursor): EcdsaSignature {
  const signature = { r: readHalf(cursor, 'r'), s: readHalf(cursor, 's') };
  cursor.finish('s');
  return signature;
}

function readHalf(cursor: DerCursor, what: string): bigint {
  const { value } = readInteger(cursor, what);
  if (value < 0n || value >> 256n !== 0n) {
    throw new ZkcxError(
      'ERR_CERT_SIGNATURE_VALUE',
      `${what} of the signature must not be negative nor above 256 bits`,
    );
  }
  return value;
}

/** AlgorithmIdentifier that is ecdsa-with-SHA256 without parameters (RFC 5758 3.2). */
export function readSignatureAlgorithm(cursor: DerCursor, what: string): void {
  const algorithm = cursor.enter(TAG.sequence, what);
  const oid = readOid(algorithm, what);
  if (oid !== OID.ecdsaWithSha256 || !algorithm.done) {
    throw new ZkcxError(
      'ERR_CERT_SIGNATURE_ALGORITHM',
      `${what} must be ecdsa-with-SHA256 without parameters`,
      { reason: oid },
    );
  }
}
