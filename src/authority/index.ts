/**
 * In: what certificates and revocation lists are to say. Out: keys, certificates and lists of a PKI of one's own, in a
 * folder. Everything that is issued has passed the rules of src/asn1 and src/pki first.
 */
export { completeEid, eidAt } from './eid.ts';
export { openAuthority } from './authority.ts';
export type { Authority, IssueOptions } from './authority.ts';
export { REASONS } from './lists.ts';
export type { Reason } from './lists.ts';
export { LIST_NAMES } from './list-names.ts';
export type { IssuedList } from './list-names.ts';
export type { CertificateRequest } from './request.ts';
export type { Entry } from './register.ts';
