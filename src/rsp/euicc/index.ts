/**
 * An eUICC in software. In: APDUs. Out: APDUs, and what it keeps in its store. Its identity, the CIs that
 * it trusts, time, randomness and store are given to it.
 */
import { bytes, checked, checkedClock, checkedRandom } from '../../arguments.ts';
import type { TrustAnchor } from '../../pki/index.ts';
import type { RandomBytes } from '../../random.ts';
import type { Clock } from '../../time.ts';
import * as argument from './arguments.ts';
import { EuiccCard } from './card.ts';
import type { CardOptions } from './card.ts';
import { euiccIdentity } from './identity.ts';
import type { EuiccCredential } from './identity.ts';
import { Isdr } from './isdr.ts';
import { newOneTimeKey } from './one-time-key.ts';
import type { EuiccOneTimeKey } from './one-time-key.ts';
import { DEFAULT_DESCRIPTION } from './settings.ts';
import type { EuiccDescription, EuiccFirmware } from './settings.ts';
import type { EuiccStore } from './state.ts';

export { memoryStore, levelStore } from './state.ts';
export type { EuiccState, EuiccStore, StoredProfile } from './state.ts';
export type { EuiccCredential } from './identity.ts';
export type { EuiccOneTimeKey } from './one-time-key.ts';
export type { EuiccFirmware } from './settings.ts';
export { CARD_QUIRKS } from './quirk-names.ts';
export type { CardQuirk } from './quirk-names.ts';

export interface EuiccOptions extends CardOptions {
  readonly credentials: readonly EuiccCredential[];
  readonly anchors: readonly TrustAnchor[];
  readonly store: EuiccStore;
  /** Unix seconds. */
  readonly now: Clock;
  /** That many unpredictable bytes. */
  readonly random: RandomBytes;
  /** Bytes for profiles and notifications; default: 512 KiB. */
  readonly memory?: number;
  /** What EUICCInfo says, where it shall differ. */
  readonly info?: Partial<EuiccDescription>;
  /** EUICCInfo2 to send as it is, whole element. */
  readonly fixedInfo2?: Uint8Array;
  /** Where one-time keys come from; default: `random`. */
  readonly newOneTimeKey?: () => EuiccOneTimeKey;
  readonly rootDsAddress?: string;
  /** Default: `classic`. */
  readonly firmware?: EuiccFirmware;
}

const DEFAULT_MEMORY = 512 * 1024;

/** SGP.22 3.6.1: the root of the GSMA; a test eUICC asks nobody there. */
const ROOT_DS_ADDRESS = 'lpa.ds.gsma.com';

export interface Euicc {
  readonly card: EuiccCard;
  readonly eid: string;
  /** The profile package under this ISD-P as it was installed; a real card never gives it away. */
  profilePackage(aid: Uint8Array): Promise<Uint8Array | undefined>;
  close(): Promise<void>;
}

/**
 * Switch an eUICC on: with what its store holds, or new.
 *
 * @throws ERR_RSP_EUICC_STATE for unusable credentials or a damaged store
 */
export async function openEuicc(options: EuiccOptions): Promise<Euicc> {
  checked(options, argument.euiccOptions, 'openEuicc');
  const { store } = options;
  const random = checkedRandom(options.random, 'the random of openEuicc');
  const quirks = options.quirks ?? [];
  const identity = {
    ...euiccIdentity(options.credentials),
    unswapsIccids: quirks.includes('odd-notifications'),
  };
  const isdr = new Isdr(
    {
      identity,
      anchors: options.anchors,
      now: checkedClock(options.now, 'the clock of openEuicc'),
      random,
      newOneTimeKey: options.newOneTimeKey ?? (() => newOneTimeKey(random)),
      memory: options.memory ?? DEFAULT_MEMORY,
      info: { ...DEFAULT_DESCRIPTION, ...options.info },
      fixedInfo2: options.fixedInfo2,
      rootDsAddress: options.rootDsAddress ?? ROOT_DS_ADDRESS,
      firmware: options.firmware ?? 'classic',
      hasOddProfiles: quirks.includes('odd-profiles'),
    },
    store,
    checked(await store.load(), argument.state, 'what the store of openEuicc loads'),
  );
  return {
    card: new EuiccCard(isdr, options),
    eid: identity.eid,
    profilePackage: async (aid) =>
      store.profilePackage(checked(aid, bytes, 'the AID of profilePackage')),
    close: () => store.close(),
  };
}
