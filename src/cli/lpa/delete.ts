import { changeProfile } from './change-profile.ts';

/** zkcx lpa delete PROFILE */
export const lpaDelete = changeProfile({
  name: 'delete',
  description: 'take a profile off the eUICC',
  done: 'Deleted',
  change: (euicc, profile) => euicc.deleteProfile(profile),
});
