/** What verifying uses of the layer below o1js's public API: no gates, so a browser has it too. */
export { PLAIN_PARTS, plainSrs } from './kimchi/plain/srs.ts';
export { PlainVerifier } from './kimchi/plain/verify.ts';
export type { PlainProof, PlainProofAndKey } from './kimchi/plain/verify.ts';
export { presetSetup, SETUP_PARTS, VERIFIER_PARTS } from './kimchi/setup.ts';
export type { Setup, SetupPart } from './kimchi/setup.ts';
export { guardVerification, GuardError, verifyBatch, verifyProofs } from './kimchi/verify.ts';
export type { ProofAndKey, Verdict } from './kimchi/verify.ts';
