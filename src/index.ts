/**
 * The public names of the package, by stage: parse certificates and revocation lists, check them, prove
 * them, verify proofs, aggregate them, and use them in sessions. Start with `parseCertificate`,
 * `anchorFromCertificate`, `proveChain` and `verifyChain`; then `checkRequest` for a holder and
 * `SessionVerifier` for a verifier.
 */
export { ZkcxError } from './errors.ts';
export type { ErrorCode } from './errors.ts';

export {
  certificateBytes,
  certificateChainBytes,
  listBytes,
  parseCertificate,
  parseRevocationList,
} from './asn1/index.ts';
export type { Certificate, ListScope, Name, RevocationList, RevokedEntry } from './asn1/index.ts';

export {
  anchorFromCertificate,
  canonicalWindow,
  checkChain,
  checkCrlProfile,
  checkList,
  checkLists,
  checkProfile,
} from './pki/index.ts';
export type {
  CheckedChain,
  CheckedLink,
  CheckedList,
  ListIssuer,
  RevocationSource,
  TrustAnchor,
} from './pki/index.ts';
export type { Role } from './roles.ts';

export { TrustSet } from './witness/trust.ts';

export { proveChain } from './prover/chain.ts';
export type { ChainInput, ProveChainOptions } from './prover/chain.ts';
export { Prover } from './prover/prover.ts';
export type { JobOptions, ProverEvent, ProverOptions } from './prover/prover.ts';
export { readCredential, writeCredential } from './prover/credential.ts';
export type { Credential } from './prover/credential.ts';
export { formatEnvelope, parseEnvelope } from './prover/envelope.ts';
export type { AnyEnvelope, PlainEnvelope, ProofEnvelope } from './prover/envelope.ts';
export { verifyChain, verifyRefresh } from './prover/verify.ts';
export type { VerifiedChain, VerifyChainOptions } from './prover/verify.ts';

export { shareCredential } from './prover/share.ts';
export type { SharedCredential, ShareOptions } from './prover/share.ts';

export { proveCrl } from './prover/crl.ts';
export type { CrlInput, ProveCrlOptions } from './prover/crl.ts';
export { verifyCrl } from './prover/verify-crl.ts';
export type { VerifiedCrl, VerifyCrlOptions } from './prover/verify-crl.ts';

export { aggregateChains } from './aggregate/aggregate-chains.ts';
export type {
  AggregatedChain,
  AggregateOptions,
  AggregateResult,
} from './aggregate/aggregate-chains.ts';
export type { ChainToAggregate, AggregateChainsInput } from './aggregate/plan.ts';
export type { AggregateProgress } from './aggregate/progress.ts';
export { serveAggregation } from './aggregate/worker.ts';
export type { WorkerOptions } from './aggregate/worker.ts';
export { readMember, writeMember } from './prover/member.ts';
export type { AggregateMember } from './prover/member.ts';
export { verifyAggregate } from './prover/verify-aggregate.ts';
export type { VerifiedAggregate, VerifyAggregateOptions } from './prover/verify-aggregate.ts';
export { formatRegistry, loadRegistry } from './session/registry-file.ts';
export { RegistryTree } from './witness/registry-tree.ts';
export type { Publication, RegistryMember } from './witness/registry-tree.ts';

export { buildMap, formatMap, loadMap, parseSourcesConfiguration } from './session/map-file.ts';
export type { SourcedMap, SourcesConfiguration } from './session/map-file.ts';

export { CLIENT_OFFER } from './session/offers.ts';
export type { RequestTerms } from './session/offers.ts';
export { mapFacts } from './session/map-facts.ts';
export type { MapFacts } from './session/events.ts';
export { MapHistory } from './session/map-history.ts';
export type { ServeOptions } from './session/map-history.ts';
export { trustFacts } from './session/accepted-roots.ts';
export type { AcceptedRoots, TrustFacts } from './session/accepted-roots.ts';
export { identifierScopeOf, scopeOf } from './session/scope.ts';
export { blindOrderOf, orderSalt } from './session/blind-order.ts';
export { bindTranscript, sessionId, sessionMessage } from './session/transcript.ts';
export type { Negotiation, SessionTranscript } from './session/transcript.ts';
export { formatBundle, parseBundle } from './session/envelopes.ts';
export type { CertifiedBundle, PresentationBundle } from './session/envelopes.ts';

export { checkRequest, termsAhead } from './session/holder.ts';
export type {
  AcceptedRequest,
  AcceptedTerms,
  HolderPolicy,
  Peer,
  ProvableTerms,
  RequestInput,
} from './session/holder.ts';
export { preparePresentation } from './session/prepared.ts';
export type { Prepared, PreparedTerms, PrepareInput } from './session/prepared.ts';
export { openPools, poolsFolderOf, PresentationPool, RefreshPool } from './session/pools.ts';
export type { CredentialPools, ReadyCounts } from './session/pools.ts';
export type { Taken } from './session/pool.ts';
export { obtainPresentation, prepareAhead } from './session/presenter.ts';
export type { Presented, PresenterInput } from './session/presenter.ts';
export { planAnswer, planPossession, presentationBundle, proveAnswer } from './session/answer.ts';
export type { AnswerInput, PossessionOfSession, SignMessage } from './session/answer.ts';
export { refuseAlike, REFUSAL } from './session/refusal.ts';
export { certify, planCertify } from './session/statements.ts';
export { CredentialStore } from './session/credential-store.ts';
export type { CredentialSummary } from './session/credential-store.ts';
export { renewCredential } from './session/renewal.ts';

export { verifyPresentation } from './session/verifier.ts';
export type { PresentationExpectation, VerifiedPresentation } from './session/verifier.ts';
export { verifyCertified } from './session/certified.ts';
export type { CertifiedExpectation, VerifiedCertified } from './session/certified.ts';
export { SessionVerifier } from './session/session-verifier.ts';
export type {
  Challenge,
  ChallengeInput,
  SessionVerifierOptions,
} from './session/session-verifier.ts';
export { OnceStore } from './session/once-store.ts';
