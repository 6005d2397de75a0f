/**
 * An extra function of zkCX-aware eUICCs, BF70 (docs/guide/lpa-and-euicc.md): the LPA names the server whose keys
 * it verified by proofs, for the AuthenticateServer that follows. Not in SGP.22.
 *
 *   [112] { smdpOid OBJECT IDENTIFIER, [0] key for serverSignature1, [1] key for packages }
 *   [112] { [0] INTEGER }
 *
 * Keys are points, 04, x, y. Where these messages are used there are no certificates, and an empty
 * SEQUENCE stands in the places that SGP.22 has for them.
 */
import { bytesToBigint } from '../../bytes.ts';
import { isOnCurve } from '../../pki/index.ts';
import type { PublicKey } from '../../pki/index.ts';
import { encodeTlv, inside, onlyTlv } from '../../asn1/tlv.ts';
import type { Tlv } from '../../asn1/tlv.ts';
import { pointOf } from './curve.ts';
import { readPoint } from './prepare-download.ts';
import { badValue, encodeInteger, encodeOid, readInteger, readOid } from './values.ts';

const TAG = 0xbf70;

/** In the place of CERT.DPauth and CERT.DPpb. */
export const NO_CERTIFICATE: Uint8Array = encodeTlv(0x30);

/** A server as the LPA verified it. */
export interface ZkcxServer {
  /** Dotted; one for both keys. */
  readonly smdpOid: string;
  readonly authKey: PublicKey;
  readonly packageKey: PublicKey;
}

/** Result codes. */
export const ZKCX_SERVER_RESULT = { ok: 0, noSessionContext: 4 } as const;

export function encodeZkcxServerRequest({ smdpOid, authKey, packageKey }: ZkcxServer): Uint8Array {
  return encodeTlv(
    TAG,
    encodeOid(0x06, smdpOid),
    encodeTlv(0x80, pointOf(authKey)),
    encodeTlv(0x81, pointOf(packageKey)),
  );
}

/** Strict: nothing may follow the known elements. Throws ERR_DER_* and ERR_RSP_VALUE. */
export function decodeZkcxServerRequest(bytes: Uint8Array): ZkcxServer {
  const reader = inside(onlyTlv(bytes, TAG, 'ZkcxServerRequest'));
  const smdpOid = readOid(reader.element(0x06, 'smdpOid'));
  const authKey = readKey(reader.element(0x80, 'the key for serverSignature1'));
  const packageKey = readKey(reader.element(0x81, 'the key for packages'));
  reader.finish();
  return { smdpOid, authKey, packageKey };
}

export function encodeZkcxServerResponse(result: keyof typeof ZKCX_SERVER_RESULT): Uint8Array {
  return encodeTlv(TAG, encodeInteger(0x80, ZKCX_SERVER_RESULT[result]));
}

/** A number of ZKCX_SERVER_RESULT, or of a later version. */
export function decodeZkcxServerResponse(bytes: Uint8Array): number {
  const reader = inside(onlyTlv(bytes, TAG, 'ZkcxServerResponse'));
  const result = readInteger(reader.element(0x80, 'the result'));
  reader.finish();
  return result;
}

function readKey(element: Tlv): PublicKey {
  const point = readPoint(element);
  const key = { x: bytesToBigint(point.subarray(1, 33)), y: bytesToBigint(point.subarray(33)) };
  if (!isOnCurve(key)) throw badValue(element.what, 'is not a point of P-256');
  return key;
}
