/** What the prover stage uses of the layer below o1js's public API. */
export { compileKnowing, compileNotingKinds } from './kimchi/outline.ts';
export { PLAIN_PARTS, plainSrs } from './kimchi/plain/srs.ts';
export { PlainVerifier } from './kimchi/plain/verify.ts';
export type { PlainProof, PlainProofAndKey } from './kimchi/plain/verify.ts';
export { selfTest } from './kimchi/self-test.ts';
export { computeSetup, presetSetup, SETUP_PARTS, VERIFIER_PARTS } from './kimchi/setup.ts';
export type { Setup, SetupPart } from './kimchi/setup.ts';
export { wrongParts } from './kimchi/setup-check.ts';
export { guardVerification, GuardError, verifyBatch, verifyProofs } from './kimchi/verify.ts';
export type { ProofAndKey, Verdict } from './kimchi/verify.ts';
