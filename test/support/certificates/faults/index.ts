/**
 * The fault table: chains that are right but for one thing, and the code that names it. Rows are
 * judged as bytes -> parseCertificate -> checkProfile -> checkChain.
 */
import { chainFaults } from './chain.ts';
import { encodingFaults, skippedFaults } from './encoding.ts';
import { fieldFaults } from './fields.ts';
import type { Fault } from './row.ts';
import { outerFaults, signatureFaults } from './signature.ts';

export { forbiddenPairs } from './chain.ts';
export { caseOf, changed } from './row.ts';
export type { Case, Fault, Scope } from './row.ts';

/** Built anew and signed: well under two seconds. */
export function faults(): Fault[] {
  return [
    ...encodingFaults(),
    ...fieldFaults(),
    ...chainFaults(),
    ...signatureFaults(),
    ...outerFaults(),
    ...skippedFaults(),
  ];
}
