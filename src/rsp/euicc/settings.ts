import type { TrustAnchor } from '../../pki/index.ts';
import type { RandomBytes } from '../../random.ts';
import type { EuiccInfo2 } from '../../sgp22/messages/euicc-info.ts';
import type { Clock } from '../../time.ts';
import type { EuiccIdentity } from './identity.ts';
import type { EuiccOneTimeKey } from './one-time-key.ts';

/** What makes one emulated eUICC: its identity, whom it trusts, what it says of itself. */
export interface EuiccSettings {
  readonly identity: EuiccIdentity;
  /** CIs whose server certificates it accepts, preferred first. */
  readonly anchors: readonly TrustAnchor[];
  /** Unix seconds. Real eUICCs have no clock and judge no validity; this one has. */
  readonly now: Clock;
  /** That many unpredictable bytes. */
  readonly random: RandomBytes;
  /** Where one-time keys come from; default: `random`. */
  readonly newOneTimeKey: () => EuiccOneTimeKey;
  /** Non-volatile memory for profiles and notifications, bytes. */
  readonly memory: number;
  /** Fields of EUICCInfo2; its CI lists and free memory are filled in. */
  readonly info: EuiccDescription;
  /** EUICCInfo2 as whole element, sent as it is in place of `info`. */
  readonly fixedInfo2?: Uint8Array;
  /** FQDN of the root SM-DS. */
  readonly rootDsAddress: string;
  readonly firmware: EuiccFirmware;
  /** Quirk `odd-profiles`. */
  readonly hasOddProfiles: boolean;
}

/**
 * `classic`: SGP.22 as cards in the field have it. `zkcx`: the same, and in sessions that begin with
 * ZkcxServer the changes that docs/guide/lpa-and-euicc.md proposes.
 */
export type EuiccFirmware = 'classic' | 'zkcx';

export type EuiccDescription = Omit<
  EuiccInfo2,
  'euiccCiPKIdListForVerification' | 'euiccCiPKIdListForSigning' | 'extCardResource'
>;

/** SGP.22 2.5 with the interpreter of profile package 3.1.0, as current cards say it. */
export const DEFAULT_DESCRIPTION: EuiccDescription = {
  profileVersion: '2.3.1',
  svn: '2.5.0',
  euiccFirmwareVer: '1.0.0',
  // usimSupport, isimSupport, csimSupport, milenage, tuak
  uiccCapability: Uint8Array.of(0x07, 0x7b, 0x80),
  rspCapability: ['additionalProfile', 'testProfileSupport'],
  ppVersion: '1.0.0',
  sasAccreditationNumber: 'ZKCX-EMULATOR',
};
