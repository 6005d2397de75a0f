/**
 * LPA and eUICC side of zkCX. In: an activation code's server, an eUICC behind APDUs, what the device knows of
 * CIs and revocation, proofs, the user's answers. Out: a profile on the eUICC, and sealed notifications.
 */
export { downloadZkcx } from './download.ts';
export type { ZkcxDownloadOptions, ZkcxEvent, ZkcxQuestion } from './options.ts';
export { KeptSessions } from './kept-sessions.ts';
export { zkcxDelivery } from './notifications.ts';
export type { DeliveryOptions } from './notifications.ts';
export { deviceProofs } from './proofs.ts';
export type { DeviceProofs } from './proofs.ts';
export { sweepSessions } from './sweep.ts';
