import { changeProfile } from './change-profile.ts';

/** zkcx lpa enable PROFILE */
export const lpaEnable = changeProfile({
  name: 'enable',
  description: 'switch to a profile',
  done: 'Enabled',
  change: (euicc, profile) => euicc.enableProfile(profile),
});
