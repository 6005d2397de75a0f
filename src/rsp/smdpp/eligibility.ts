/** Whether an eUICC can take a profile, by what it says of itself (SGP.22 3.1.3, EUICCInfo2). */
import type { DeviceFacts } from '../../sgp22/messages/euicc-info.ts';
import { compareVersions } from '../../sgp22/messages/identifiers.ts';
import type { Profile } from './profile.ts';

/**
 * Why it cannot, or undefined. What the eUICC does not say, or not in the form of the standard, speaks against no
 * profile. Memory is judged later, when the package is asked for.
 */
export function whyNotEligible(
  profile: Profile,
  { profileVersion, rspCapability, forbiddenProfilePolicyRules = [] }: DeviceFacts,
): string | undefined {
  const [major, minor] = profile.version;
  if (profileVersion !== undefined && compareVersions(`${major}.${minor}.0`, profileVersion) > 0) {
    return 'The profile package is of a version that the eUICC does not support';
  }
  if (profile.profileClass === 'test' && rspCapability?.includes('testProfileSupport') === false) {
    return 'The eUICC takes no test profiles';
  }
  if (profile.policyRules.some((rule) => forbiddenProfilePolicyRules.includes(rule))) {
    return 'The eUICC forbids a policy rule of the profile';
  }
  return undefined;
}
