/** ES10c.GetProfilesInfo in the eUICC (SGP.22 5.7.15). */
import { StoreMetadataRequest } from '../../sgp22/messages/metadata.ts';
import {
  PROFILE_INFO,
  type ProfileInfo,
  ProfileInfoListRequest,
  ProfileInfoListResponse,
} from '../../sgp22/messages/profiles.ts';
import { findProfile } from './profiles.ts';
import { oddProfileList } from './quirks.ts';
import type { EuiccState, StoredProfile } from './state.ts';

type Field = keyof typeof PROFILE_INFO;

const FIELDS = Object.keys(PROFILE_INFO) as Field[];

/** What an LPA gets that asks for nothing in particular. */
const DEFAULT_TAGS = (
  [
    'iccid',
    'isdpAid',
    'profileState',
    'profileNickname',
    'serviceProviderName',
    'profileName',
    'iconType',
    'icon',
    'profileClass',
  ] as const
).map((name) => PROFILE_INFO[name].tag);

/**
 * Answer a ProfileInfoListRequest; tags of fields that do not exist select nothing.
 *
 * @param isOdd answer as a card with odd profiles does
 */
export function getProfilesInfo(state: EuiccState, bytes: Uint8Array, isOdd = false): Uint8Array {
  const { searchCriteria, tagList = DEFAULT_TAGS } = ProfileInfoListRequest.decode(bytes);
  const wanted = FIELDS.filter((name) => tagList.includes(PROFILE_INFO[name].tag));
  const profiles = matching(state, searchCriteria)
    .map(infoOf)
    .map((info) => pick(info, wanted));
  return isOdd
    ? oddProfileList(profiles)
    : ProfileInfoListResponse.encode({ result: 'ok', profiles });
}

function matching(
  state: EuiccState,
  search: ProfileInfoListRequest['searchCriteria'],
): readonly StoredProfile[] {
  if (search === undefined) return state.profiles;
  if ('profileClass' in search) {
    return state.profiles.filter(
      ({ metadata }) => StoreMetadataRequest.decode(metadata).profileClass === search.profileClass,
    );
  }
  const found = findProfile(state, search);
  return found === undefined ? [] : [found];
}

function infoOf(profile: StoredProfile): ProfileInfo {
  return {
    ...StoreMetadataRequest.decode(profile.metadata),
    isdpAid: profile.aid,
    profileState: profile.enabled ? 'enabled' : 'disabled',
    profileNickname: profile.nickname,
    dpProprietaryData: profile.dpProprietaryData,
  };
}

function pick(info: ProfileInfo, wanted: readonly Field[]): ProfileInfo {
  return Object.fromEntries(wanted.map((name) => [name, info[name]])) as ProfileInfo;
}
