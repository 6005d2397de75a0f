/** ES10c.EnableProfile and its relatives: what a user does with installed profiles (SGP.22 5.7.15 ff). */
import { bytesEqual } from '../../bytes.ts';
import { StoreMetadataRequest } from '../../sgp22/messages/metadata.ts';
import type { ResetOption } from '../../sgp22/messages/profile-management.ts';
import type { ProfileIdentifier } from '../../sgp22/messages/profiles.ts';
import type { EuiccIdentity } from './identity.ts';
import { notify } from './notifications.ts';
import type { EuiccState, PackageChange, StoredProfile } from './state.ts';

/** Result codes in the words of the standard, and the state that comes of it. */
export interface Outcome<R extends string> {
  readonly result: 'ok' | R;
  readonly state: EuiccState;
  readonly packages?: readonly PackageChange[];
}

type Changed<R extends string> = Outcome<R | 'iccidOrAidNotFound' | 'disallowedByPolicy'>;

export function findProfile(
  { profiles }: EuiccState,
  which: ProfileIdentifier,
): StoredProfile | undefined {
  return profiles.find((profile) =>
    'iccid' in which ? profile.iccid === which.iccid : bytesEqual(profile.aid, which.isdpAid),
  );
}

/** Only one profile is enabled: another one that is gets disabled, unless its policy forbids that. */
export function enableProfile(
  state: EuiccState,
  identity: EuiccIdentity,
  which: ProfileIdentifier,
): Changed<'profileNotInDisabledState'> {
  return change(state, which, 'profileNotInDisabledState', (profile) => {
    const other = state.profiles.find(({ enabled }) => enabled);
    if (other === undefined) return switchTo(state, identity, profile, 'enable');
    if (rulesOf(other).includes('ppr1')) return 'disallowedByPolicy';
    const disabled = switchTo(state, identity, other, 'disable');
    return switchTo(disabled.state, identity, profile, 'enable');
  });
}

export function disableProfile(
  state: EuiccState,
  identity: EuiccIdentity,
  which: ProfileIdentifier,
): Changed<'profileNotInEnabledState'> {
  return change(state, which, 'profileNotInEnabledState', (profile) =>
    rulesOf(profile).includes('ppr1')
      ? 'disallowedByPolicy'
      : switchTo(state, identity, profile, 'disable'),
  );
}

export function deleteProfile(
  state: EuiccState,
  identity: EuiccIdentity,
  which: ProfileIdentifier,
): Changed<'profileNotInDisabledState'> {
  return change(state, which, 'profileNotInDisabledState', (profile) =>
    rulesOf(profile).includes('ppr2') ? 'disallowedByPolicy' : remove(state, identity, [profile]),
  );
}

/** An empty nickname takes it away. */
export function setNickname(
  state: EuiccState,
  iccid: string,
  nickname: string,
): Outcome<'iccidNotFound'> {
  const profile = findProfile(state, { iccid });
  if (profile === undefined) return { result: 'iccidNotFound', state };
  const changed = { ...profile, nickname: nickname === '' ? undefined : nickname };
  return { result: 'ok', state: withProfile(state, changed) };
}

/** ES10c.eUICCMemoryReset: policy rules do not hold it up, and enabled profiles go too. */
export function memoryReset(
  state: EuiccState,
  identity: EuiccIdentity,
  options: readonly ResetOption[],
): Outcome<'nothingToDelete'> {
  const going = state.profiles.filter((profile) =>
    options.includes(
      StoreMetadataRequest.decode(profile.metadata).profileClass === 'test'
        ? 'deleteFieldLoadedTestProfiles'
        : 'deleteOperationalProfiles',
    ),
  );
  const address = options.includes('resetDefaultSmdpAddress') ? '' : state.defaultDpAddress;
  if (going.length === 0 && address === state.defaultDpAddress) {
    return { result: 'nothingToDelete', state };
  }
  const removed = remove(state, identity, going);
  return { result: 'ok', ...removed, state: { ...removed.state, defaultDpAddress: address } };
}

/** Bytes that profiles and notifications take. */
export function usedMemory({ profiles, notifications }: EuiccState): number {
  const ofProfiles = profiles.reduce((sum, { size, metadata }) => sum + size + metadata.length, 0);
  return notifications.reduce((sum, { der }) => sum + der.length, ofProfiles);
}

export const rulesOf = ({ metadata }: StoredProfile) =>
  StoreMetadataRequest.decode(metadata).profilePolicyRules ?? [];

function remove(state: EuiccState, identity: EuiccIdentity, going: readonly StoredProfile[]) {
  const rest = { ...state, profiles: state.profiles.filter((one) => !going.includes(one)) };
  return {
    state: going.reduce((before, profile) => notify(before, identity, profile, 'delete'), rest),
    packages: going.map(({ aid }) => ({ aid, content: undefined })),
  };
}

/** Change a profile that is there and not in the state that `otherwise` complains of. */
function change<R extends 'profileNotInDisabledState' | 'profileNotInEnabledState'>(
  state: EuiccState,
  which: ProfileIdentifier,
  otherwise: R,
  apply: (profile: StoredProfile) => Omit<Outcome<never>, 'result'> | 'disallowedByPolicy',
): Changed<R> {
  const profile = findProfile(state, which);
  if (profile === undefined) return { result: 'iccidOrAidNotFound', state };
  if (profile.enabled !== (otherwise === 'profileNotInEnabledState')) {
    return { result: otherwise, state };
  }
  const applied = apply(profile);
  return applied === 'disallowedByPolicy'
    ? { result: applied, state }
    : { result: 'ok', ...applied };
}

function switchTo(
  state: EuiccState,
  identity: EuiccIdentity,
  profile: StoredProfile,
  event: 'enable' | 'disable',
) {
  const changed = withProfile(state, { ...profile, enabled: event === 'enable' });
  return { state: notify(changed, identity, profile, event) };
}

function withProfile(state: EuiccState, changed: StoredProfile): EuiccState {
  const profiles = state.profiles.map((one) => (bytesEqual(one.aid, changed.aid) ? changed : one));
  return { ...state, profiles };
}
