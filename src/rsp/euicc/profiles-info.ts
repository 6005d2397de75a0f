/** ES10c.GetProfilesInfo in the eUICC (SGP.22 5.7.15). */
import { decodeStoreMetadata } from '../../sgp22/messages/metadata.ts';
import {
  decodeGetProfilesInfoRequest,
  encodeGetProfilesInfoResponse,
} from '../../sgp22/messages/profiles.ts';
import type { GetProfilesInfoRequest, ProfileInfo } from '../../sgp22/messages/profiles.ts';
import { findProfile } from './profiles.ts';
import type { EuiccState, StoredProfile } from './state.ts';

/** Tag of every field that can be asked for. */
const FIELDS: readonly (readonly [number, keyof ProfileInfo])[] = [
  [0x5a, 'iccid'],
  [0x4f, 'isdpAid'],
  [0x9f70, 'profileState'],
  [0x90, 'profileNickname'],
  [0x91, 'serviceProviderName'],
  [0x92, 'profileName'],
  [0x93, 'iconType'],
  [0x94, 'icon'],
  [0x95, 'profileClass'],
  [0xb6, 'notificationConfigurationInfo'],
  [0xb7, 'profileOwner'],
  [0xb8, 'dpProprietaryData'],
  [0x99, 'profilePolicyRules'],
  [0xbf22, 'serviceSpecificDataStoredInEuicc'],
];

/** What an LPA gets that asks for nothing in particular. */
const DEFAULT_TAGS = [0x5a, 0x4f, 0x9f70, 0x90, 0x91, 0x92, 0x93, 0x94, 0x95];

/** Answer a ProfileInfoListRequest; tags of fields that do not exist select nothing. */
export function getProfilesInfo(state: EuiccState, bytes: Uint8Array): Uint8Array {
  const { searchCriteria, tagList = DEFAULT_TAGS } = decodeGetProfilesInfoRequest(bytes);
  const wanted = new Set(FIELDS.filter(([tag]) => tagList.includes(tag)).map(([, name]) => name));
  const profiles = matching(state, searchCriteria)
    .map(infoOf)
    .map((info) => pick(info, wanted));
  return encodeGetProfilesInfoResponse({ result: 'ok', profiles });
}

function matching(
  state: EuiccState,
  search: GetProfilesInfoRequest['searchCriteria'],
): readonly StoredProfile[] {
  if (search === undefined) return state.profiles;
  if ('profileClass' in search) {
    return state.profiles.filter(
      ({ metadata }) => decodeStoreMetadata(metadata).profileClass === search.profileClass,
    );
  }
  const found = findProfile(state, search);
  return found === undefined ? [] : [found];
}

function infoOf(profile: StoredProfile): ProfileInfo {
  return {
    ...decodeStoreMetadata(profile.metadata),
    isdpAid: profile.aid,
    profileState: profile.enabled ? 'enabled' : 'disabled',
    profileNickname: profile.nickname,
    dpProprietaryData: profile.dpProprietaryData,
  };
}

function pick(info: ProfileInfo, wanted: ReadonlySet<keyof ProfileInfo>): ProfileInfo {
  const kept = Object.entries(info).filter(([name]) => wanted.has(name as keyof ProfileInfo));
  return Object.fromEntries(kept) as ProfileInfo;
}
