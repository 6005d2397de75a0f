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
  run: async (flags: CardFlags) => {
    const profiles = await withEuicc(flags, (euicc) => euicc.profiles());
    return {
      json: { profiles: profiles.map(asJson) },
      text: profiles.length > 0 ? profiles.map(line) : ['No profiles'],
    };
  },
};

function asJson(profile: Profile) {
  const { iccid, isdpAid, profileState, profileNickname, serviceProviderName } = profile;
  return {
    iccid,
    isdpAid: isdpAid && Buffer.from(isdpAid).toString('hex'),
    state: profileState,
    nickname: profileNickname,
    serviceProviderName,
    profileName: profile.profileName,
    class: profile.profileClass,
  };
}

function line(profile: Profile): string {
  const { iccid, profileState, profileNickname, serviceProviderName, profileName } = profile;
  const name = profileNickname ?? profileName ?? '';
  return [iccid, profileState, printable(name), printable(serviceProviderName ?? '')].join('  ');
}
