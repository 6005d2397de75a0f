/** The list of profiles as cards make it (ES10c.GetProfilesInfo): each profile, and each of its fields, for itself. */
import type { Tlv } from '../../asn1/tlv.ts';
import { guessedText, type Readable, readAnsweredList, readFields } from '../codec/lenient.ts';
import { PROFILE_INFO, profileInfo, ProfileInfoListResponse } from './profiles.ts';

/** A field of a profile that a card has and that cannot be read. */
export interface UnreadableField {
  /** Name in SGP.22; `ProfileInfo` if the fields cannot be told apart. */
  readonly field: string;
  readonly problem: string;
  /** What a text may mean, without control characters. */
  readonly text?: string;
}

/** What could be read of a profile. */
export type ReadProfile = Readable<typeof PROFILE_INFO> & {
  /** The entry as the card gave it. */
  readonly der: Uint8Array;
  readonly unreadable: readonly UnreadableField[];
};

const TEXTS = ['profileNickname', 'serviceProviderName', 'profileName'];

/**
 * Read the answer to GetProfilesInfo: the profiles, or the number of an error.
 *
 * @throws ERR_DER_*, ERR_RSP_VALUE if it is neither
 */
export function readProfileList(bytes: Uint8Array): readonly ReadProfile[] | number {
  return readAnsweredList(
    bytes,
    ProfileInfoListResponse,
    [profileInfo.tag],
    'ProfileInfo',
    readProfile,
    ({ problem, content }) => ({
      der: content,
      unreadable: [{ field: 'ProfileInfo', problem }],
    }),
  );
}

function readProfile(element: Tlv): ReadProfile {
  const { der, tag } = element;
  if (tag !== profileInfo.tag) {
    return { der, unreadable: [{ field: 'ProfileInfo', problem: 'ProfileInfo has another tag' }] };
  }
  const { fields, unreadable } = readFields(element, PROFILE_INFO);
  return {
    ...fields,
    der,
    unreadable: unreadable.map(({ field, problem, content }) => ({
      field,
      problem,
      ...(TEXTS.includes(field) ? { text: guessedText(content) } : {}),
    })),
  };
}
