/** ES10b.GetEUICCChallenge BF2E and ES10b.GetEUICCInfo BF20, BF22 (SGP.22 5.7.7, 5.7.8). */
import { concatBytes } from '../../bytes.ts';
import { encodeVersion, hexToBytes, readKeyIdentifier, readVersion } from './identifiers.ts';
import { encodeTlv, inside, listOf, onlyTlv, TlvReader } from '../../asn1/tlv.ts';
import type { Received, Tlv } from '../../asn1/tlv.ts';
import {
  encodeFlags,
  encodeInteger,
  encodeOptional,
  encodeText,
  readFlags,
  readInteger,
  readOctets,
  readText,
} from './values.ts';

export const GET_EUICC_CHALLENGE_REQUEST = encodeTlv(0xbf2e);
export const GET_EUICC_INFO1_REQUEST = encodeTlv(0xbf20);
export const GET_EUICC_INFO2_REQUEST = encodeTlv(0xbf22);

/** GetEuiccChallengeResponse: 16 random bytes. */
export function encodeGetEuiccChallengeResponse(euiccChallenge: Uint8Array): Uint8Array {
  return encodeTlv(0xbf2e, encodeTlv(0x80, euiccChallenge));
}

export function decodeGetEuiccChallengeResponse(bytes: Uint8Array): Uint8Array {
  const reader = inside(onlyTlv(bytes, 0xbf2e, 'GetEuiccChallengeResponse'));
  const challenge = readOctets(reader.element(0x80, 'euiccChallenge'), 16);
  reader.end();
  return challenge;
}

export interface EuiccInfo1 {
  /** SGP.22 version, "2.4.0". */
  readonly svn: string;
  /** Key identifiers of the CIs, in order of preference. */
  readonly euiccCiPKIdListForVerification: readonly Uint8Array[];
  readonly euiccCiPKIdListForSigning: readonly Uint8Array[];
}

export function encodeEuiccInfo1(info: EuiccInfo1): Uint8Array {
  return encodeTlv(0xbf20, encodeVersion(0x82, info.svn), ...encodeCiLists(info));
}

export function decodeEuiccInfo1(bytes: Uint8Array): Received<EuiccInfo1> {
  const element = onlyTlv(bytes, 0xbf20, 'EUICCInfo1');
  const reader = inside(element);
  const svn = readVersion(reader.element(0x82, 'svn'));
  const lists = readCiLists(reader);
  reader.end();
  return { svn, ...lists, der: element.der };
}

const RSP_CAPABILITIES = [
  'additionalProfile',
  'crlSupport',
  'rpmSupport',
  'testProfileSupport',
  'deviceInfoExtensibilitySupport',
  'serviceSpecificDataSupport',
] as const;

export const PROFILE_POLICY_RULES = ['pprUpdateControl', 'ppr1', 'ppr2'] as const;
export type ProfilePolicyRule = (typeof PROFILE_POLICY_RULES)[number];

/** EUICCInfo2. Versions are "major.minor.revision". */
export interface EuiccInfo2 extends EuiccInfo1 {
  /** Version of the profile package specification. */
  readonly profileVersion: string;
  readonly euiccFirmwareVer: string;
  /** Content, see `decodeExtCardResource`. */
  readonly extCardResource: Uint8Array;
  /** Content of the BIT STRING UICCCapability of the profile package specification. */
  readonly uiccCapability: Uint8Array;
  readonly ts102241Version?: string;
  readonly globalplatformVersion?: string;
  readonly rspCapability: readonly (typeof RSP_CAPABILITIES)[number][];
  /** 0 other, 1 basic, 2 medium, 3 contactless. */
  readonly euiccCategory?: number;
  readonly forbiddenProfilePolicyRules?: readonly ProfilePolicyRule[];
  /** Protection profile version. */
  readonly ppVersion: string;
  readonly sasAccreditationNumber: string;
  /** Whole elements after the SAS number, known to later versions or not needed here. */
  readonly rest?: Uint8Array;
}

export function encodeEuiccInfo2(info: EuiccInfo2): Uint8Array {
  return encodeTlv(
    0xbf22,
    encodeVersion(0x81, info.profileVersion),
    encodeVersion(0x82, info.svn),
    encodeVersion(0x83, info.euiccFirmwareVer),
    encodeTlv(0x84, info.extCardResource),
    encodeTlv(0x85, info.uiccCapability),
    encodeOptional(info.ts102241Version, (version) => encodeVersion(0x86, version)),
    encodeOptional(info.globalplatformVersion, (version) => encodeVersion(0x87, version)),
    encodeFlags(0x88, RSP_CAPABILITIES, info.rspCapability),
    ...encodeCiLists(info),
    encodeOptional(info.euiccCategory, (category) => encodeInteger(0x8b, category)),
    encodeOptional(info.forbiddenProfilePolicyRules, (rules) =>
      encodeFlags(0x99, PROFILE_POLICY_RULES, rules),
    ),
    encodeVersion(0x04, info.ppVersion),
    encodeText(0x0c, info.sasAccreditationNumber),
    info.rest ?? new Uint8Array(),
  );
}

