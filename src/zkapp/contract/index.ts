/**
 * The registry contract. In: proofs, and what stands beside them as the witness functions make it from
 * trees and maps. Out: the class to deploy and call, its events, and a `ZkcxError` for what it would
 * refuse.
 */
export {
  actionHash,
  addCiAction,
  adminKeyHash,
  changeAdminAction,
  setSourceAction,
} from './action.ts';
export { REGISTRY_EVENTS } from './events.ts';
export { CrlProof, ProofRegistry } from './registry.ts';
export type { RegistryDeployment } from './registry.ts';
