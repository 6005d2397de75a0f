import { ZkcxError } from '../errors.ts';
import { OID } from './oid.ts';
import { TAG, X509_RULES } from './tags.ts';
import { inside, onlyTlv, type TlvReader } from './tlv.ts';
import { readInteger, readOid } from './values.ts';

/** Both numbers as found, 0 <= r, s < 2^256; the range 1 to n - 1 is ECDSA's to check. */
export interface EcdsaSignature {
  readonly r: bigint;
  readonly s: bigint;
}

/** DER of an ECDSA-Sig-Value (RFC 3279 2.2.3): SEQUENCE { r INTEGER, s INTEGER }. */
export function parseEcdsaSignature(input: Uint8Array): EcdsaSignature {
  return readPair(inside(onlyTlv(input, TAG.sequence, 'ECDSA-Sig-Value', X509_RULES)));
}

/** The same as the only content of an open BIT STRING. */
export function readEcdsaSignature(reader: TlvReader): EcdsaSignature {
  const signature = readPair(reader.enter(TAG.sequence, 'ECDSA-Sig-Value'));
  reader.finish();
  return signature;
}

function readPair(reader: TlvReader): EcdsaSignature {
  const signature = { r: readHalf(reader, 'r'), s: readHalf(reader, 's') };
  reader.finish();
  return signature;
}

function readHalf(reader: TlvReader, what: string): bigint {
  const { value } = readInteger(reader, what);
  if (value < 0n || value >> 256n !== 0n) {
    throw new ZkcxError(
      'ERR_CERT_SIGNATURE_VALUE',
      `${what} of the signature must not be negative nor above 256 bits`,
    );
  }
  return value;
}

/** AlgorithmIdentifier that is ecdsa-with-SHA256 without parameters (RFC 5758 3.2). Its bytes. */
export function readSignatureAlgorithm(reader: TlvReader, what: string): Uint8Array {
  const element = reader.element(TAG.sequence, what);
  const algorithm = inside(element);
  const oid = readOid(algorithm, what);
  if (oid !== OID.ecdsaWithSha256 || !algorithm.done) {
    throw new ZkcxError(
      'ERR_CERT_SIGNATURE_ALGORITHM',
      `${what} must be ecdsa-with-SHA256 without parameters`,
      { reason: oid },
    );
  }
  return element.der;
}
