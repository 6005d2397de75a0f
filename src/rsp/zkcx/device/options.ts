/** What a download in zkCX is given, and what it asks and tells the LPA. */
import type { Credential } from '../../../prover/credential.ts';
import type { RandomBytes } from '../../../random.ts';
import type { MapRecord } from '../../../session/certified.ts';
import type { CredentialStore } from '../../../session/credential-store.ts';
import type { Clock } from '../../../time.ts';
import type { HolderPolicy, Peer } from '../../../session/holder.ts';
import type { CredentialPools } from '../../../session/pools.ts';
import type { RevocationMap } from '../../../witness/revocation-map.ts';
import type { BlindBinding } from '../../lpa/blind-binding.ts';
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

export interface ZkcxDownloadOptions extends Omit<
  DownloadOptions,
  'consent' | 'onEvent' | 'device'
> {
  readonly mode: ZkcxMode;
  /** What the device knows by itself: sets of CIs, revocation maps, the registry. */
  readonly policy: HolderPolicy;
  /** Its earlier maps: under those that no later one contradicts, statements of servers count too. */
  readonly history?: MapRecord;
  /**
   * `zkcx`: asked once when a statement of the server is under a map that the device does not know: its maps, newest
   * first, after it fetched the lists anew. Default: the server is refused.
   */
  readonly newerMaps?: () => Promise<readonly RevocationMap[]>;
  /** Of the eUICCs that this LPA serves. */
  readonly credentials: CredentialStore;
  /** What was made ahead of a credential of the store, by its name there; default: nothing. */
  readonly pools?: (name: string, credential: Credential) => Promise<CredentialPools | undefined>;
  /** Where the session is kept with the profile. */
  readonly sessions: KeptSessions;
  readonly proofs: DeviceProofs;
  /** That many unpredictable bytes. */
  readonly random: RandomBytes;
  /** The user's, below 2^248: tells a server that asks for an identifier that one, and not the pseudonym. */
  readonly identifierSecret?: bigint;
  readonly consent: (question: ZkcxQuestion) => Promise<Consent>;
  /**
   * `zkcx`: asked once more when the server says that the order is for one EID, which is then told to the peer.
   * Default: no.
   */
  readonly consentToEid?: (peer: Peer) => Promise<boolean>;
  /** Came beside the activation code: the order is for one device, and the server does not know for which. */
  readonly order?: BlindBinding;
  /**
   * Asked where `order` is for this eUICC at this server: a yes tells whoever issued the activation code that this is
   * the device. Default: no.
   */
  readonly consentToOrder?: (peer: Peer) => Promise<boolean>;
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
