/**
 * BoundProfilePackage BF36 (SGP.22 2.5.4) as a container, its InitialiseSecureChannel BF23 (5.5.1),
 * ConfigureISDP BF24 (5.5.2) and ReplaceSessionKeys BF26 (5.5.4). What protects the segments is in
 * es8p/.
 */
import { concatBytes } from '../../bytes.ts';
import { readTransactionId } from './identifiers.ts';
import { readPoint } from './prepare-download.ts';
import { encodeSignature, readSignature } from './signature.ts';
import { encodeTlv, inside, listOf, onlyTlv } from '../../asn1/tlv.ts';
import type { Received, Tlv, TlvReader } from '../../asn1/tlv.ts';
import {
  badValue,
  encodeInteger,
  encodeOid,
  encodeOptional,
  readInteger,
  readOctets,
  readOid,
} from './values.ts';

/** Segments are whole elements 87, 88 or 86, MAC included. */
export interface BoundProfilePackage {
  /** Whole element BF23. */
  readonly initialiseSecureChannel: Uint8Array;
  /** Elements 87 of A0. */
  readonly configureIsdp: readonly Uint8Array[];
  /** Elements 88 of A1. */
  readonly storeMetadata: readonly Uint8Array[];
  /** Elements 87 of A2, which is OPTIONAL. */
  readonly replaceSessionKeys?: readonly Uint8Array[];
  /** Elements 86 of A3. */
  readonly profileElements: readonly Uint8Array[];
}

export function encodeBoundProfilePackage(bpp: BoundProfilePackage): Uint8Array {
  return encodeTlv(
    0xbf36,
    bpp.initialiseSecureChannel,
    encodeTlv(0xa0, ...bpp.configureIsdp),
    encodeTlv(0xa1, ...bpp.storeMetadata),
    encodeOptional(bpp.replaceSessionKeys, (segments) => encodeTlv(0xa2, ...segments)),
    encodeTlv(0xa3, ...bpp.profileElements),
  );
}

/** Strict: an unknown element would be one that the secure channel does not protect. */
export function decodeBoundProfilePackage(bytes: Uint8Array): Received<BoundProfilePackage> {
  const element = onlyTlv(bytes, 0xbf36, 'BoundProfilePackage');
  const reader = inside(element);
  const initialiseSecureChannel = reader.element(0xbf23, 'initialiseSecureChannelRequest').der;
  const configureIsdp = segments(reader.element(0xa0, 'firstSequenceOf87'), 0x87);
  const storeMetadata = segments(reader.element(0xa1, 'sequenceOf88'), 0x88);
  const second = reader.optional(0xa2, 'secondSequenceOf87');
  const profileElements = segments(reader.element(0xa3, 'sequenceOf86'), 0x86);
  reader.finish();
  return {
    initialiseSecureChannel,
    configureIsdp,
    storeMetadata,
    replaceSessionKeys: second && segments(second, 0x87),
    profileElements,
    der: element.der,
  };
}

function segments(element: Tlv, tag: number): Uint8Array[] {
  const list = listOf(element, tag, 'a segment').map(({ der }) => der);
  if (list.length === 0) throw badValue(element.what, 'is empty');
  return list;
}

/** RemoteOpId installBoundProfilePackage, the only one. */
export const INSTALL_BOUND_PROFILE_PACKAGE = 1;

/** Key type and size of a control reference template: AES, 16 bytes. */
export const CRT_AES = 0x88;
export const CRT_KEY_BYTES = 0x10;

export interface InitialiseSecureChannel {
  readonly remoteOpId: number;
  readonly transactionId: Uint8Array;
  /** GlobalPlatform key type, 88 for AES. */
  readonly keyType: number;
  /** Bytes of a session key. */
  readonly keyLength: number;
  /** 1 to 16 bytes that go into the key derivation. */
  readonly hostId: Uint8Array;
  /** otPK.DP.ECKA: 65 bytes. */
  readonly smdpOtpk: Uint8Array;
  /** r and s, 64 bytes. */
  readonly smdpSign: Uint8Array;
}

