import { Argument, Option } from 'commander';
import { readFileLimited } from '../../../files.ts';
import type { AddProfile, Profile } from '../../../rsp/smdpp/index.ts';
import type { CommandDefinition } from '../../shared/command.ts';
import { required, wholeNumber } from '../../shared/options.ts';
import type { Answer } from '../../shared/output.ts';
import { administrate, STORE, type StoreFlags } from '../store.ts';
import { profileLine } from './profile-line.ts';

const MAX_PACKAGE_BYTES = 4_000_000;
const MAX_ICON_BYTES = 1_024;

interface Flags extends StoreFlags {
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

/** zkcx smdpp profile add FILE --data FOLDER --name TEXT --provider TEXT */
export const smdppProfileAdd: CommandDefinition = {
  name: 'add',
  description: 'put a profile in stock',
  arguments: [new Argument('<file>', 'profile package, DER')],
  options: [
    ...STORE,
    required('--name <text>', 'name that the user sees'),
    required('--provider <text>', 'service provider that the user sees'),
    new Option('--type <name>', 'name of its kind; default: what the package says'),
    new Option('--class <class>', 'default: operational').choices([
      'test',
      'provisioning',
      'operational',
    ]),
    new Option('--ppr <rules...>', 'profile policy rules').choices(['ppr1', 'ppr2']),
    new Option('--mcc-mnc <hex>', 'owner, 6 digits as in 3GPP TS 24.008'),
    new Option('--icon <file>', 'JPEG or PNG of 64 x 64 pixels, at most 1,024 bytes'),
    new Option(
      '--memory <bytes>',
      'memory that an eUICC needs; default: size of the package',
    ).argParser(wholeNumber({ least: 1, most: 999_999_999 })),
    new Option('--notify <fqdn>', 'server that is notified; default: this one'),
  ],
  run: add,
};

async function add(file: string, flags: Flags): Promise<Answer> {
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
  return { json: added, text: [profileLine(added.profile)] };
}

async function readIcon(file: string) {
  const data = await readFileLimited(file, MAX_ICON_BYTES);
  return { type: data[0] === 0x89 ? ('png' as const) : ('jpg' as const), data: base64(data) };
}

const base64 = (data: Uint8Array) => Buffer.from(data).toString('base64');
