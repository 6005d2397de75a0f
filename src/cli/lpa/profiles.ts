import type { Command } from 'commander';
import { ZkcxError } from '../../errors.ts';
import type { Es10 } from '../../rsp/lpa/index.ts';
import { addCard, withEuicc } from '../euicc/options.ts';
import type { CardFlags } from '../euicc/options.ts';
import { addJson } from '../shared/options.ts';
import { answer, printable } from '../shared/output.ts';

type Profile = Awaited<ReturnType<Es10['profiles']>>[number];

/** zkcx lpa list|enable|disable|delete|nickname */
export function registerLpaProfiles(lpa: Command): void {
  addJson(addCard(lpa.command('list').description('the profiles on the eUICC'))).action(
    async (flags: CardFlags) =>
      answer(flags, async () => {
        const profiles = await withEuicc(flags, (euicc) => euicc.profiles());
        return {
          json: { profiles: profiles.map(asJson) },
          text: profiles.length > 0 ? profiles.map(line) : ['No profiles'],
        };
      }),
  );
  change(lpa, 'enable', 'switch to a profile', 'Enabled', (euicc, which) =>
    euicc.enableProfile(which),
  );
  change(lpa, 'disable', 'switch a profile off', 'Disabled', (euicc, which) =>
    euicc.disableProfile(which),
  );
  change(lpa, 'delete', 'take a profile off the eUICC', 'Deleted', (euicc, which) =>
    euicc.deleteProfile(which),
  );
  addJson(addCard(lpa.command('nickname').description('name a profile')))
    .argument('<iccid>', 'digits of its ICCID')
    .argument('<name>', 'up to 64 bytes; empty: none')
    .action(async (iccid: string, name: string, flags: CardFlags) =>
      answer(flags, async () => {
        // what does not fit is the user's mistake, not the card's
        if (Buffer.byteLength(name) > 64) {
          throw new ZkcxError('ERR_CLI_USAGE', 'a nickname has 64 bytes at most');
        }
        await withEuicc(flags, (euicc) => euicc.setNickname(iccid, name));
        return { json: { iccid, nickname: name }, text: [`Named ${iccid} ${printable(name)}`] };
      }),
    );
}

function change(
  lpa: Command,
  name: string,
  description: string,
  done: string,
  work: (euicc: Es10, which: { iccid: string } | { isdpAid: Uint8Array }) => Promise<void>,
): void {
  addJson(addCard(lpa.command(name).description(description)))
    .argument('<profile>', 'its ICCID, or the AID of its ISD-P in hexadecimal')
    .action(async (text: string, flags: CardFlags) =>
      answer(flags, async () => {
        await withEuicc(flags, (euicc) => work(euicc, identifier(text)));
        return { json: { profile: text }, text: [`${done} ${text}`] };
      }),
    );
}

/** ICCIDs have up to 20 digits, AIDs of ISD-Ps 32. */
function identifier(text: string): { iccid: string } | { isdpAid: Uint8Array } {
  if (/^\d{18,20}$/.test(text)) return { iccid: text };
  if (/^[0-9a-fA-F]{32}$/.test(text)) {
    return { isdpAid: Uint8Array.from(Buffer.from(text, 'hex')) };
  }
  throw new ZkcxError('ERR_CLI_USAGE', 'give an ICCID of 18 to 20 digits or an AID of 32 digits');
}

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
