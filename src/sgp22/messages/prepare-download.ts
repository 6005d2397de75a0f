/** ES10b.PrepareDownload BF21 (SGP.22 5.7.5): the server's second signature and the eUICC's. */
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes } from '../../bytes.ts';
import { hexToBytes, readTransactionId } from './identifiers.ts';
import { encodeSignature, readSignature } from './signature.ts';
import { encodeTlv, inside, onlyTlv } from '../../asn1/tlv.ts';
import type { Received, Tlv } from '../../asn1/tlv.ts';
import {
  badValue,
  encodeBoolean,
  encodeInteger,
  encodeOptional,
  readBoolean,
  readInteger,
  readOctets,
} from './values.ts';

/** SmdpSigned2, covered by smdpSignature2. */
export interface SmdpSigned2 {
  readonly transactionId: Uint8Array;
  readonly ccRequiredFlag: boolean;
  /** One-time key that an earlier package of this order was bound to: 65 bytes. */
  readonly bppEuiccOtpk?: Uint8Array;
}

export function encodeSmdpSigned2(signed: SmdpSigned2): Uint8Array {
  return encodeTlv(
    0x30,
    encodeTlv(0x80, signed.transactionId),
    encodeBoolean(0x01, signed.ccRequiredFlag),
    encodeOptional(signed.bppEuiccOtpk, (key) => encodeTlv(0x5f49, key)),
  );
}

export function decodeSmdpSigned2(bytes: Uint8Array): Received<SmdpSigned2> {
  const element = onlyTlv(bytes, 0x30, 'smdpSigned2');
  const reader = inside(element);
  const transactionId = readTransactionId(reader.element(0x80, 'transactionId'));
  const ccRequiredFlag = readBoolean(reader.element(0x01, 'ccRequiredFlag'));
  const bppEuiccOtpk = reader.optional(0x5f49, 'bppEuiccOtpk');
  reader.end();
  return {
    transactionId,
    ccRequiredFlag,
    bppEuiccOtpk: bppEuiccOtpk && readPoint(bppEuiccOtpk),
    der: element.der,
  };
}

/** An uncompressed point: 04, x, y. Whether it is on the curve shows when it is used. */
export function readPoint(element: Tlv): Uint8Array {
  const point = readOctets(element, 65);
  if (point[0] !== 0x04) throw badValue(element.what, 'is not an uncompressed point');
  return point;
}

/** Signed parts and certificates are whole elements, signatures r and s of 64 bytes. */
export interface PrepareDownloadRequest {
  readonly smdpSigned2: Uint8Array;
  readonly smdpSignature2: Uint8Array;
  /** See `hashConfirmationCode`: 32 bytes. */
  readonly hashCc?: Uint8Array;
  /** CERT.DPpb. */
  readonly smdpCertificate: Uint8Array;
}

export function encodePrepareDownloadRequest(request: PrepareDownloadRequest): Uint8Array {
  return encodeTlv(
    0xbf21,
    request.smdpSigned2,
    encodeSignature(request.smdpSignature2),
    encodeOptional(request.hashCc, (hash) => encodeTlv(0x04, hash)),
    request.smdpCertificate,
  );
}

export function decodePrepareDownloadRequest(bytes: Uint8Array): Received<PrepareDownloadRequest> {
  const element = onlyTlv(bytes, 0xbf21, 'PrepareDownloadRequest');
  const reader = inside(element);
  const smdpSigned2 = reader.element(0x30, 'smdpSigned2').der;
  const smdpSignature2 = readSignature(reader, 'smdpSignature2');
  const hashCc = reader.optional(0x04, 'hashCc');
  const smdpCertificate = reader.element(0x30, 'smdpCertificate').der;
  reader.end();
  return {
    smdpSigned2,
    smdpSignature2,
    hashCc: hashCc && readOctets(hashCc, 32),
    smdpCertificate,
    der: element.der,
  };
}

/** EUICCSigned2, covered by euiccSignature2. */
export interface EuiccSigned2 {
  readonly transactionId: Uint8Array;
  /** otPK.EUICC.ECKA: 65 bytes. */
  readonly euiccOtpk: Uint8Array;
  readonly hashCc?: Uint8Array;
}

