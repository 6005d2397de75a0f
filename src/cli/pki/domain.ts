import { Argument, Option } from 'commander';
import { InvalidArgumentError } from 'commander';
import { systemClock } from '../../time.ts';
import type { CommandDefinition } from '../shared/command.ts';
import { AT, type AtFlags, required, wholeNumber } from '../shared/options.ts';
import type { Answer } from '../shared/output.ts';
import { givenPassphrase, PASSPHRASE, type PassphraseFlags } from './authority.ts';
import { commandsOf, type Domain, makeDomain } from './domain-files.ts';

interface Flags extends PassphraseFlags, AtFlags, Omit<Domain, 'folder'> {}

/** zkcx pki domain FOLDER */
export const pkiDomain: CommandDefinition = {
  name: 'domain',
  description:
    'make a whole private domain: PKI, configuration of SM-DP+ and SM-DS, an eUICC, a revocation map',
  arguments: [new Argument('<folder>', 'where; must not be there, or be empty')],
  options: [
    new Option('--organisation <text>', 'whose domain it is').default('Private eSIM domain'),
    new Option('--smdpp <fqdn>', 'address of the SM-DP+')
      .default('smdpp.example.com')
      .argParser(host),
    new Option('--smds <fqdn>', 'address of the SM-DS').default('smds.example.com').argParser(host),
    new Option('--port <port>', 'where the SM-DP+ listens on loopback; the SM-DS on the next two')
      .default(8443)
      .argParser(wholeNumber({ least: 1, most: 65_533 })),
    required('--profile <file>', 'profile package that is ordered first, DER'),
    PASSPHRASE,
    AT,
  ],
  run: domain,
};

async function domain(folder: string, flags: Flags): Promise<Answer> {
  const { passphraseFile, at = systemClock(), ...names } = flags;
  const passphrase = await givenPassphrase({ passphraseFile });
  const made = { ...names, folder };
  const { eid, root } = await makeDomain(made, { at, passphrase });
  const { commands, activationCode } = commandsOf(made);
  return {
    json: { folder, eid, revocationRoot: root, activationCode, commands },
    text: [
      `The domain is in ${folder}. Its device has the EID ${eid}.`,
      'Run these, the first two each in a terminal of its own:',
      '',
      ...commands,
    ],
  };
}

function host(text: string): string {
  if (/^(?=.{1,200}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/.test(text)) {
    return text;
  }
  throw new InvalidArgumentError('Give a host name in lower case, with a dot.');
}
