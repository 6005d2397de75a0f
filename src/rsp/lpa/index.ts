/**
 * An LPA. In: an activation code, an eUICC behind APDUs, a fetch, the user's answers. Out: a profile on
 * the eUICC, notifications at their servers. It drives the eUICC by APDUs alone.
 */
export { formatActivationCode, parseActivationCode } from './activation-code.ts';
export type { ActivationCode } from './activation-code.ts';
export { formatBlindBinding, parseBlindBinding } from './blind-binding.ts';
export type { BlindBinding } from './blind-binding.ts';
export { discoverEvents } from './discover.ts';
export type { DiscoveredEvent, DiscoverOptions } from './discover.ts';
export { downloadProfile } from './download.ts';
export type { Downloaded, DownloadEvent, DownloadOptions, ProfileMetadata } from './download.ts';
export type { Consent } from './endings.ts';
export { es10 } from './es10.ts';
export type { Es10 } from './es10.ts';
export { es9pClient } from './es9p.ts';
export type { Es9p, Es9pOptions } from './es9p.ts';
export { sendNotifications } from './notifications.ts';
export type { Delivery, SendOptions, SentNotification } from './notifications.ts';
export { probeServer } from './probe.ts';
export type { ProbedCi } from './probe.ts';
export { tlsFetch } from './tls.ts';
export type { Fetch, TlsOptions } from './tls.ts';
