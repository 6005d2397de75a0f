import type { CommandDefinition } from '../shared/command.ts';
import { required } from '../shared/options.ts';
import { type Answer, factLines } from '../shared/output.ts';
import {
  AUTHORITY,
  type AuthorityFlags,
  DAYS,
  endOf,
  factsOf,
  withAuthority,
} from './authority.ts';

interface Flags extends AuthorityFlags {
  readonly name: string;
  readonly days?: number;
}

/** zkcx pki renew --dir FOLDER --name NAME [--days DAYS] */
export const pkiRenew: CommandDefinition = {
  name: 'renew',
  description: 'issue a certificate again for its key, with a new serial number and validity',
  options: [...AUTHORITY, required('--name <name>', 'which certificate'), DAYS],
  run: renew,
};

function renew(flags: Flags): Promise<Answer> {
  const { name, days } = flags;
  return withAuthority(flags, async (authority, at) => {
    const facts = factsOf(await authority.renew({ name, at, notAfter: endOf(at, days) }));
    return { json: facts, text: factLines(facts) };
  });
}
