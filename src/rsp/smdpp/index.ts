/**
 * In: decoded ES9+ and ES2+ messages, a store, server certificates and keys, a clock. Out: answers,
 * or RspRefusal with the codes for the peer. HTTP, the store and the process around it are here too.
 */
export type { AdministrationFunction } from './administration.ts';
export type { DiscoveryEvent, DiscoveryOptions, SmdsLink } from './discovery.ts';
export type { OpenZkcxExtension, ZkcxExtension } from './extension.ts';
export { smdpIdentity } from './identities.ts';
export type { SmdpIdentity, SmdpTrust } from './identities.ts';
export type { FunctionEvent } from '../server/json-functions.ts';
export type { ListenOptions, TlsOptions } from '../server/listen.ts';
export { openApiDocument } from './openapi.ts';
export type { OpenApiOptions } from './openapi.ts';
export type { Profile } from './profile.ts';
export type { OperatorOptions, ProgressEvent, ProgressOptions } from './progress/index.ts';
export type { ShownDevice } from './retention/device.ts';
export type { Forgotten } from './retention/forget.ts';
export type { Purged } from './retention/purge.ts';
export type { Swept } from './retention/sweeper.ts';
export { parseSecretKey } from '../server/secret-key.ts';
export { administrate, serveSmdp } from './service.ts';
export type { Es2pOptions, ReloadedFiles, SmdpService, SmdpServiceOptions } from './service.ts';
export type { SmdpOptions } from './settings.ts';
export type { ShownOrder } from './shown-order.ts';
export type { AddOrder, AddProfile } from './stock.ts';
