import { Option } from 'commander';
import { type Reason, REASONS } from '../../authority/index.ts';
import type { CommandDefinition } from '../shared/command.ts';
import { required } from '../shared/options.ts';
import type { Answer } from '../shared/output.ts';
import { AUTHORITY, type AuthorityFlags, withAuthority } from './authority.ts';
import { serial } from './serial.ts';

interface Flags extends AuthorityFlags {
  readonly name: string;
  readonly serial?: bigint;
  readonly reason?: Reason;
}

/** zkcx pki revoke --dir FOLDER --name NAME [--reason REASON] */
export const pkiRevoke: CommandDefinition = {
  name: 'revoke',
  description: 'revoke a certificate; the next list of its issuer says so',
  options: [
    ...AUTHORITY,
    required('--name <name>', 'which certificate'),
    new Option('--serial <hex>', 'an earlier one of that name').argParser(serial),
    new Option('--reason <reason>', 'why').choices(Object.keys(REASONS)),
  ],
  run: revoke,
};

function revoke(flags: Flags): Promise<Answer> {
  const { name, reason, serial: serialNumber } = flags;
  return withAuthority(flags, async (authority, at) => {
    const { issuer } = await authority.revoke({ name, at, reason, serialNumber });
    return {
      json: { name, issuer, reason },
      text: [`${name} is revoked. It counts with the next list of ${issuer}: zkcx pki crl`],
    };
  });
}
