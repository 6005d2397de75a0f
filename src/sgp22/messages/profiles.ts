/** ES10c.GetProfilesInfo BF2D (SGP.22 5.7.15): the profiles on an eUICC. */
import { encodeIccid, readAid, readIccid } from './identifiers.ts';
import {
  encodeIcon,
  encodeNotificationConfiguration,
  encodeOperatorId,
  encodePolicyRules,
  encodeProfileClass,
  readIcon,
  readNotificationConfiguration,
  readOperatorId,
  readPolicyRules,
  readProfileClass,
} from './metadata.ts';
import type { ProfileDescription } from './metadata.ts';
import { encodeTlv, inside, listOf, onlyTlv } from '../../asn1/tlv.ts';
import type { Received, Tlv } from '../../asn1/tlv.ts';
import {
  badValue,
  encodeInteger,
  encodeOptional,
  encodeText,
  readInteger,
  readNamed,
  readText,
} from './values.ts';

const PROFILE_STATE = { disabled: 0, enabled: 1 } as const;

/** How ES10c names a profile. */
export type ProfileIdentifier = { readonly isdpAid: Uint8Array } | { readonly iccid: string };

export function encodeProfileIdentifier(id: ProfileIdentifier): Uint8Array {
  return 'iccid' in id ? encodeIccid(id.iccid) : encodeTlv(0x4f, id.isdpAid);
}

export function readProfileIdentifier(element: Tlv): ProfileIdentifier {
  if (element.tag === 0x5a) return { iccid: readIccid(element) };
  if (element.tag === 0x4f) return { isdpAid: readAid(element) };
  throw badValue(element.what, 'is neither an AID nor an ICCID');
}

/** ProfileInfoListRequest. Both fields narrow what is returned. */
export interface GetProfilesInfoRequest {
  readonly searchCriteria?:
    ProfileIdentifier | { readonly profileClass: NonNullable<ProfileDescription['profileClass']> };
  /** Tags of ProfileInfo to be returned, 0x5a or 0x9f70. */
  readonly tagList?: readonly number[];
}

export function encodeGetProfilesInfoRequest(request: GetProfilesInfoRequest = {}): Uint8Array {
  const { searchCriteria, tagList } = request;
  const criteria = encodeOptional(searchCriteria, (search) =>
    encodeTlv(
      0xa0,
      'profileClass' in search
        ? encodeProfileClass(search.profileClass)
        : encodeProfileIdentifier(search),
    ),
  );
  const tags = encodeOptional(tagList, (list) =>
    encodeTlv(
      0x5c,
      Uint8Array.from(list.flatMap((tag) => (tag > 255 ? [tag >> 8, tag & 255] : [tag]))),
    ),
  );
  return encodeTlv(0xbf2d, criteria, tags);
}

export function decodeGetProfilesInfoRequest(bytes: Uint8Array): GetProfilesInfoRequest {
  const reader = inside(onlyTlv(bytes, 0xbf2d, 'ProfileInfoListRequest'));
  const criteria = reader.optional(0xa0, 'searchCriteria');
  const tags = reader.optional(0x5c, 'tagList');
  reader.end();
  return { searchCriteria: criteria && readSearch(criteria), tagList: tags && readTagList(tags) };
}

function readSearch(element: Tlv): GetProfilesInfoRequest['searchCriteria'] {
  const choice = inside(element);
  const profileClass = readProfileClass(choice);
  const criterion = profileClass
    ? { profileClass }
    : readProfileIdentifier(choice.any('searchCriteria'));
  choice.finish();
  return criterion;
}

/** Tags of one or two bytes, one after the other. */
function readTagList({ content, what }: Tlv): number[] {
  const tags: number[] = [];
  for (let i = 0; i < content.length; i++) {
    const first = content[i]!;
    if ((first & 0x1f) !== 0x1f) {
      tags.push(first);
      continue;
    }
    const second = content[++i];
    if (second === undefined || second >= 0x80) throw badValue(what, 'has a tag that is cut off');
    tags.push(256 * first + second);
  }
  return tags;
}

