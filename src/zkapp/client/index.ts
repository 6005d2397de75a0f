/**
 * The registry's client. In: proofs, keys of accounts, a chain (embedded, or behind Mina nodes). Out:
 * transactions, and the registry's contents rebuilt from its events and compared with its state.
 */
export { apply, cancel, drop, firstRefusal, propose, removeCi } from './administer.ts';
export type { Proposal, ProposeOptions } from './administer.ts';
export type { Chain, ChainAccount, ChainEvent, Inclusion } from './chain.ts';
export { checkBirth } from './birth/check.ts';
export type { Beginning, BirthOptions, BornRegistry } from './birth/check.ts';
export { deployedSources } from './birth/sources.ts';
export type { DeployedSource } from './birth/sources.ts';
export { deployRegistry } from './deploy.ts';
export type { Deployment } from './deploy.ts';
export { readDeployment, writeDeployment } from './deployment.ts';
export type { DeploymentFile } from './deployment.ts';
export { EmbeddedChain } from './embedded/embedded-chain.ts';
export type { EmbeddedOptions } from './embedded/embedded-chain.ts';
export { parseAccountKey, parseAccountAddress, readAccountKey } from './keys.ts';
export { NodeChain } from './node/node-chain.ts';
export type { NodeOptions } from './node/node-chain.ts';
export { publishAggregate, publishRefresh, updateRevocation } from './publish.ts';
export type { PublishedAt } from './publish.ts';
export { relayTurn, runRelay } from './relay.ts';
export type {
  AggregateContext,
  AggregatedBatch,
  RelayLoop,
  RelayOptions,
  RelayRun,
} from './relay.ts';
export type { Sender, SendStep } from './send.ts';
export { Spool } from './spool.ts';
export { syncRegistry } from './sync.ts';
export type { SyncedRegistry, SyncOptions } from './sync.ts';
