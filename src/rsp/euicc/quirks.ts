/** How the emulator makes what cards with quirks make. */
import { bytesToHex, concatBytes } from '../../bytes.ts';
import { encodeTlv } from '../../asn1/tlv.ts';
import { iccidBytes } from '../../sgp22/messages/identifiers.ts';
import { PROFILE_INFO, type ProfileInfo } from '../../sgp22/messages/profiles.ts';
import { TAG } from '../../sgp22/tags.ts';

/** Status word of a command that is done, with 11 bytes of a proactive command waiting. */
export const PROACTIVE_WAITS = 0x910b;

/** What reads as the ICCID with its digits unswapped: the text whose bytes are the digits in their order. */
export function unswapped(iccid: string): string {
  return bytesToHex(iccidBytes(iccid));
}

type Field = keyof typeof PROFILE_INFO;
type Oddity = Readonly<Partial<Record<Field, Uint8Array>>>;

const latin1 = (text: string) => Uint8Array.from(Buffer.from(text, 'latin1'));

/** Elements in the place of those of the standard; an empty one leaves the field out. */
const ODDITIES: readonly Oddity[] = [
  { serviceProviderName: encodeTlv(TAG.serviceProviderName, latin1('España')) },
  { serviceProviderName: encodeTlv(TAG.serviceProviderName, latin1('P'.repeat(33))) },
  {
    iconType: encodeTlv(TAG.iconType, Uint8Array.of(1)),
    icon: encodeTlv(TAG.icon, new Uint8Array(1_025)),
  },
  { iconType: encodeTlv(TAG.iconType, Uint8Array.of(5)) },
  { profileName: encodeTlv(TAG.profileName, latin1('Plan\0\0\0')) },
  { profileClass: encodeTlv(TAG.profileClass, Uint8Array.of(7)) },
  { profileState: encodeTlv(TAG.profileState, Uint8Array.of(9)) },
  { iccid: new Uint8Array() },
];

/** NUL bytes at the end of a field of fixed size. */
const PADDING = new Uint8Array(16);

/** ProfileInfoListResponse of a card with odd profiles, padded with NUL bytes as some are. */
export function oddProfileList(profiles: readonly ProfileInfo[]): Uint8Array {
  const entries = profiles.map((info, i) =>
    encodeTlv(TAG.profileInfo, ...fieldsOf(info, i === 0 ? {} : oddityOf(i - 1)), PADDING),
  );
  return concatBytes(encodeTlv(TAG.getProfilesInfo, encodeTlv(0xa0, ...entries)), PADDING);
}

const oddityOf = (i: number) => ODDITIES[i % ODDITIES.length]!;

function fieldsOf(info: ProfileInfo, oddity: Oddity): Uint8Array[] {
  return (Object.keys(PROFILE_INFO) as Field[]).flatMap((name) => {
    const value = info[name];
    if (oddity[name] !== undefined) return [oddity[name]];
    return value === undefined ? [] : [PROFILE_INFO[name].put(value as never, name)];
  });
}
