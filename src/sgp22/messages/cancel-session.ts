/** ES10b.CancelSession BF41 (SGP.22 5.7.14): a download is given up, and the server is told. */
import { readTransactionId } from './identifiers.ts';
import { encodeSignature, readSignature } from './signature.ts';
import { encodeTlv, inside, onlyTlv } from '../../asn1/tlv.ts';
import type { Received } from '../../asn1/tlv.ts';
import { encodeInteger, encodeOid, readInteger, readOid } from './values.ts';

/** CancelSessionReason. After postponed and timeout the order can be downloaded later. */
export const CANCEL_SESSION_REASON = {
  endUserRejection: 0,
  postponed: 1,
  timeout: 2,
  pprNotAllowed: 3,
  metadataMismatch: 4,
  loadBppExecutionError: 5,
  undefinedReason: 127,
} as const;

export interface CancelSessionRequest {
  readonly transactionId: Uint8Array;
  /** A number of CANCEL_SESSION_REASON. */
  readonly reason: number;
}

export function encodeCancelSessionRequest({ transactionId, reason }: CancelSessionRequest) {
  return encodeTlv(0xbf41, encodeTlv(0x80, transactionId), encodeInteger(0x81, reason));
}

export function decodeCancelSessionRequest(bytes: Uint8Array): Received<CancelSessionRequest> {
  const element = onlyTlv(bytes, 0xbf41, 'CancelSessionRequest');
  const reader = inside(element);
  const transactionId = readTransactionId(reader.element(0x80, 'transactionId'));
  const reason = readInteger(reader.element(0x81, 'reason'));
  reader.end();
  return { transactionId, reason, der: element.der };
}

/** EuiccCancelSessionSigned, covered by euiccCancelSessionSignature. */
export interface EuiccCancelSessionSigned {
  readonly transactionId: Uint8Array;
  /** OID of CERT.DPauth. */
  readonly smdpOid: string;
  readonly reason: number;
}

export function encodeEuiccCancelSessionSigned(signed: EuiccCancelSessionSigned): Uint8Array {
  return encodeTlv(
    0x30,
    encodeTlv(0x80, signed.transactionId),
    encodeOid(0x81, signed.smdpOid),
    encodeInteger(0x82, signed.reason),
  );
}

export function decodeEuiccCancelSessionSigned(
  bytes: Uint8Array,
): Received<EuiccCancelSessionSigned> {
  const element = onlyTlv(bytes, 0x30, 'euiccCancelSessionSigned');
  const reader = inside(element);
  const transactionId = readTransactionId(reader.element(0x80, 'transactionId'));
  const smdpOid = readOid(reader.element(0x81, 'smdpOid'));
  const reason = readInteger(reader.element(0x82, 'reason'));
  reader.end();
  return { transactionId, smdpOid, reason, der: element.der };
}

/** cancelSessionResponseError. */
export const CANCEL_SESSION_ERROR = { invalidTransactionId: 5, undefinedError: 127 } as const;

export type CancelSessionResponse =
  | {
      readonly result: 'ok';
      /** Whole element, see `decodeEuiccCancelSessionSigned`. */
      readonly euiccCancelSessionSigned: Uint8Array;
      /** r and s, 64 bytes. */
      readonly euiccCancelSessionSignature: Uint8Array;
    }
  | {
      readonly result: 'error';
      /** A number of CANCEL_SESSION_ERROR, or of a later version. */
      readonly error: number;
    };

export function encodeCancelSessionResponse(response: CancelSessionResponse): Uint8Array {
  if (response.result === 'error') return encodeTlv(0xbf41, encodeInteger(0x81, response.error));
  const signature = encodeSignature(response.euiccCancelSessionSignature);
  return encodeTlv(0xbf41, encodeTlv(0xa0, response.euiccCancelSessionSigned, signature));
}

export function decodeCancelSessionResponse(bytes: Uint8Array): Received<CancelSessionResponse> {
  const { content, der } = onlyTlv(bytes, 0xbf41, 'CancelSessionResponse');
  if (content[0] === 0x81) {
    const error = readInteger(onlyTlv(content, 0x81, 'cancelSessionResponseError'));
    return { result: 'error', error, der };
  }
  const reader = inside(onlyTlv(content, 0xa0, 'cancelSessionResponseOk'));
  const euiccCancelSessionSigned = reader.element(0x30, 'euiccCancelSessionSigned').der;
  const euiccCancelSessionSignature = readSignature(reader, 'euiccCancelSessionSignature');
  reader.end();
  return { result: 'ok', euiccCancelSessionSigned, euiccCancelSessionSignature, der };
}