export function encodeEuiccSigned2(signed: EuiccSigned2): Uint8Array {
  return encodeTlv(
    0x30,
    encodeTlv(0x80, signed.transactionId),
    encodeTlv(0x5f49, signed.euiccOtpk),
    encodeOptional(signed.hashCc, (hash) => encodeTlv(0x04, hash)),
  );
}

export function decodeEuiccSigned2(bytes: Uint8Array): Received<EuiccSigned2> {
  const element = onlyTlv(bytes, 0x30, 'euiccSigned2');
  const reader = inside(element);
  const transactionId = readTransactionId(reader.element(0x80, 'transactionId'));
  const euiccOtpk = readPoint(reader.element(0x5f49, 'euiccOtpk'));
  const hashCc = reader.optional(0x04, 'hashCc');
  reader.end();
  return { transactionId, euiccOtpk, hashCc: hashCc && readOctets(hashCc, 32), der: element.der };
}

/** DownloadErrorCode. */
export const DOWNLOAD_ERROR = {
  invalidCertificate: 1,
  invalidSignature: 2,
  unsupportedCurve: 3,
  noSessionContext: 4,
  invalidTransactionId: 5,
  undefinedError: 127,
} as const;

export interface PrepareDownloadResponseOk {
  readonly result: 'ok';
  /** Whole element, see `decodeEuiccSigned2`. */
  readonly euiccSigned2: Uint8Array;
  /** r and s, 64 bytes. */
  readonly euiccSignature2: Uint8Array;
}

export interface PrepareDownloadResponseError {
  readonly result: 'error';
  readonly transactionId: Uint8Array;
  /** One of DOWNLOAD_ERROR, or a number of a later version. */
  readonly downloadErrorCode: number;
}

export type PrepareDownloadResponse = PrepareDownloadResponseOk | PrepareDownloadResponseError;

export function encodePrepareDownloadResponse(response: PrepareDownloadResponse): Uint8Array {
  if (response.result === 'error') {
    const code = encodeInteger(0x02, response.downloadErrorCode);
    return encodeTlv(0xbf21, encodeTlv(0xa1, encodeTlv(0x80, response.transactionId), code));
  }
  const signature = encodeSignature(response.euiccSignature2);
  return encodeTlv(0xbf21, encodeTlv(0xa0, response.euiccSigned2, signature));
}

export function decodePrepareDownloadResponse(
  bytes: Uint8Array,
): Received<PrepareDownloadResponse> {
  const { content, der } = onlyTlv(bytes, 0xbf21, 'PrepareDownloadResponse');
  if (content[0] === 0xa1) {
    const reader = inside(onlyTlv(content, 0xa1, 'downloadResponseError'));
    const transactionId = readTransactionId(reader.element(0x80, 'transactionId'));
    const downloadErrorCode = readInteger(reader.element(0x02, 'downloadErrorCode'));
    reader.end();
    return { result: 'error', transactionId, downloadErrorCode, der };
  }
  const reader = inside(onlyTlv(content, 0xa0, 'downloadResponseOk'));
  const euiccSigned2 = reader.element(0x30, 'euiccSigned2').der;
  const euiccSignature2 = readSignature(reader, 'euiccSignature2');
  reader.end();
  return { result: 'ok', euiccSigned2, euiccSignature2, der };
}

/**
 * How the code that a user types becomes bytes: most LPAs take its text, some servers expect the
 * bytes that its digits stand for.
 */
export type ConfirmationCodeForm = 'text' | 'hex';

/** SHA-256 of the confirmation code, 32 bytes: what a server keeps in place of the code. */
export function hashConfirmationCode(
  code: string,
  form: ConfirmationCodeForm = 'text',
): Uint8Array {
  const bytes =
    form === 'hex' ? hexToBytes(code, 'the confirmation code') : new TextEncoder().encode(code);
  return sha256(bytes);
}

/** hashCc of SGP.22 3.1.3: the hash of the code, bound to this download. 32 bytes. */
export function hashCcOf(codeHash: Uint8Array, transactionId: Uint8Array): Uint8Array {
  return sha256(concatBytes(codeHash, transactionId));
}
