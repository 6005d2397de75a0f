/** ES10b.LoadBoundProfilePackage in the eUICC (SGP.22 5.7.6; the commands of ES8+, 5.5). */
import { bytesEqual, joinBytes } from '../../bytes.ts';
import { ZkcxError } from '../../errors.ts';
import {
  BoundProfileOpener,
  BppError,
  type PackageElement,
  PackageReader,
} from '../../sgp22/bpp/index.ts';
import {
  ConfigureIsdpRequest,
  DpProprietaryData,
  InitialiseSecureChannelRequest,
} from '../../sgp22/messages/bound-profile-package.ts';
import {
  type FinalResult,
  type InstallationError,
  ProfileInstallationResult,
  ProfileInstallationResultData,
} from '../../sgp22/messages/installation-result.ts';
import { StoreMetadataRequest } from '../../sgp22/messages/metadata.ts';
import { sign } from '../../sgp22/messages/signature.ts';
import { EuiccResponse } from '../../sgp22/messages/profile-package.ts';
import { addNotification, iccidIn, notify } from './notifications.ts';
import { findProfile, usedMemory } from './profiles.ts';
import { type PreparedSession, signingKey } from './session.ts';
import type { EuiccSettings } from './settings.ts';
import type { EuiccState, PackageChange, StoredProfile } from './state.ts';

/** One profile element, taken. */
const SIMA_OK = EuiccResponse.encode({ peStatus: [{ status: 0 }] });

/** How an installation ended, well or not. */
export interface Installed {
  /** ProfileInstallationResult, also the notification of it. */
  readonly result: Uint8Array;
  readonly state: EuiccState;
  readonly packages: readonly PackageChange[];
}

/**
 * Takes one bound profile package in pieces. What it contains is the profile of another's making: the
 * emulator keeps it as it is and runs none of its elements.
 */
export class PackageInstaller {
  readonly #settings: EuiccSettings;
  readonly #session: PreparedSession;
  readonly #state: EuiccState;
  readonly #reader = new PackageReader();
  #opener: BoundProfileOpener | undefined;
  /** Data of the segments of the command under way. */
  #data: Uint8Array[] = [];
  #dpProprietaryData: Uint8Array | undefined;
  #metadata: ReturnType<typeof StoreMetadataRequest.decode> | undefined;

  constructor(settings: EuiccSettings, session: PreparedSession, state: EuiccState) {
    this.#settings = settings;
    this.#session = session;
    this.#state = state;
  }

  /** Whether these bytes go on with the package; if not, the LPA has turned to something else. */
  takes(data: Uint8Array): boolean {
    // requests begin with BF, and no part of a package does but its first
    const [first = 0, second = 0] = data;
    const tag = 256 * first + second;
    return (
      !this.#reader.betweenElements || first !== 0xbf || tag === InitialiseSecureChannelRequest.tag
    );
  }

