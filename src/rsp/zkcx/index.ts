/**
 * zkCX over RSP: profile downloads with proofs in the place of certificates. `zkcxServer` lets an SM-DP+ of
 * `zkcx/rsp` take part, `downloadZkcx` is the LPA's side of a download.
 */
export {
  deviceProofs,
  downloadZkcx,
  KeptSessions,
  sweepSessions,
  zkcxDelivery,
} from './device/index.ts';
export type {
  DeliveryOptions,
  DeviceProofs,
  ZkcxDownloadOptions,
  ZkcxEvent,
  ZkcxQuestion,
} from './device/index.ts';
export { rootsOfFiles, ServerStatements, zkcxServer } from './server/index.ts';
export type { RootFiles, RootsOptions, ServerRoots, ZkcxServerOptions } from './server/index.ts';
