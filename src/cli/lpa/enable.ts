import { changeProfile, REFRESH } from './change-profile.ts';

/** zkcx lpa enable PROFILE */
export const lpaEnable = changeProfile({
  name: 'enable',
  description: 'switch to a profile',
  done: 'Enabled',
  options: [REFRESH],
  change: (euicc, profile, { refresh }) => euicc.enableProfile(profile, refresh),
});
