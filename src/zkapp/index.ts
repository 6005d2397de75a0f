/**
 * The registry of published credentials on Mina: the contract `ProofRegistry`, and a client that deploys it,
 * publishes, and rebuilds its contents from events.
 */
export { ProofRegistry } from './contract/index.ts';
export type { RegistryBirth, RegistryState } from './contract/index.ts';
export {
  apply,
  cancel,
  checkBirth,
  deployedSources,
  deployRegistry,
  drop,
  firstRefusal,
  EmbeddedChain,
  NodeChain,
  propose,
  publishAggregate,
  publishRefresh,
  readAccountKey,
  readDeployment,
  relayTurn,
  removeCi,
  runRelay,
  Spool,
  syncRegistry,
  updateRevocation,
  writeDeployment,
} from './client/index.ts';
export type {
  Beginning,
  BirthOptions,
  BornRegistry,
  Chain,
  DeployedSource,
  Deployment,
  DeploymentFile,
  EmbeddedOptions,
  NodeOptions,
  Proposal,
  ProposeOptions,
  RelayOptions,
  Sender,
  SyncedRegistry,
  SyncOptions,
} from './client/index.ts';
