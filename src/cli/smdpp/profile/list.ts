import type { Profile } from '../../../rsp/smdpp/index.ts';
import type { CommandDefinition } from '../../shared/command.ts';
import { administrate, STORE, type StoreFlags } from '../store.ts';
import { profileLine } from './profile-line.ts';

/** zkcx smdpp profile list --data FOLDER */
export const smdppProfileList: CommandDefinition = {
  name: 'list',
  description: 'all profiles',
  options: STORE,
  run: async (flags: StoreFlags) => {
    const found = (await administrate(flags, 'listProfiles', {})) as { profiles: Profile[] };
    return { json: found, text: found.profiles.map(profileLine) };
  },
};
