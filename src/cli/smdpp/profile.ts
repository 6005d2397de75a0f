import { type Command, InvalidArgumentError, Option } from 'commander';
import { readFileLimited } from '../../files.ts';
import type { AddProfile, Profile } from '../../rsp/smdpp/index.ts';
import { answer } from '../shared/output.ts';
import { addStore, administrate } from './order.ts';

const MAX_PACKAGE_BYTES = 4_000_000;
const MAX_ICON_BYTES = 1_024;

interface AddFlags {
  readonly data: string;
  readonly address?: string;
  readonly json?: boolean;
  readonly name: string;
  readonly provider: string;
  readonly type?: string;
  readonly class?: 'test' | 'provisioning' | 'operational';
  readonly ppr?: ('ppr1' | 'ppr2')[];
  readonly mccMnc?: string;
  readonly icon?: string;
  readonly memory?: number;
  readonly notify?: string;
}

/** zkcx smdpp profile add|list --data FOLDER */
export function registerSmdppProfile(smdpp: Command): void {
  const profile = smdpp.command('profile').description('profiles in stock');

  addStore(profile.command('add'))
    .description('put a profile in stock')
    .argument('<file>', 'profile package, DER')
    .requiredOption('--name <text>', 'name that the user sees')
    .requiredOption('--provider <text>', 'service provider that the user sees')
    .option('--type <name>', 'name of its kind; default: what the package says')
    .addOption(
      new Option('--class <class>', 'default: operational').choices([
        'test',
        'provisioning',
        'operational',
      ]),
    )
    .addOption(new Option('--ppr <rules...>', 'profile policy rules').choices(['ppr1', 'ppr2']))
    .option('--mcc-mnc <hex>', 'owner, 6 digits as in 3GPP TS 24.008')
    .option('--icon <file>', 'JPEG or PNG of 64 x 64 pixels, at most 1,024 bytes')
    .option('--memory <bytes>', 'memory that an eUICC needs; default: size of the package', bytes)
    .option('--notify <fqdn>', 'server that is notified; default: this one')
    .action(async (file: string, flags: AddFlags) =>
      answer(flags, async () => {
        const request: AddProfile = {
          package: base64(await readFileLimited(file, MAX_PACKAGE_BYTES)),
          serviceProviderName: flags.provider,
          profileName: flags.name,
          profileType: flags.type,
          profileClass: flags.class,
          policyRules: flags.ppr,
          mccMnc: flags.mccMnc,
          icon: flags.icon === undefined ? undefined : await readIcon(flags.icon),
          memory: flags.memory,
          notificationAddress: flags.notify,
        };
        const added = (await administrate(flags, 'addProfile', request)) as { profile: Profile };
        return { json: added, text: [line(added.profile)] };
      }),
    );

  addStore(profile.command('list').description('all profiles')).action(async (flags: AddFlags) =>
    answer(flags, async () => {
      const found = (await administrate(flags, 'listProfiles', {})) as { profiles: Profile[] };
      return { json: found, text: found.profiles.map(line) };
    }),
  );
}

function line({ iccid, profileType, profileClass, size }: Profile): string {
  return `${iccid}  ${profileType}  ${profileClass}  ${size} bytes`;
}

async function readIcon(file: string) {
  const data = await readFileLimited(file, MAX_ICON_BYTES);
  return { type: data[0] === 0x89 ? ('png' as const) : ('jpg' as const), data: base64(data) };
}

const base64 = (data: Uint8Array) => Buffer.from(data).toString('base64');

function bytes(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('Give a number of bytes.');
  return Number(text);
}
