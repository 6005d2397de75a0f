/**
 * ES10c.GetEID BF3E (SGP.22 5.7.20); ES10a addresses BF3C, BF3F (5.7.3, 5.7.4); ES10b.GetRAT BF43
 * (5.7.22).
 */
import { PROFILE_POLICY_RULES } from './euicc-info.ts';
import type { ProfilePolicyRule } from './euicc-info.ts';
import { eidBytes, readEid } from './identifiers.ts';
import { encodeOperatorId, readOperatorId } from './metadata.ts';
import type { OperatorId } from './metadata.ts';
import { encodeTlv, inside, listOf, onlyTlv } from '../../asn1/tlv.ts';
import type { Tlv } from '../../asn1/tlv.ts';
import {
  badValue,
  encodeFlags,
  encodeOptional,
  encodeText,
  readFlags,
  readOctets,
  readText,
} from './values.ts';

/** GetEuiccDataRequest with the one tag list that there is, 5A. */
export const GET_EID_REQUEST = encodeTlv(0xbf3e, encodeTlv(0x5c, Uint8Array.of(0x5a)));

/** Throws ERR_RSP_VALUE if anything but the EID is asked for. */
export function decodeGetEidRequest(bytes: Uint8Array): void {
  const reader = inside(onlyTlv(bytes, 0xbf3e, 'GetEuiccDataRequest'));
  const tagList = reader.element(0x5c, 'tagList');
  reader.end();
  if (readOctets(tagList, 1)[0] !== 0x5a) throw badValue('tagList', 'must be 5A, the EID');
}

/** From 32 digits. */
export function encodeGetEidResponse(eid: string): Uint8Array {
  return encodeTlv(0xbf3e, encodeTlv(0x5a, eidBytes(eid)));
}

export function decodeGetEidResponse(bytes: Uint8Array): string {
  const reader = inside(onlyTlv(bytes, 0xbf3e, 'GetEuiccDataResponse'));
  const eid = readEid(reader.element(0x5a, 'eidValue'));
  reader.end();
  return eid;
}

export const GET_CONFIGURED_ADDRESSES_REQUEST = encodeTlv(0xbf3c);

export interface EuiccConfiguredAddresses {
  /** FQDN of the default SM-DP+. */
  readonly defaultDpAddress?: string;
  /** FQDN of the root SM-DS. */
  readonly rootDsAddress: string;
}

export function encodeEuiccConfiguredAddressesResponse(
  addresses: EuiccConfiguredAddresses,
): Uint8Array {
  return encodeTlv(
    0xbf3c,
    encodeOptional(addresses.defaultDpAddress, (text) => encodeText(0x80, text)),
    encodeText(0x81, addresses.rootDsAddress),
  );
}

export function decodeEuiccConfiguredAddressesResponse(
  bytes: Uint8Array,
): EuiccConfiguredAddresses {
  const reader = inside(onlyTlv(bytes, 0xbf3c, 'EuiccConfiguredAddressesResponse'));
  const address = reader.optional(0x80, 'defaultDpAddress');
  const rootDsAddress = readText(reader.element(0x81, 'rootDsAddress'), 255);
  reader.end();
  return { defaultDpAddress: address && readText(address, 255), rootDsAddress };
}

/** Empty removes the address. */
export function encodeSetDefaultDpAddressRequest(defaultDpAddress: string): Uint8Array {
  return encodeTlv(0xbf3f, encodeText(0x80, defaultDpAddress));
}

export function decodeSetDefaultDpAddressRequest(bytes: Uint8Array): string {
  const reader = inside(onlyTlv(bytes, 0xbf3f, 'SetDefaultDpAddressRequest'));
  const address = readText(reader.element(0x80, 'defaultDpAddress'), 255);
  reader.end();
  return address;
}

export const GET_RAT_REQUEST = encodeTlv(0xbf43);

/** ProfilePolicyAuthorisationRule: which operators may set which rules. */
export interface PolicyAuthorisation {
  readonly pprIds: readonly ProfilePolicyRule[];
  readonly allowedOperators: readonly OperatorId[];
  /** Whether the user must agree. */
  readonly consentRequired: boolean;
}

export function encodeGetRatResponse(rules: readonly PolicyAuthorisation[]): Uint8Array {
  const entries = rules.map(({ pprIds, allowedOperators, consentRequired }) =>
    encodeTlv(
      0x30,
      encodeFlags(0x80, PROFILE_POLICY_RULES, pprIds),
      encodeTlv(0xa1, ...allowedOperators.map((operator) => encodeOperatorId(operator, 0x30))),
      encodeFlags(0x82, ['consentRequired'], consentRequired ? ['consentRequired'] : []),
    ),
  );
  return encodeTlv(0xbf43, encodeTlv(0xa0, ...entries));
}

export function decodeGetRatResponse(bytes: Uint8Array): PolicyAuthorisation[] {
  const reader = inside(onlyTlv(bytes, 0xbf43, 'GetRatResponse'));
  const table = reader.element(0xa0, 'rat');
  reader.end();
  return listOf(table, 0x30, 'a ProfilePolicyAuthorisationRule').map(readRule);
}

function readRule(element: Tlv): PolicyAuthorisation {
  const reader = inside(element);
  const pprIds = readFlags(reader.element(0x80, 'pprIds'), PROFILE_POLICY_RULES);
  const operators = listOf(reader.element(0xa1, 'allowedOperators'), 0x30, 'OperatorId');
  const flags = readFlags(reader.element(0x82, 'pprFlags'), ['consentRequired']);
  reader.end();
  return {
    pprIds,
    allowedOperators: operators.map(readOperatorId),
    consentRequired: flags.length > 0,
  };
}