/** All of BF23 before the signature, without a header: the first part of what smdpSign covers. */
export function encodeInitialiseSecureChannelFields(
  request: Omit<InitialiseSecureChannel, 'smdpSign'>,
): Uint8Array {
  return concatBytes(
    encodeInteger(0x82, request.remoteOpId),
    encodeTlv(0x80, request.transactionId),
    encodeTlv(
      0xa6,
      encodeTlv(0x80, Uint8Array.of(request.keyType)),
      encodeTlv(0x81, Uint8Array.of(request.keyLength)),
      encodeTlv(0x84, request.hostId),
    ),
    encodeTlv(0x5f49, request.smdpOtpk),
  );
}

export function encodeInitialiseSecureChannel(request: InitialiseSecureChannel): Uint8Array {
  const signature = encodeSignature(request.smdpSign);
  return encodeTlv(0xbf23, encodeInitialiseSecureChannelFields(request), signature);
}

/** `signedFields` are the bytes before the signature, as received. */
export function decodeInitialiseSecureChannel(
  bytes: Uint8Array,
): Received<InitialiseSecureChannel & { readonly signedFields: Uint8Array }> {
  const element = onlyTlv(bytes, 0xbf23, 'InitialiseSecureChannelRequest');
  const reader = inside(element);
  const remoteOpId = readInteger(reader.element(0x82, 'remoteOpId'));
  const transactionId = readTransactionId(reader.element(0x80, 'transactionId'));
  const template = inside(reader.element(0xa6, 'controlRefTemplate'));
  const keyType = octet(template, 0x80, 'keyType');
  const keyLength = octet(template, 0x81, 'keyLen');
  const hostId = readOctets(template.element(0x84, 'hostId'), 1, 16);
  template.end();
  const smdpOtpk = reader.element(0x5f49, 'smdpOtpk');
  const signedEnd = smdpOtpk.der.byteOffset + smdpOtpk.der.length;
  const smdpSign = readSignature(reader, 'smdpSign');
  reader.finish();
  return {
    remoteOpId,
    transactionId,
    keyType,
    keyLength,
    hostId,
    smdpOtpk: readPoint(smdpOtpk),
    smdpSign,
    signedFields: element.content.subarray(0, signedEnd - element.content.byteOffset),
    der: element.der,
  };
}

/** ConfigureISDP: OID of the server in its proprietary data, or nothing. */
export function encodeConfigureIsdp(dpOid?: string): Uint8Array {
  const data = encodeOptional(dpOid, (oid) => encodeTlv(0xb8, encodeOid(0x80, oid)));
  return encodeTlv(0xbf24, data);
}

/** `dpProprietaryData` is the whole element B8, 128 bytes at most. */
export function decodeConfigureIsdp(
  bytes: Uint8Array,
): Received<{ readonly dpOid?: string; readonly dpProprietaryData?: Uint8Array }> {
  const element = onlyTlv(bytes, 0xbf24, 'ConfigureISDPRequest');
  const reader = inside(element);
  const data = reader.optional(0xb8, 'dpProprietaryData');
  reader.end();
  if (!data) return { der: element.der };
  readOctets({ what: data.what, content: data.der }, 2, 128);
  const dpOid = readOid(inside(data).element(0x80, 'dpOid'));
  return { dpOid, dpProprietaryData: data.der, der: element.der };
}

/** Profile protection keys that replace the session keys: 16 bytes each. */
export interface ReplaceSessionKeys {
  readonly initialMacChainingValue: Uint8Array;
  readonly ppkEnc: Uint8Array;
  readonly ppkCmac: Uint8Array;
}

export function encodeReplaceSessionKeys(keys: ReplaceSessionKeys): Uint8Array {
  return encodeTlv(
    0xbf26,
    encodeTlv(0x80, keys.initialMacChainingValue),
    encodeTlv(0x81, keys.ppkEnc),
    encodeTlv(0x82, keys.ppkCmac),
  );
}

export function decodeReplaceSessionKeys(bytes: Uint8Array): Received<ReplaceSessionKeys> {
  const element = onlyTlv(bytes, 0xbf26, 'ReplaceSessionKeysRequest');
  const reader = inside(element);
  const initialMacChainingValue = readOctets(reader.element(0x80, 'initialMacChainingValue'), 16);
  const ppkEnc = readOctets(reader.element(0x81, 'ppkEnc'), 16);
  const ppkCmac = readOctets(reader.element(0x82, 'ppkCmac'), 16);
  reader.end();
  return { initialMacChainingValue, ppkEnc, ppkCmac, der: element.der };
}

function octet(reader: TlvReader, tag: number, what: string): number {
  return readOctets(reader.element(tag, what), 1)[0]!;
}
