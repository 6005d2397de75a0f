/**
 * ES10c functions that change profiles (SGP.22 5.7.16 to 5.7.19, 5.7.21) and the result code that
 * they and some of ES10a, ES10b answer with.
 */
import { encodeIccid, readIccid } from './identifiers.ts';
import { encodeProfileIdentifier, readProfileIdentifier } from './profiles.ts';
import type { ProfileIdentifier } from './profiles.ts';
import { encodeTlv, inside, onlyTlv } from '../../asn1/tlv.ts';
import type { Received } from '../../asn1/tlv.ts';
import {
  encodeBoolean,
  encodeFlags,
  encodeInteger,
  encodeText,
  readBoolean,
  readFlags,
  readInteger,
  readText,
} from './values.ts';

/** Functions whose answer is a result code, by name, with tag and codes; 0 is success. */
export const RESULT = {
  enableProfile: {
    tag: 0xbf31,
    codes: {
      ok: 0,
      iccidOrAidNotFound: 1,
      profileNotInDisabledState: 2,
      disallowedByPolicy: 3,
      wrongProfileReenabling: 4,
      catBusy: 5,
      undefinedError: 127,
    },
  },
  disableProfile: {
    tag: 0xbf32,
    codes: {
      ok: 0,
      iccidOrAidNotFound: 1,
      profileNotInEnabledState: 2,
      disallowedByPolicy: 3,
      catBusy: 5,
      undefinedError: 127,
    },
  },
  deleteProfile: {
    tag: 0xbf33,
    codes: {
      ok: 0,
      iccidOrAidNotFound: 1,
      profileNotInDisabledState: 2,
      disallowedByPolicy: 3,
      undefinedError: 127,
    },
  },
  euiccMemoryReset: {
    tag: 0xbf34,
    codes: { ok: 0, nothingToDelete: 1, catBusy: 5, undefinedError: 127 },
  },
  setNickname: { tag: 0xbf29, codes: { ok: 0, iccidNotFound: 1, undefinedError: 127 } },
  notificationSent: { tag: 0xbf30, codes: { ok: 0, nothingToDelete: 1, undefinedError: 127 } },
  setDefaultDpAddress: { tag: 0xbf3f, codes: { ok: 0, undefinedError: 127 } },
} as const satisfies Record<string, { tag: number; codes: Record<string, number> }>;

export type ResultFunction = keyof typeof RESULT;

/** Response of a function of `RESULT` with one of its codes. */
export function encodeResult<F extends ResultFunction>(
  name: F,
  code: keyof (typeof RESULT)[F]['codes'],
): Uint8Array {
  const { tag, codes } = RESULT[name];
  return encodeTlv(tag, encodeInteger(0x80, (codes as Record<PropertyKey, number>)[code]!));
}

/** The number that a function of `RESULT` answered; `nameOf(RESULT[f].codes, n)` names it. */
export function decodeResult(name: ResultFunction, bytes: Uint8Array): number {
  const reader = inside(onlyTlv(bytes, RESULT[name].tag, `${name} response`));
  const code = readInteger(reader.element(0x80, `${name} result`));
  reader.end();
  return code;
}

/** EnableProfileRequest BF31 and DisableProfileRequest BF32. */
export interface SwitchProfileRequest {
  readonly profileIdentifier: ProfileIdentifier;
  /** Whether the eUICC asks the device for a REFRESH. */
  readonly refreshFlag: boolean;
}

export function encodeSwitchProfileRequest(
  name: 'enableProfile' | 'disableProfile',
  { profileIdentifier, refreshFlag }: SwitchProfileRequest,
): Uint8Array {
  const identifier = encodeTlv(0xa0, encodeProfileIdentifier(profileIdentifier));
  return encodeTlv(RESULT[name].tag, identifier, encodeBoolean(0x81, refreshFlag));
}

export function decodeSwitchProfileRequest(
  name: 'enableProfile' | 'disableProfile',
  bytes: Uint8Array,
): Received<SwitchProfileRequest> {
  const element = onlyTlv(bytes, RESULT[name].tag, `${name} request`);
  const reader = inside(element);
  const choice = inside(reader.element(0xa0, 'profileIdentifier'));
  const profileIdentifier = readProfileIdentifier(choice.any('profileIdentifier'));
  choice.finish();
  const refreshFlag = readBoolean(reader.element(0x81, 'refreshFlag'));
  reader.end();
  return { profileIdentifier, refreshFlag, der: element.der };
}

export function encodeDeleteProfileRequest(identifier: ProfileIdentifier): Uint8Array {
  return encodeTlv(0xbf33, encodeProfileIdentifier(identifier));
}

export function decodeDeleteProfileRequest(bytes: Uint8Array): ProfileIdentifier {
  const choice = inside(onlyTlv(bytes, 0xbf33, 'DeleteProfileRequest'));
  const identifier = readProfileIdentifier(choice.any('the profile'));
  choice.finish();
  return identifier;
}

export interface SetNicknameRequest {
  readonly iccid: string;
  /** Up to 64 characters; empty removes the nickname. */
  readonly profileNickname: string;
}

export function encodeSetNicknameRequest({ iccid, profileNickname }: SetNicknameRequest) {
  return encodeTlv(0xbf29, encodeIccid(iccid), encodeText(0x90, profileNickname));
}

export function decodeSetNicknameRequest(bytes: Uint8Array): Received<SetNicknameRequest> {
  const element = onlyTlv(bytes, 0xbf29, 'SetNicknameRequest');
  const reader = inside(element);
  const iccid = readIccid(reader.element(0x5a, 'iccid'));
  const profileNickname = readText(reader.element(0x90, 'profileNickname'), 64);
  reader.end();
  return { iccid, profileNickname, der: element.der };
}

const RESET_OPTIONS = [
  'deleteOperationalProfiles',
  'deleteFieldLoadedTestProfiles',
  'resetDefaultSmdpAddress',
] as const;
export type ResetOption = (typeof RESET_OPTIONS)[number];

export function encodeEuiccMemoryResetRequest(options: readonly ResetOption[]): Uint8Array {
  return encodeTlv(0xbf34, encodeFlags(0x82, RESET_OPTIONS, options));
}

export function decodeEuiccMemoryResetRequest(bytes: Uint8Array): ResetOption[] {
  const reader = inside(onlyTlv(bytes, 0xbf34, 'EuiccMemoryResetRequest'));
  const options = readFlags(reader.element(0x82, 'resetOptions'), RESET_OPTIONS);
  reader.end();
  return options;
}
