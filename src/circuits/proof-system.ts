/** What proving, and making and checking what is pinned, use of the layer below o1js's public API. */
export { compileKnowing, compileNotingKinds } from './kimchi/outline.ts';
export { selfTest } from './kimchi/self-test.ts';
export { wrongParts } from './kimchi/setup-check.ts';
export { computeSetup } from './kimchi/setup-compute.ts';
