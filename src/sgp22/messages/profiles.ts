/** ES10c.GetProfilesInfo BF2D (SGP.22 5.7.15): the profiles on an eUICC. */
import { choice, oneOf } from '../codec/choice.ts';
import { automatic, badValue, context, type Input, tagged, type Value } from '../codec/codec.ts';
import { coded, content, mapped, named } from '../codec/primitives.ts';
import {
  allOptional,
  list,
  message,
  optional,
  received,
  sequence,
  wrapped,
} from '../codec/structures.ts';
import { TAG } from '../tags.ts';
import { iccid, isdpAid } from './identifiers.ts';
import { dpProprietaryData, profileFields, profileNickname } from './metadata.ts';

/** How ES10c names a profile. */
export const profileIdentifier = oneOf({ isdpAid, iccid });
export type ProfileIdentifier = Value<typeof profileIdentifier>;

/** Tags of one or two bytes, one after the other: 0x5a or 0x9f70. */
export const tagList = tagged(
  TAG.tagList,
  mapped(content, readTags, (tags: readonly number[]) =>
    Uint8Array.from(tags.flatMap((tag) => (tag > 255 ? [tag >> 8, tag & 255] : [tag]))),
  ),
);

function readTags(bytes: Uint8Array, what: string): number[] {
  const tags: number[] = [];
  for (let i = 0; i < bytes.length; i++) {
    const first = bytes[i]!;
    if ((first & 0x1f) !== 0x1f) {
      tags.push(first);
      continue;
    }
    const second = bytes[++i];
    if (second === undefined || second >= 0x80) throw badValue(what, 'has a tag that is cut off');
    tags.push(256 * first + second);
  }
  return tags;
}

/** Both fields narrow what is returned. */
export const ProfileInfoListRequest = message(
  'ProfileInfoListRequest',
  TAG.getProfilesInfo,
  sequence({
    searchCriteria: optional(
      context(0, oneOf({ isdpAid, iccid, profileClass: profileFields.profileClass })),
    ),
    /** Tags of the fields of ProfileInfo that are to be returned. */
    tagList: optional(tagList),
  }),
);
export type ProfileInfoListRequest = Value<typeof ProfileInfoListRequest>;

/** Fields of ProfileInfo. */
export const PROFILE_INFO = {
  iccid,
  isdpAid,
  profileState: tagged(TAG.profileState, named({ disabled: 0, enabled: 1 })),
  profileNickname,
  serviceProviderName: profileFields.serviceProviderName,
  profileName: profileFields.profileName,
  iconType: profileFields.iconType,
  icon: profileFields.icon,
  profileClass: profileFields.profileClass,
  notificationConfigurationInfo: profileFields.notificationConfigurationInfo,
  profileOwner: profileFields.profileOwner,
  /** Content. */
  dpProprietaryData,
  profilePolicyRules: profileFields.profilePolicyRules,
  serviceSpecificDataStoredInEuicc: profileFields.serviceSpecificDataStoredInEuicc,
};

/** All are OPTIONAL: the tag list chooses. */
export const profileInfo = tagged(TAG.profileInfo, sequence(allOptional(PROFILE_INFO)));
export type ProfileInfo = Input<typeof profileInfo>;

/** ProfileInfoListError. */
export const PROFILE_INFO_LIST_ERROR = { incorrectInputValues: 1, undefinedError: 127 } as const;

export const ProfileInfoListResponse = message(
  'ProfileInfoListResponse',
  TAG.getProfilesInfo,
  choice(
    'result',
    automatic({
      ok: wrapped('profiles', list(received(profileInfo), 'ProfileInfo')),
      error: wrapped('error', coded(PROFILE_INFO_LIST_ERROR)),
    }),
  ),
);
