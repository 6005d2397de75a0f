/**
 * Object identifiers: as text, arcs in decimal with dots between them, and as the content bytes of their
 * DER encoding. Both forms stand for the same identifier and there is one of each: either function
 * refuses what the other one never returns.
 */
import { ZkcxError } from '../errors.ts';

/** Content bytes of an OID: short-form lengths only, far above any OID in use. */
const MAX_OID_BYTES = 127;

/**
 * X.660, 7.6: the first arc is 0, 1 or 2; below 0 and 1 the second one is at most 39, because X.690,
 * 8.19.4, encodes the two as one number. At least two arcs, none with a leading zero.
 */
const DOTTED = /^(?:[01]\.[1-3]?\d|2\.(?:0|[1-9]\d*))(?:\.(?:0|[1-9]\d*))*$/;

/** More characters than this never fit into the bytes; arithmetic on longer numbers would be slow. */
const MAX_DOTTED = 4 * MAX_OID_BYTES;

/** Whether a text is an OID of at most 127 content bytes. */
export function isOid(dotted: string): boolean {
  return contentOf(dotted) !== undefined;
}

/** Content bytes of an OID (X.690, 8.19). Throws ERR_DER_OID unless `isOid`. */
export function encodeOid(dotted: string): Uint8Array {
  const content = contentOf(dotted);
  if (content === undefined) {
    throw new ZkcxError('ERR_DER_OID', 'An object identifier must be arcs in decimal with dots');
  }
  return content;
}

/**
 * Content bytes -> dotted form; arcs of any size. Throws ERR_DER_OID for an OID that is empty, cut off or
 * above 127 bytes, or has an arc that is not in its shortest form.
 *
 * @param what names the field in error messages
 */
export function decodeOid(content: Uint8Array, what: string): string {
  if (content.length === 0 || content.length > MAX_OID_BYTES || content.at(-1)! >= 0x80) {
    throw new ZkcxError('ERR_DER_OID', `${what} is empty, cut off or above ${MAX_OID_BYTES} bytes`);
  }
  const arcs: bigint[] = [];
  let arc = 0n;
  let atStart = true;
  for (const byte of content) {
    // X.690 8.19.2: an arc has no leading 80
    if (atStart && byte === 0x80) {
      throw new ZkcxError('ERR_DER_OID', `${what} has an arc that is not minimal`);
    }
    arc = (arc << 7n) | BigInt(byte & 0x7f);
    atStart = byte < 0x80;
    if (atStart) {
      arcs.push(arc);
      arc = 0n;
    }
  }
  const [first, ...rest] = arcs as [bigint, ...bigint[]];
  const root = first < 80n ? first / 40n : 2n;
  return [root, first - 40n * root, ...rest].join('.');
}

function contentOf(dotted: string): Uint8Array | undefined {
  if (dotted.length > MAX_DOTTED || !DOTTED.test(dotted)) return undefined;
  const [first, second, ...rest] = dotted.split('.').map(BigInt) as [bigint, bigint, ...bigint[]];
  const content = [40n * first + second, ...rest].flatMap(base128);
  return content.length > MAX_OID_BYTES ? undefined : Uint8Array.from(content);
}

/** Seven bits a byte, most significant first, as few bytes as possible. */
function base128(arc: bigint): number[] {
  const digits = [Number(arc & 127n)];
  for (let rest = arc >> 7n; rest > 0n; rest >>= 7n) digits.unshift(Number(rest & 127n) | 128);
  return digits;
}

/** Object identifiers of the profile. */
export const OID = {
  // RFC 5480, RFC 5758
  ecPublicKey: '1.2.840.10045.2.1',
  prime256v1: '1.2.840.10045.3.1.7',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  // X.520 attribute types
  commonName: '2.5.4.3',
  serialNumber: '2.5.4.5',
  countryName: '2.5.4.6',
  organizationName: '2.5.4.10',
  organizationalUnitName: '2.5.4.11',
  // RFC 5280 4.2.1
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  cRLDistributionPoints: '2.5.29.31',
  certificatePolicies: '2.5.29.32',
  authorityKeyIdentifier: '2.5.29.35',
  extKeyUsage: '2.5.29.37',
  // RFC 5280 5.2 and 5.3
  cRLNumber: '2.5.29.20',
  reasonCode: '2.5.29.21',
  invalidityDate: '2.5.29.24',
  deltaCRLIndicator: '2.5.29.27',
  issuingDistributionPoint: '2.5.29.28',
  certificateIssuer: '2.5.29.29',
  // SGP.22: id-rspExt 1 to 3
  expirationDate: '2.23.146.1.2.0.1',
  totalPartialCrlNumber: '2.23.146.1.2.0.2',
  partialCrlNumber: '2.23.146.1.2.0.3',
  // SGP.22 v3: id-rsp 2.2.0
  permittedEins: '2.23.146.1.2.2.0',
} as const;
