/** What a download in zkCX is given, and what it asks and tells the LPA. */
import type { RandomBytes } from '../../../random.ts';
import type { CredentialStore } from '../../../session/credential-store.ts';
import type { Clock } from '../../../time.ts';
import type { HolderPolicy, Peer } from '../../../session/holder.ts';
import type { Consent } from '../../lpa/endings.ts';
import type { DownloadEvent, DownloadOptions, ProfileMetadata } from '../../lpa/index.ts';
import type { ZkcxMode } from '../negotiation.ts';
import type { KeptSessions } from './kept-sessions.ts';
import type { DeviceProofs } from './proofs.ts';

/** What a user is asked about a profile before anything more of the device is told. */
export interface ZkcxQuestion {
  readonly metadata: ProfileMetadata;
  /** The server, as it was authenticated. */
  readonly peer: Peer;
  /** A yes tells these to the peer, sealed: in `zkcx-device` the eUICC's EID and key, in `zkcx` nothing. */
  readonly tells: readonly ('eid' | 'key')[];
}

export type ZkcxEvent =
  | DownloadEvent
  /** `credential`: the first use of an eUICC under a CI, or a new quarter; minutes. */
  | { readonly type: 'proving'; readonly what: Proven }
  | { readonly type: 'proven'; readonly what: Proven; readonly seconds: number };

export type Proven = 'credential' | 'presentation' | 'possession';

export interface ZkcxDownloadOptions extends Omit<DownloadOptions, 'consent' | 'onEvent'> {
  readonly mode: ZkcxMode;
  /** What the device knows by itself: sets of CIs, revocation maps, the registry. */
  readonly policy: HolderPolicy;
  /** Of the eUICCs that this LPA serves. */
  readonly credentials: CredentialStore;
  /** Where the session is kept with the profile. */
  readonly sessions: KeptSessions;
  readonly proofs: DeviceProofs;
  /** That many unpredictable bytes. */
  readonly random: RandomBytes;
  readonly consent: (question: ZkcxQuestion) => Promise<Consent>;
  /**
   * `zkcx`: asked once more when the order is bound to an EID, which is then told to the peer. Default: no.
   */
  readonly consentToEid?: (peer: Peer) => Promise<boolean>;
  /** See `SessionParts`. */
  readonly busyDelay?: number;
  /** See `DeliveryOptions`. */
  readonly othersAllowed?: boolean;
  readonly onEvent?: (event: ZkcxEvent) => void;
}

/** The same once they were looked at: with a clock. */
export interface Options extends ZkcxDownloadOptions {
  readonly policy: HolderPolicy & { readonly now: Clock };
}