  /** The next bytes of the package. Returns how it ended, once it has. */
  push(bytes: Uint8Array): Installed | undefined {
    try {
      for (const element of this.#reader.push(bytes)) this.#process(element);
      return this.#reader.done ? this.#installed() : undefined;
    } catch (error) {
      if (!(error instanceof ZkcxError)) throw error;
      return this.#failed(error instanceof BppError ? error.errorReason : 'incorrectInputValues');
    }
  }

  /** Power was lost, or the LPA gave up. */
  interrupt(): Installed {
    return this.#failed('installFailedDueToInterruption');
  }

  #process({ part, der, last }: PackageElement): void {
    if (part === 'initialiseSecureChannel') {
      const { transactionId, packageKey, oneTimeKey, kdfValue } = this.#session;
      this.#opener = new BoundProfileOpener(der, {
        transactionId,
        euiccOtsk: oneTimeKey,
        eid: kdfValue,
        smdpKey: packageKey,
      });
      return;
    }
    this.#data.push(this.#opener!.open(part, der));
    if (part === 'loadProfileElements') return this.#checkMemory();
    if (!last) return;
    const command = joinBytes(this.#data);
    this.#data = [];
    if (part === 'configureISDP') this.#configure(command);
    // ReplaceSessionKeys is the opener's own business
    else if (part === 'storeMetadata') this.#storeMetadata(command);
  }

  #configure(command: Uint8Array): void {
    const { dpProprietaryData } = ConfigureIsdpRequest.decode(command);
    if (dpProprietaryData === undefined) return;
    if (DpProprietaryData.decode(dpProprietaryData).dpOid !== this.#session.smdpOid) {
      throw new BppError('incorrectInputValues', "dpOid is not the server's OID");
    }
    this.#dpProprietaryData = dpProprietaryData.slice();
  }

  #storeMetadata(command: Uint8Array): void {
    const metadata = StoreMetadataRequest.decode(command);
    if (findProfile(this.#state, { iccid: metadata.iccid }) !== undefined) {
      throw new BppError('installFailedDueToIccidAlreadyExistsOnEuicc', 'the ICCID is taken');
    }
    this.#checkPolicy(metadata.profilePolicyRules ?? []);
    this.#metadata = metadata;
  }

  /** A profile that must not be disabled has to be the first operational one (SGP.22 2.9.2.1). */
  #checkPolicy(rules: readonly string[]): void {
    const forbidden = this.#settings.info.forbiddenProfilePolicyRules ?? [];
    const operational = this.#state.profiles.some(
      ({ metadata }) => StoreMetadataRequest.decode(metadata).profileClass === 'operational',
    );
    if (forbidden.some((rule) => rules.includes(rule)) || (rules.includes('ppr1') && operational)) {
      throw new BppError('pprNotAllowed', 'the profile policy rules are not allowed here');
    }
  }

  #checkMemory(): void {
    const size = this.#data.reduce((sum, { length }) => sum + length, 0);
    const total = usedMemory(this.#state) + this.#metadata!.der.length + size;
    if (total > this.#settings.memory) {
      throw new BppError('installFailedDueToInsufficientMemoryForProfile', 'the memory is full');
    }
  }

  #installed(): Installed {
    const content = joinBytes(this.#data);
    const metadata = this.#metadata!;
    const aid = isdpAid(this.#state.nextIsdp);
    const { server } = this.#session;
    const profile: StoredProfile = {
      aid,
      iccid: metadata.iccid,
      enabled: false,
      metadata: metadata.der.slice(),
      dpProprietaryData: this.#dpProprietaryData,
      size: content.length,
      ciKeyIdentifier: this.#session.credential.ciKeyIdentifier,
      sessionKey: server.verifiedBy === 'lpa' ? server.sessionKey : undefined,
    };
    const { result, state } = this.#result({ result: 'success', aid, simaResponse: SIMA_OK });
    const installed = {
      ...this.#withoutKey(state),
      nextIsdp: state.nextIsdp + 1,
      profiles: [...state.profiles, profile],
    };
    const { serverAddress } = this.#session;
    return {
      result,
      // the server learns of it by the result itself
      state: notify(installed, this.#settings.identity, profile, 'install', serverAddress),
      packages: [{ aid, content }],
    };
  }

  #failed(errorReason: InstallationError): Installed {
    const { result, state } = this.#result({
      result: 'error',
      bppCommandId: this.#reader.part,
      errorReason,
    });
    // after an interruption the same package may come again
    const again = errorReason === 'installFailedDueToInterruption';
    return { result, state: again ? state : this.#withoutKey(state), packages: [] };
  }

  #result(finalResult: FinalResult): { result: Uint8Array; state: EuiccState } {
    const { transactionId, serverAddress, smdpOid } = this.#session;
    const data = ProfileInstallationResultData.encode({
      transactionId,
      notificationMetadata: {
        seqNumber: this.#state.nextSeqNumber,
        profileManagementOperation: 'install',
        notificationAddress: serverAddress,
        iccid: iccidIn(this.#settings.identity, this.#metadata?.iccid),
      },
      smdpOid,
      finalResult,
    });
    const result = ProfileInstallationResult.encode({
      profileInstallationResultData: { der: data },
      euiccSignPIR: sign(signingKey(this.#session), data),
    });
    return { result, state: addNotification(this.#state, result) };
  }

  #withoutKey(state: EuiccState): EuiccState {
    const { secretKey } = this.#session.oneTimeKey;
    if (secretKey === undefined) return state;
    const oneTimeKeys = state.oneTimeKeys.filter((key) => !bytesEqual(key.secretKey, secretKey));
    return { ...state, oneTimeKeys };
  }
}

/** AIDs of ISD-Ps as SGP.02 numbers them: A0000005591010FFFFFFFF8900 0010 00 and so on. */
function isdpAid(number: number): Uint8Array {
  const aid = Uint8Array.from(Buffer.from('A0000005591010FFFFFFFF8900001000', 'hex'));
  new DataView(aid.buffer).setUint16(13, 0x0010 + number);
  return aid;
}
