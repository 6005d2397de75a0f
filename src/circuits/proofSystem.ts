/** What the prover stage uses of the layer below o1js's public API. */
export { selfTest } from './kimchi/selfTest.ts';
export { computeLagrangeBasis, presetLagrangeBasis } from './kimchi/lagrange.ts';
