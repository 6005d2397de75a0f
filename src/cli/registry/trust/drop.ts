import type { CommandDefinition } from '../../shared/command.ts';
import { ADMIN, type AdminFlags, adminKey } from '../options.ts';
import { transact } from './transact.ts';

/** zkcx registry trust drop */
export const registryTrustDrop: CommandDefinition = {
  name: 'drop',
  description: 'take back the first of the pending actions, so that those behind it can be applied',
  options: ADMIN,
  run: (flags: AdminFlags) =>
    transact(flags, async ({ chain, registryNow, sender }) => {
      const { drop } = await import('../../../zkapp/client/index.ts');
      return drop(sender, registryNow, await adminKey(flags, chain));
    }),
};
