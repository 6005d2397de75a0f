/**
 * ES8+ (SGP.22 5.5): what passes from SM-DP+ to eUICC through the LPA. In: a profile with its
 * metadata and the one-time key of an eUICC. Out: a bound profile package; and back again. Errors
 * of a package are BppError, ERR_RSP_BPP.
 */
export { bindProfile } from './bind-profile.ts';
export type { Binding, ProfileToBind } from './bind-profile.ts';
export { MAX_SEGMENT } from './bsp.ts';
export { BppError } from './errors.ts';
export { agree, oneTimeKey, oneTimePublicKey } from './key-agreement.ts';
export type { OneTimeKey } from './key-agreement.ts';
export { BoundProfileOpener, openBoundProfile } from './open-bound-profile.ts';
export type { DownloadContext, OpenedProfile } from './open-bound-profile.ts';
export { PackageReader } from './package-reader.ts';
export type { PackageElement } from './package-reader.ts';
export { segmentsOf } from './segments.ts';
