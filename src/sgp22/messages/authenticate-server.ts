/**
 * Common mutual authentication (SGP.22 3.1.2): what the server signs, ES10b.AuthenticateServer BF38
 * (5.7.13), what the eUICC signs.
 */
import { encodeCtxParams1, readCtxParams1 } from './ctx-params.ts';
import type { CtxParams1 } from './ctx-params.ts';
import { readEuiccInfo2 } from './euicc-info.ts';
import type { EuiccInfo2 } from './euicc-info.ts';
import { readKeyIdentifier, readTransactionId } from './identifiers.ts';
import { encodeSignature, readSignature } from './signature.ts';
import { encodeTlv, inside, onlyTlv } from '../../asn1/tlv.ts';
import type { Received } from '../../asn1/tlv.ts';
import { encodeInteger, encodeText, readInteger, readOctets, readText } from './values.ts';

/** Longest host name and path that is taken as an address. */
const MAX_ADDRESS = 255;

/** ServerSigned1, covered by serverSignature1. */
export interface ServerSigned1 {
  /** 1 to 16 bytes. */
  readonly transactionId: Uint8Array;
  /** 16 bytes. */
  readonly euiccChallenge: Uint8Array;
  readonly serverAddress: string;
  /** 16 bytes. */
  readonly serverChallenge: Uint8Array;
}

export function encodeServerSigned1(signed: ServerSigned1): Uint8Array {
  return encodeTlv(
    0x30,
    encodeTlv(0x80, signed.transactionId),
    encodeTlv(0x81, signed.euiccChallenge),
    encodeText(0x83, signed.serverAddress),
    encodeTlv(0x84, signed.serverChallenge),
  );
}

export function decodeServerSigned1(bytes: Uint8Array): Received<ServerSigned1> {
  const element = onlyTlv(bytes, 0x30, 'serverSigned1');
  const reader = inside(element);
  const transactionId = readTransactionId(reader.element(0x80, 'transactionId'));
  const euiccChallenge = readOctets(reader.element(0x81, 'euiccChallenge'), 16);
  const serverAddress = readText(reader.element(0x83, 'serverAddress'), MAX_ADDRESS);
  const serverChallenge = readOctets(reader.element(0x84, 'serverChallenge'), 16);
  reader.end();
  return { transactionId, euiccChallenge, serverAddress, serverChallenge, der: element.der };
}

/** Signed parts and certificates are whole elements, signatures r and s of 64 bytes. */
export interface AuthenticateServerRequest {
  readonly serverSigned1: Uint8Array;
  readonly serverSignature1: Uint8Array;
  /** Key identifier of the CI under which the eUICC shall sign. */
  readonly euiccCiPKIdToBeUsed: Uint8Array;
  /** CERT.DPauth or CERT.DSauth. */
  readonly serverCertificate: Uint8Array;
  readonly ctxParams1: CtxParams1;
}

export function encodeAuthenticateServerRequest(request: AuthenticateServerRequest): Uint8Array {
  return encodeTlv(
    0xbf38,
    request.serverSigned1,
    encodeSignature(request.serverSignature1),
    encodeTlv(0x04, request.euiccCiPKIdToBeUsed),
    request.serverCertificate,
    encodeCtxParams1(request.ctxParams1),
  );
}

/** `ctxParams1.der` is the part that the eUICC copies into what it signs. */
export function decodeAuthenticateServerRequest(
  bytes: Uint8Array,
): Received<AuthenticateServerRequest & { readonly ctxParams1: Received<CtxParams1> }> {
  const element = onlyTlv(bytes, 0xbf38, 'AuthenticateServerRequest');
  const reader = inside(element);
  const serverSigned1 = reader.element(0x30, 'serverSigned1').der;
  const serverSignature1 = readSignature(reader, 'serverSignature1');
  const euiccCiPKIdToBeUsed = readKeyIdentifier(reader.element(0x04, 'euiccCiPKIdToBeUsed'));
  const serverCertificate = reader.element(0x30, 'serverCertificate').der;
  const ctxParams1 = readCtxParams1(reader.element(0xa0, 'ctxParams1'));
  reader.end();
  return {
    serverSigned1,
    serverSignature1,
    euiccCiPKIdToBeUsed,
    serverCertificate,
    ctxParams1,
    der: element.der,
  };
}

/** EuiccSigned1, covered by euiccSignature1. */
export interface EuiccSigned1 {
  readonly transactionId: Uint8Array;
  readonly serverAddress: string;
  readonly serverChallenge: Uint8Array;
  readonly euiccInfo2: Received<EuiccInfo2>;
  readonly ctxParams1: Received<CtxParams1>;
}

