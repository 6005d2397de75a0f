import { bytesToHex } from '../../bytes.ts';
import type { Es10 } from '../../rsp/lpa/index.ts';
import { CARD, type CardFlags, withEuicc } from '../shared/card.ts';
import type { CommandDefinition } from '../shared/command.ts';
import { printable } from '../shared/output.ts';

type Profile = Awaited<ReturnType<Es10['profiles']>>[number];

/** zkcx lpa list */
export const lpaList: CommandDefinition = {
  name: 'list',
  description: 'the profiles on the eUICC',
  options: CARD,
  run: (flags: CardFlags) =>
    withEuicc(flags, async (euicc) => {
      const profiles = await euicc.profiles();
      return {
        json: { profiles: profiles.map(asJson) },
        text: profiles.length > 0 ? profiles.map(line) : ['No profiles'],
      };
    }),
};

function asJson(profile: Profile) {
  const { iccid, isdpAid, profileState, profileNickname, serviceProviderName } = profile;
  const { unreadable } = profile;
  return {
    iccid,
    isdpAid: isdpAid && bytesToHex(isdpAid),
    state: profileState,
    nickname: profileNickname,
    serviceProviderName,
    profileName: profile.profileName,
    class: profile.profileClass,
    ...(unreadable.length > 0 ? { unreadable } : {}),
  };
}

function line(profile: Profile): string {
  const { iccid, profileState, profileNickname, serviceProviderName, profileName } = profile;
  const name = profileNickname ?? profileName ?? '';
  const shown = [profileState ?? '', printable(name), printable(serviceProviderName ?? '')];
  if (profile.unreadable.length === 0) return [iccid ?? aidOf(profile), ...shown].join('  ');
  // by its AID: the ICCID may be what cannot be read
  const names = [aidOf(profile), iccid ?? ''].filter((one) => one !== '');
  const problems = profile.unreadable.map(problem).join(', ');
  return [...names, ...shown, `unreadable: ${problems}`].filter((one) => one !== '').join('  ');
}

const aidOf = ({ isdpAid }: Profile) => (isdpAid === undefined ? '' : bytesToHex(isdpAid));

function problem({ field, text }: Profile['unreadable'][number]): string {
  return text === undefined ? field : `${field} "${printable(text)}"`;
}
