/**
 * The public names of the package, by stage: parse certificates, check chains, prove them, verify
 * proofs. Start with `parseCertificate`, `anchorFromCertificate`, `proveChain` and `verifyChain`.
 */
export { ZkcxError } from './errors.ts';
export type { ErrorCode } from './errors.ts';

export { certificateBytes, parseCertificate } from './asn1/index.ts';
export type { Certificate, Name } from './asn1/index.ts';

export { anchorFromCertificate, canonicalWindow, checkChain, checkProfile } from './pki/index.ts';
export type { CheckedChain, CheckedLink, TrustAnchor } from './pki/index.ts';
export type { Role } from './roles.ts';

export { TrustSet } from './witness/trust.ts';

export { proveChain } from './prover/chain.ts';
export type { ChainInput, ProveChainOptions } from './prover/chain.ts';
export { Prover } from './prover/prover.ts';
export type { JobOptions, ProverEvent, ProverOptions } from './prover/prover.ts';
export { readCredential, writeCredential } from './prover/credential.ts';
export type { Credential } from './prover/credential.ts';
export { formatEnvelope, parseEnvelope } from './prover/envelope.ts';
export type { ProofEnvelope } from './prover/envelope.ts';
export { verifyChain } from './prover/verify.ts';
export type { VerifiedChain, VerifyChainOptions } from './prover/verify.ts';
