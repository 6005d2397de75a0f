import { systemClock } from '../../time.ts';
import type { CommandDefinition } from '../shared/command.ts';
import { AT, type AtFlags } from '../shared/options.ts';
import {
  openStore,
  CREDENTIALS,
  type CredentialsFlags,
  summaryFacts,
  summaryLine,
} from './store.ts';

type Flags = CredentialsFlags & AtFlags;

/** zkcx credential list --credentials FOLDER */
export const credentialList: CommandDefinition = {
  name: 'list',
  description: 'credentials of a store',
  options: [CREDENTIALS, AT],
  run: async (flags: Flags) => {
    const store = await openStore(flags);
    const credentials = (await store.list(flags.at ?? systemClock())).map(summaryFacts);
    return { json: { credentials }, text: credentials.map(summaryLine) };
  },
};
