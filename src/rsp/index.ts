/**
 * Remote SIM provisioning, SGP.22 v2: servers (`serveSmdp`, `serveSmds`), an LPA (`downloadProfile`, `es10`), an
 * eUICC (`openEuicc`), and APDUs between the last two. In: keys, certificates, CIs, a clock, a fetch, stores.
 * Out: profiles that were ordered, on the devices that they were ordered for.
 */
export {
  apduOfProcess,
  apduOfTcp,
  cardInterface,
  ISDR_AID,
  ISDR_AIDS,
  openIsdr,
  serveApdu,
  serveApduTcp,
} from './apdu/index.ts';
export type {
  ApduInterface,
  ApduServer,
  Card,
  Es10Channel,
  Es10Options,
  Es10RequestKind,
} from './apdu/index.ts';
export { CARD_QUIRKS, levelStore, memoryStore, openEuicc } from './euicc/index.ts';
export type { CardQuirk, Euicc, EuiccCredential, EuiccOptions, EuiccStore } from './euicc/index.ts';
export {
  discoverEvents,
  downloadProfile,
  es10,
  es9pClient,
  formatActivationCode,
  formatBlindBinding,
  parseActivationCode,
  parseBlindBinding,
  probeServer,
  sendNotifications,
  tlsFetch,
} from './lpa/index.ts';
export type {
  ActivationCode,
  BlindBinding,
  Consent,
  DiscoveredEvent,
  DiscoverOptions,
  Downloaded,
  DownloadEvent,
  DownloadOptions,
  Es10,
  Es9p,
  Es9pOptions,
  Fetch,
  ProbedCi,
  ProfileMetadata,
  SendOptions,
  SentNotification,
  TlsOptions,
} from './lpa/index.ts';
export { es2pClient } from './es2p-client/index.ts';
export type {
  Es2pAnswer,
  Es2pClient,
  Es2pClientOptions,
  Es2pRequest,
} from './es2p-client/index.ts';
export { RspRefusal, STATUS } from '../sgp22/status-codes.ts';
export type { StatusCode } from '../sgp22/status-codes.ts';
export { administrate, parseSecretKey, serveSmdp, smdpIdentity } from './smdpp/index.ts';
export type { SmdpIdentity, SmdpService, SmdpServiceOptions, SmdpTrust } from './smdpp/index.ts';
export { serveSmds, smdsIdentity } from './smds/index.ts';
export type { SmdsService, SmdsServiceOptions, SmdsTrust } from './smds/index.ts';
