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
  description: 'credentials of a store, and what is ready of each',
  options: [CREDENTIALS, AT],
  run: async (flags: Flags) => {
    const store = await openStore(flags);
    const at = flags.at ?? systemClock();
    const listed = await store.list(at);
    const credentials = await Promise.all(
      listed.map(async (one) => ({ ...summaryFacts(one), ready: await store.ready(one.name, at) })),
    );
    return {
      json: { credentials },
      text: credentials.map(
        ({ ready, ...facts }) =>
          `${summaryLine(facts)}; ready: ${counted(ready.refreshes, 'refresh', 'es')}, ` +
          counted(ready.presentations, 'presentation'),
      ),
    };
  },
};

const counted = (count: number, noun: string, plural = 's') =>
  `${count} ${noun}${count === 1 ? '' : plural}`;
