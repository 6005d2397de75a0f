/** Whether an eUICC takes the policy rules of a profile (SGP.22 2.9.2.4, 3.1.3): asked before the user is. */
import { bytesEqual, bytesToHex } from '../../bytes.ts';
import { ZkcxError } from '../../errors.ts';
import type { PolicyAuthorisation } from '../../sgp22/messages/euicc-data.ts';
import type { StoreMetadata } from '../../sgp22/messages/metadata.ts';
import type { Es10 } from './es10.ts';

type Operator = NonNullable<StoreMetadata['profileOwner']>;

/**
 * Throws ERR_RSP_DOWNLOAD, with the reason pprNotAllowed, if no rule of the eUICC lets this operator set what the
 * profile sets. What is not clear, since the eUICC does not tell its rules or the profile has no owner, is left to the
 * eUICC, which judges again while it installs.
 */
export async function checkPolicyRules(
  es10: Pick<Es10, 'policyAuthorisations'>,
  { profilePolicyRules = [], profileOwner }: StoreMetadata,
): Promise<void> {
  if (profilePolicyRules.length === 0 || profileOwner === undefined) return;
  const rules = await rulesOf(es10);
  if (rules === undefined) return;
  const forbidden = profilePolicyRules.filter(
    (rule) => !rules.some((one) => one.pprIds.includes(rule) && allows(one, profileOwner)),
  );
  if (forbidden.length === 0) return;
  throw new ZkcxError(
    'ERR_RSP_DOWNLOAD',
    `the eUICC does not let this operator set ${forbidden.join(' and ')}`,
    { reason: 'pprNotAllowed' },
  );
}

async function rulesOf({ policyAuthorisations }: Pick<Es10, 'policyAuthorisations'>) {
  try {
    return await policyAuthorisations();
  } catch (error) {
    if (error instanceof ZkcxError) return undefined;
    throw error;
  }
}

const allows = ({ allowedOperators }: PolicyAuthorisation, owner: Operator) =>
  allowedOperators.some(
    (allowed) =>
      isSameNetwork(allowed.mccMnc, owner.mccMnc) &&
      isSameGroup(allowed.gid1, owner.gid1) &&
      isSameGroup(allowed.gid2, owner.gid2),
  );

/** An "E" in the place of a digit stands for any (SGP.22 2.4.12). */
function isSameNetwork(allowed: Uint8Array, owner: Uint8Array): boolean {
  const digits = bytesToHex(owner);
  return [...bytesToHex(allowed)].every((digit, i) => digit === 'e' || digit === digits[i]);
}

/** A group that is not named, or empty, is any. */
const isSameGroup = (allowed: Uint8Array | undefined, owner: Uint8Array | undefined) =>
  allowed === undefined ||
  allowed.length === 0 ||
  owner === undefined ||
  bytesEqual(allowed, owner);