/** The two structures go in as whole elements: the eUICC copies ctxParams1 as received. */
export function encodeEuiccSigned1(signed: {
  readonly transactionId: Uint8Array;
  readonly serverAddress: string;
  readonly serverChallenge: Uint8Array;
  readonly euiccInfo2: Uint8Array;
  readonly ctxParams1: Uint8Array;
}): Uint8Array {
  return encodeTlv(
    0x30,
    encodeTlv(0x80, signed.transactionId),
    encodeText(0x83, signed.serverAddress),
    encodeTlv(0x84, signed.serverChallenge),
    signed.euiccInfo2,
    signed.ctxParams1,
  );
}

export function decodeEuiccSigned1(bytes: Uint8Array): Received<EuiccSigned1> {
  const element = onlyTlv(bytes, 0x30, 'euiccSigned1');
  const reader = inside(element);
  const transactionId = readTransactionId(reader.element(0x80, 'transactionId'));
  const serverAddress = readText(reader.element(0x83, 'serverAddress'), MAX_ADDRESS);
  const serverChallenge = readOctets(reader.element(0x84, 'serverChallenge'), 16);
  const euiccInfo2 = readEuiccInfo2(reader.element(0xbf22, 'euiccInfo2'));
  const ctxParams1 = readCtxParams1(reader.element(0xa0, 'ctxParams1'));
  reader.end();
  return {
    transactionId,
    serverAddress,
    serverChallenge,
    euiccInfo2,
    ctxParams1,
    der: element.der,
  };
}

/** AuthenticateErrorCode. */
export const AUTHENTICATE_ERROR = {
  invalidCertificate: 1,
  invalidSignature: 2,
  unsupportedCurve: 3,
  noSessionContext: 4,
  invalidOid: 5,
  euiccChallengeMismatch: 6,
  ciPKUnknown: 7,
  undefinedError: 127,
} as const;

export interface AuthenticateResponseOk {
  readonly result: 'ok';
  /** Whole element, see `decodeEuiccSigned1`. */
  readonly euiccSigned1: Uint8Array;
  /** r and s, 64 bytes. */
  readonly euiccSignature1: Uint8Array;
  readonly euiccCertificate: Uint8Array;
  readonly eumCertificate: Uint8Array;
}

export interface AuthenticateResponseError {
  readonly result: 'error';
  readonly transactionId: Uint8Array;
  /** One of AUTHENTICATE_ERROR, or a number of a later version. */
  readonly authenticateErrorCode: number;
}

export type AuthenticateServerResponse = AuthenticateResponseOk | AuthenticateResponseError;

export function encodeAuthenticateServerResponse(response: AuthenticateServerResponse): Uint8Array {
  if (response.result === 'error') {
    const code = encodeInteger(0x02, response.authenticateErrorCode);
    return encodeTlv(0xbf38, encodeTlv(0xa1, encodeTlv(0x80, response.transactionId), code));
  }
  const ok = encodeTlv(
    0xa0,
    response.euiccSigned1,
    encodeSignature(response.euiccSignature1),
    response.euiccCertificate,
    response.eumCertificate,
  );
  return encodeTlv(0xbf38, ok);
}

export function decodeAuthenticateServerResponse(
  bytes: Uint8Array,
): Received<AuthenticateServerResponse> {
  const { content, der } = onlyTlv(bytes, 0xbf38, 'AuthenticateServerResponse');
  if (content[0] === 0xa1) {
    const reader = inside(onlyTlv(content, 0xa1, 'authenticateResponseError'));
    const transactionId = readTransactionId(reader.element(0x80, 'transactionId'));
    const authenticateErrorCode = readInteger(reader.element(0x02, 'authenticateErrorCode'));
    reader.end();
    return { result: 'error', transactionId, authenticateErrorCode, der };
  }
  const reader = inside(onlyTlv(content, 0xa0, 'authenticateResponseOk'));
  const euiccSigned1 = reader.element(0x30, 'euiccSigned1').der;
  const euiccSignature1 = readSignature(reader, 'euiccSignature1');
  const euiccCertificate = reader.element(0x30, 'euiccCertificate').der;
  const eumCertificate = reader.element(0x30, 'eumCertificate').der;
  reader.end();
  return { result: 'ok', euiccSigned1, euiccSignature1, euiccCertificate, eumCertificate, der };
}