/** ProfileInfo E3. All fields are OPTIONAL: the tag list chooses. */
export interface ProfileInfo extends ProfileDescription {
  readonly iccid?: string;
  readonly isdpAid?: Uint8Array;
  readonly profileState?: keyof typeof PROFILE_STATE;
  readonly profileNickname?: string;
  readonly serviceProviderName?: string;
  readonly profileName?: string;
  /** Content of B8. */
  readonly dpProprietaryData?: Uint8Array;
  /** Content of BF22. */
  readonly serviceSpecificDataStoredInEuicc?: Uint8Array;
}

function encodeProfileInfo(info: ProfileInfo): Uint8Array {
  return encodeTlv(
    0xe3,
    encodeOptional(info.iccid, encodeIccid),
    encodeOptional(info.isdpAid, (aid) => encodeTlv(0x4f, aid)),
    encodeOptional(info.profileState, (state) => encodeInteger(0x9f70, PROFILE_STATE[state])),
    encodeOptional(info.profileNickname, (text) => encodeText(0x90, text)),
    encodeOptional(info.serviceProviderName, (text) => encodeText(0x91, text)),
    encodeOptional(info.profileName, (text) => encodeText(0x92, text)),
    encodeIcon(info),
    encodeProfileClass(info.profileClass),
    encodeNotificationConfiguration(info),
    encodeOptional(info.profileOwner, (owner) => encodeOperatorId(owner)),
    encodeOptional(info.dpProprietaryData, (data) => encodeTlv(0xb8, data)),
    encodePolicyRules(info),
    encodeOptional(info.serviceSpecificDataStoredInEuicc, (data) => encodeTlv(0xbf22, data)),
  );
}

function readProfileInfo(element: Tlv): Received<ProfileInfo> {
  const reader = inside(element);
  const iccid = reader.optional(0x5a, 'iccid');
  const isdpAid = reader.optional(0x4f, 'isdpAid');
  const state = reader.optional(0x9f70, 'profileState');
  const nickname = reader.optional(0x90, 'profileNickname');
  const provider = reader.optional(0x91, 'serviceProviderName');
  const name = reader.optional(0x92, 'profileName');
  const icon = readIcon(reader);
  const profileClass = readProfileClass(reader);
  const notificationConfigurationInfo = readNotificationConfiguration(reader);
  const owner = reader.optional(0xb7, 'profileOwner');
  const dpData = reader.optional(0xb8, 'dpProprietaryData');
  const profilePolicyRules = readPolicyRules(reader);
  const stored = reader.optional(0xbf22, 'serviceSpecificDataStoredInEuicc');
  reader.end();
  return {
    iccid: iccid && readIccid(iccid),
    isdpAid: isdpAid && readAid(isdpAid),
    profileState: state && readNamed(state, PROFILE_STATE),
    profileNickname: nickname && readText(nickname, 64),
    serviceProviderName: provider && readText(provider, 32),
    profileName: name && readText(name, 64),
    ...icon,
    profileClass,
    notificationConfigurationInfo,
    profileOwner: owner && readOperatorId(owner),
    dpProprietaryData: dpData?.content,
    profilePolicyRules,
    serviceSpecificDataStoredInEuicc: stored?.content,
    der: element.der,
  };
}

/** ProfileInfoListError. */
export const PROFILE_INFO_LIST_ERROR = { incorrectInputValues: 1, undefinedError: 127 } as const;

export type GetProfilesInfoResponse<T = ProfileInfo> =
  | { readonly result: 'ok'; readonly profiles: readonly T[] }
  | { readonly result: 'error'; readonly error: number };

export function encodeGetProfilesInfoResponse(response: GetProfilesInfoResponse): Uint8Array {
  if (response.result === 'error') return encodeTlv(0xbf2d, encodeInteger(0x81, response.error));
  return encodeTlv(0xbf2d, encodeTlv(0xa0, ...response.profiles.map(encodeProfileInfo)));
}

export function decodeGetProfilesInfoResponse(
  bytes: Uint8Array,
): GetProfilesInfoResponse<Received<ProfileInfo>> {
  const choice = inside(onlyTlv(bytes, 0xbf2d, 'ProfileInfoListResponse'));
  const error = choice.optional(0x81, 'profileInfoListError');
  const list = error ? undefined : choice.element(0xa0, 'profileInfoListOk');
  choice.finish();
  if (!list) return { result: 'error', error: readInteger(error!) };
  return { result: 'ok', profiles: listOf(list, 0xe3, 'ProfileInfo').map(readProfileInfo) };
}
