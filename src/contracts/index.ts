/**
 * For contracts on Mina, `zkcx/circuits`: proofs of zkCX that a contract of yours takes, what they claim, and functions
 * that verify them in its methods. Start with `assertActed` in the contract, and `proveAct` for the holder.
 * docs/guide/contracts.md says how, and what a contract then knows.
 */
export { AggregateClaim } from '../circuits/aggregate.ts';
export {
  ChainClaim,
  Octets,
  Opening,
  Organisation,
  // Mina's keys have this name too
  PublicKey as DeviceKey,
} from '../circuits/claims.ts';
export { PossessionRequest, PresentationClaim, PresentationRequest } from '../circuits/session.ts';
export { MODE } from '../params.ts';
export { ROLES } from '../roles.ts';
export type { Role } from '../roles.ts';
export type { SessionOpenings } from '../witness/presentation.ts';
export { SlotRange } from '../zkapp/contract/arguments.ts';
export type { NetworkClock } from '../zkapp/contract/clock.ts';
export type { Period } from '../zkapp/contract/gates.ts';
export { actHash, actMessage, contractScope } from './act.ts';
export type { ContractAct, ContractScope } from './act.ts';
export { assertActed, assertRecent, assertRole, clockField, requireSlots } from './device.ts';
export type { DeviceRequirements, ShownDevice } from './device.ts';
export { assertOpening, assertOpenings } from './openings.ts';
export { planAct, proveAct } from './prove.ts';
export type { ActInput } from './prove.ts';
export {
  AggregateProof,
  assertAggregate,
  assertRefresh,
  FEATURE_FLAGS,
  pinnedVerificationKey,
  PossessionProof,
  PresentationProof,
  RefreshProof,
} from './side-loaded.ts';
export type { ContractProgram } from './side-loaded.ts';
