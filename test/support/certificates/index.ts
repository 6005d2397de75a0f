/**
 * Certificates and chains for tests, made of the published SGP.26 keys: whole chains as drafts to
 * change and sign again, variations that must pass, and the fault table.
 */
export { build, make, NOW, recipeOf, sgp26Device, sgp26Server } from './chains.ts';
export { splitCertificate } from './draft.ts';
export type { SplitCertificate } from './draft.ts';
export { caseOf, faults, forbiddenPairs } from './faults/index.ts';
export type { Case, Fault, Scope } from './faults/index.ts';
export { checkCase, verdict } from './judge.ts';
export { fixture } from './keys.ts';
export { variations } from './variations.ts';
