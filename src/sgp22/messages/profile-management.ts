/**
 * ES10c functions that change profiles (SGP.22 5.7.16 to 5.7.19, 5.7.21), and all functions whose
 * response is a result code.
 */
import { automatic, context } from '../codec/codec.ts';
import { boolean, coded, flags } from '../codec/primitives.ts';
import { message, sequence } from '../codec/structures.ts';
import { TAG } from '../tags.ts';
import { iccid } from './identifiers.ts';
import { profileNickname } from './metadata.ts';
import { profileIdentifier } from './profiles.ts';

/** A response with one field, which SGP.22 names after the function: a result code, 0 is success. */
function resultCode<N extends string>(
  name: string,
  tag: number,
  codes: Readonly<Record<N, number>>,
) {
  return { ...message(name, tag, sequence(automatic({ result: coded(codes) }))), codes };
}

const switchFields = automatic({
  profileIdentifier,
  /** Whether the eUICC asks the device for a REFRESH. */
  refreshFlag: boolean,
});

export const EnableProfileRequest = message(
  'EnableProfileRequest',
  TAG.enableProfile,
  sequence(switchFields),
);

export const EnableProfileResponse = resultCode('EnableProfileResponse', TAG.enableProfile, {
  ok: 0,
  iccidOrAidNotFound: 1,
  profileNotInDisabledState: 2,
  disallowedByPolicy: 3,
  wrongProfileReenabling: 4,
  catBusy: 5,
  undefinedError: 127,
});

export const DisableProfileRequest = message(
  'DisableProfileRequest',
  TAG.disableProfile,
  sequence(switchFields),
);

export const DisableProfileResponse = resultCode('DisableProfileResponse', TAG.disableProfile, {
  ok: 0,
  iccidOrAidNotFound: 1,
  profileNotInEnabledState: 2,
  disallowedByPolicy: 3,
  catBusy: 5,
  undefinedError: 127,
});

export const DeleteProfileRequest = message(
  'DeleteProfileRequest',
  TAG.deleteProfile,
  profileIdentifier,
);

export const DeleteProfileResponse = resultCode('DeleteProfileResponse', TAG.deleteProfile, {
  ok: 0,
  iccidOrAidNotFound: 1,
  profileNotInDisabledState: 2,
  disallowedByPolicy: 3,
  undefinedError: 127,
});

export const SetNicknameRequest = message(
  'SetNicknameRequest',
  TAG.setNickname,
  sequence({ iccid, profileNickname }),
);

export const SetNicknameResponse = resultCode('SetNicknameResponse', TAG.setNickname, {
  ok: 0,
  iccidNotFound: 1,
  undefinedError: 127,
});

const RESET_OPTIONS = [
  'deleteOperationalProfiles',
  'deleteFieldLoadedTestProfiles',
  'resetDefaultSmdpAddress',
] as const;
export type ResetOption = (typeof RESET_OPTIONS)[number];

export const EuiccMemoryResetRequest = message(
  'EuiccMemoryResetRequest',
  TAG.euiccMemoryReset,
  sequence({ resetOptions: context(2, flags(RESET_OPTIONS)) }),
);

export const EuiccMemoryResetResponse = resultCode(
  'EuiccMemoryResetResponse',
  TAG.euiccMemoryReset,
  { ok: 0, nothingToDelete: 1, catBusy: 5, undefinedError: 127 },
);

export const NotificationSentResponse = resultCode(
  'NotificationSentResponse',
  TAG.notificationSent,
  { ok: 0, nothingToDelete: 1, undefinedError: 127 },
);

export const SetDefaultDpAddressResponse = resultCode(
  'SetDefaultDpAddressResponse',
  TAG.setDefaultDpAddress,
  { ok: 0, undefinedError: 127 },
);
