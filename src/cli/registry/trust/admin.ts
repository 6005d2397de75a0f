import { Argument } from 'commander';
import type { CommandDefinition } from '../../shared/command.ts';
import type { Answer } from '../../shared/output.ts';
import { decide, DELAYED, type DelayedFlags } from './decide.ts';

/** zkcx registry trust admin ACCOUNT [--apply] */
export const registryTrustAdmin: CommandDefinition = {
  name: 'admin',
  description: 'propose another admin',
  arguments: [new Argument('<account>', 'public key, base58')],
  options: DELAYED,
  run: changeAdmin,
};

async function changeAdmin(account: string, flags: DelayedFlags): Promise<Answer> {
  const { parseAccountAddress } = await import('../../../zkapp/client/index.ts');
  const { adminKeyHash } = await import('../../../zkapp/contract/index.ts');
  const keyHash = adminKeyHash(parseAccountAddress(account)).toBigInt();
  return decide(flags, { kind: 'changeAdmin', keyHash });
}
