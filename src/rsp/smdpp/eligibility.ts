/** Whether an eUICC can take a profile, by what it says of itself (SGP.22 3.1.3, EUICCInfo2). */
import type { EuiccInfo2 } from '../../sgp22/messages/euicc-info.ts';
import { compareVersions } from '../../sgp22/messages/identifiers.ts';
import type { Profile } from './profile.ts';

/** What is asked of EUICCInfo2. */
export type DeviceFacts = Pick<
  EuiccInfo2,
  'profileVersion' | 'rspCapability' | 'forbiddenProfilePolicyRules'
>;

/** Why it cannot, or undefined. Memory is judged later, when the package is asked for. */
export function whyNotEligible(profile: Profile, info: DeviceFacts): string | undefined {
  const [major, minor] = profile.version;
  if (compareVersions(`${major}.${minor}.0`, info.profileVersion) > 0) {
    return 'The profile package is of a version that the eUICC does not support';
  }
  if (profile.profileClass === 'test' && !info.rspCapability.includes('testProfileSupport')) {
    return 'The eUICC takes no test profiles';
  }
  const forbidden = info.forbiddenProfilePolicyRules ?? [];
  if (profile.policyRules.some((rule) => forbidden.includes(rule))) {
    return 'The eUICC forbids a policy rule of the profile';
  }
  return undefined;
}
