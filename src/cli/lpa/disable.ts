import { changeProfile } from './change-profile.ts';

/** zkcx lpa disable PROFILE */
export const lpaDisable = changeProfile({
  name: 'disable',
  description: 'switch a profile off',
  done: 'Disabled',
  change: (euicc, profile) => euicc.disableProfile(profile),
});
