/**
 * In: parsed certificates and revocation lists, trusted CIs, a time. Out: the chain with the facts that
 * a proof commits to, lists that count, what each entry of the revocation map holds; or a `ZkcxError`
 * with an ERR_CHAIN_*, ERR_CRL_*, ERR_REVOCATION_* or ERR_PROFILE_* code. The statements of `chain` and
 * `crl` in plain TypeScript.
 */
export { anchorFromCertificate } from './anchor.ts';
export type { TrustAnchor } from './anchor.ts';
export { checkChain } from './chain.ts';
export type { ChainInput, CheckedChain, CheckedLink, Handle } from './chain.ts';
export type { Constraints } from './constraints.ts';
export { checkCrlProfile } from './crl-profile.ts';
export { checkList, checkLists } from './crl.ts';
export type { CheckedList, ListIssuer } from './crl.ts';
export { checkProfile } from './profile.ts';
export { isDigestSigned, isOnCurve, isSignedBy } from './signature.ts';
export type { PublicKey } from './signature.ts';
export { assertFollows, checkSources, fillSources, isList, pointOf } from './sources.ts';
export type {
  CheckedSource,
  EntryContent,
  RevocationSource,
  SourcedEntry,
  WithoutList,
} from './sources.ts';
export type { Identity } from './subject.ts';
export { canonicalWindow } from './validity.ts';
export type { Window } from './validity.ts';
export { roleOf } from './role.ts';
