/** The list of profiles as cards make it (ES10c.GetProfilesInfo): each profile, and each of its fields, for itself. */
import { inside, type Tlv } from '../../asn1/tlv.ts';
import { answered, guessedText, type Readable, readEntries, readFields } from '../codec/lenient.ts';
import { integer } from '../codec/primitives.ts';
import { context } from '../codec/codec.ts';
import { TAG } from '../tags.ts';
import { PROFILE_INFO } from './profiles.ts';

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

const LIST = 0xa0;
const listError = context(1, integer);

/**
 * Read the answer to GetProfilesInfo: the profiles, or the number of an error.
 *
 * @throws ERR_DER_*, ERR_RSP_VALUE if it is neither
 */
export function readProfileList(bytes: Uint8Array): readonly ReadProfile[] | number {
  const answer = answered(bytes, TAG.getProfilesInfo, 'ProfileInfoListResponse');
  const reader = inside(answer);
  const tag = reader.peek();
  if (tag === listError.tag) return listError.take(reader, 'profileInfoListError');
  // some cards leave out the element around the list, or an empty list
  const isBare = tag === undefined || tag === PROFILE_INFO_TAG;
  const list = isBare ? answer : reader.element(LIST, 'profileInfoListOk');
  return readEntries(list, 'ProfileInfo', readProfile, ({ problem, content }) => ({
    der: content,
    unreadable: [{ field: 'ProfileInfo', problem }],
  }));
}

const PROFILE_INFO_TAG = TAG.profileInfo;

function readProfile(element: Tlv): ReadProfile {
  const { der, tag } = element;
  if (tag !== PROFILE_INFO_TAG) {
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
