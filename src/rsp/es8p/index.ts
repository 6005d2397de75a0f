/**
 * ES8+ (SGP.22 5.5): what passes from SM-DP+ to eUICC through the LPA. In: a profile with its
 * metadata and the one-time key of an eUICC. Out: a bound profile package; and back again. Errors
 * of a package are BppError, ERR_RSP_BPP.
 */
export { bindProfile } from './bindProfile.ts';
export type { Binding, ProfileToBind } from './bindProfile.ts';
export { MAX_SEGMENT } from './bsp.ts';
export { BppError } from './errors.ts';
export { agree, oneTimeKey, oneTimePublicKey } from './keyAgreement.ts';
export type { OneTimeKey } from './keyAgreement.ts';
export { BoundProfileOpener, openBoundProfile } from './openBoundProfile.ts';
export type { DownloadContext, OpenedProfile } from './openBoundProfile.ts';
export { segmentsOf } from './segments.ts';
