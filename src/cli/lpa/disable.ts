import { changeProfile, REFRESH } from './change-profile.ts';

/** zkcx lpa disable PROFILE */
export const lpaDisable = changeProfile({
  name: 'disable',
  description: 'switch a profile off',
  done: 'Disabled',
  options: [REFRESH],
  change: (euicc, profile, { refresh }) => euicc.disableProfile(profile, refresh),
});
