/**
 * In: parsed certificates, a trusted CI, a time. Out: the chain with the facts that a proof commits
 * to, or a `ZkcxError` with an ERR_CHAIN_* or ERR_PROFILE_* code. The same statement as the `chain`
 * program, in plain TypeScript; revocation is not part of it.
 */
export { anchorFromCertificate } from './anchor.ts';
export type { TrustAnchor } from './anchor.ts';
export { checkChain } from './chain.ts';
export type { ChainInput, CheckedChain, CheckedLink, Handle } from './chain.ts';
export type { Constraints } from './constraints.ts';
export { checkProfile } from './profile.ts';
export { isDigestSigned, isOnCurve, isSignedBy } from './signature.ts';
export type { PublicKey } from './signature.ts';
export type { Identity } from './subject.ts';
export { canonicalWindow } from './validity.ts';
export type { Window } from './validity.ts';