export function decodeEuiccInfo2(bytes: Uint8Array): Received<EuiccInfo2> {
  return readEuiccInfo2(onlyTlv(bytes, 0xbf22, 'EUICCInfo2'));
}

export function readEuiccInfo2(element: Tlv): Received<EuiccInfo2> {
  const reader = inside(element);
  const version = (tag: number, what: string) => readVersion(reader.element(tag, what));
  const optionalVersion = (tag: number, what: string) => {
    const found = reader.optional(tag, what);
    return found && readVersion(found);
  };
  const profileVersion = version(0x81, 'profileVersion');
  const svn = version(0x82, 'svn');
  const euiccFirmwareVer = version(0x83, 'euiccFirmwareVer');
  const extCardResource = reader.element(0x84, 'extCardResource').content;
  const uiccCapability = reader.element(0x85, 'uiccCapability').content;
  const ts102241Version = optionalVersion(0x86, 'ts102241Version');
  const globalplatformVersion = optionalVersion(0x87, 'globalplatformVersion');
  const rspCapability = readFlags(reader.element(0x88, 'rspCapability'), RSP_CAPABILITIES);
  const lists = readCiLists(reader);
  const category = reader.optional(0x8b, 'euiccCategory');
  const forbidden = reader.optional(0x99, 'forbiddenProfilePolicyRules');
  const ppVersion = version(0x04, 'ppVersion');
  const sasAccreditationNumber = readText(reader.element(0x0c, 'sasAcreditationNumber'), 64);
  const rest = reader.end();
  return {
    profileVersion,
    svn,
    euiccFirmwareVer,
    extCardResource,
    uiccCapability,
    ts102241Version,
    globalplatformVersion,
    rspCapability,
    ...lists,
    euiccCategory: category && readInteger(category),
    forbiddenProfilePolicyRules: forbidden && readFlags(forbidden, PROFILE_POLICY_RULES),
    ppVersion,
    sasAccreditationNumber,
    rest,
    der: element.der,
  };
}

/** Extended card resources (ETSI TS 102 226, 8.2.1.7.2): numbers and bytes that are left. */
export interface ExtCardResource {
  readonly installedApplications: number;
  readonly freeNonVolatileMemory: number;
  readonly freeVolatileMemory: number;
}

export function encodeExtCardResource(resource: ExtCardResource): Uint8Array {
  const parts = [
    encodeUnsigned(0x81, resource.installedApplications, 1),
    encodeUnsigned(0x82, resource.freeNonVolatileMemory, 4),
    encodeUnsigned(0x83, resource.freeVolatileMemory, 2),
  ];
  return concatBytes(...parts);
}

/** From the content of extCardResource; what a card leaves out is undefined. */
export function decodeExtCardResource(content: Uint8Array): Partial<ExtCardResource> {
  const reader = new TlvReader(content, 'extCardResource', { depth: 1 });
  const number = (tag: number, what: string) => {
    const found = reader.optional(tag, what);
    return found && readOctets(found, 0, 6).reduce((value, byte) => 256 * value + byte, 0);
  };
  const resource = {
    installedApplications: number(0x81, 'the number of installed applications'),
    freeNonVolatileMemory: number(0x82, 'the free non-volatile memory'),
    freeVolatileMemory: number(0x83, 'the free volatile memory'),
  };
  reader.end();
  return resource;
}

/** Unsigned big-endian, at least `size` bytes; not an INTEGER of ASN.1. */
function encodeUnsigned(tag: number, value: number, size: number): Uint8Array {
  const hex = value.toString(16);
  return encodeTlv(
    tag,
    hexToBytes(hex.padStart(Math.max(2 * size, hex.length + (hex.length & 1)), '0'), 'a size'),
  );
}

function encodeCiLists(info: EuiccInfo1): Uint8Array[] {
  const list = (ids: readonly Uint8Array[]) => ids.map((id) => encodeTlv(0x04, id));
  return [
    encodeTlv(0xa9, ...list(info.euiccCiPKIdListForVerification)),
    encodeTlv(0xaa, ...list(info.euiccCiPKIdListForSigning)),
  ];
}

function readCiLists(reader: TlvReader) {
  const list = (tag: number, what: string) =>
    listOf(reader.element(tag, what), 0x04, 'a CI key identifier').map(readKeyIdentifier);
  return {
    euiccCiPKIdListForVerification: list(0xa9, 'euiccCiPKIdListForVerification'),
    euiccCiPKIdListForSigning: list(0xaa, 'euiccCiPKIdListForSigning'),
  };
}
