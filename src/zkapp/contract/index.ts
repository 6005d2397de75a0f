/**
 * The registry contract. In: proofs, and what stands beside them, which the functions here make from
 * trees and maps and check first. Out: the class to deploy and call, its events, and a `ZkcxError` for
 * what it would refuse.
 */
export {
  ACTION,
  actionList,
  addCiAction,
  adminKeyHash,
  changeAdminAction,
  pendingHash,
  setSourceAction,
} from './action.ts';
export {
  assertAdmin,
  assertCanCancel,
  assertCanPropose,
  pendingArguments,
  pendingRest,
  pendingTerm,
  trustAddition,
  trustRemoval,
} from './administration.ts';
export type { Term } from './administration.ts';
export { AdminAction } from './arguments.ts';
export { ACCOUNT_FEE, birthUpdate, fundingUpdate, registryPermissions } from './birth.ts';
export type { RegistryBirth } from './birth.ts';
export { assertNetworkClock, packClock } from './clock.ts';
export type { NetworkClock } from './clock.ts';
export { registryKey } from './key.ts';
export { listArguments, sourceAddition, sourceChange } from './lists.ts';
export { publishAggregateArguments, publishArguments } from './publishing.ts';
export { CrlProof, ProofRegistry } from './registry.ts';
export { periodOf, registryState, slotRange, STATE_FIELDS, timeOfSlot } from './state.ts';
export type { RegistryState, Slots } from './state.ts';
