import { Argument } from 'commander';
import type { CommandDefinition } from '../../shared/command.ts';
import type { Answer } from '../../shared/output.ts';
import { ADMIN, type AdminFlags, adminKey } from '../options.ts';
import { leafOfCi, transact } from './transact.ts';

/** zkcx registry trust remove CI */
export const registryTrustRemove: CommandDefinition = {
  name: 'remove',
  description: 'stop accepting a CI, at once; what is pending ends',
  arguments: [new Argument('<ci>', 'its certificate')],
  options: ADMIN,
  run: remove,
};

async function remove(file: string, flags: AdminFlags): Promise<Answer> {
  const leaf = await leafOfCi(file);
  return transact(flags, async ({ chain, registryNow, sender }) => {
    const { removeCi } = await import('../../../zkapp/client/index.ts');
    return removeCi(sender, registryNow, await adminKey(flags, chain), leaf);
  });
}
