import type { CommandDefinition } from '../../shared/command.ts';
import { ADMIN, type AdminFlags, adminKey } from '../options.ts';
import { transact } from './transact.ts';

/** zkcx registry trust cancel */
export const registryTrustCancel: CommandDefinition = {
  name: 'cancel',
  description: 'take back all that is pending',
  options: ADMIN,
  run: (flags: AdminFlags) =>
    transact(flags, async ({ chain, registryNow, sender }) => {
      const { cancel } = await import('../../../zkapp/client/index.ts');
      return cancel(sender, registryNow, await adminKey(flags, chain));
    }),
};
