import { bytesEqual, concatBytes, joinBytes } from '../../bytes.ts';
import { ZkcxError } from '../../errors.ts';
import type { PublicKey } from '../../pki/index.ts';
import {
  BoundProfilePackage,
  CRT_AES,
  CRT_KEY_BYTES,
  InitialiseSecureChannelRequest,
  REMOTE_OPERATION,
  ReplaceSessionKeysRequest,
  SEGMENT,
  SEGMENT_COMMANDS,
  type SegmentCommand,
} from '../messages/bound-profile-package.ts';
import { Otpk } from '../messages/curve.ts';
import type { BppCommand, InstallationError } from '../messages/installation-result.ts';
import { isSignature } from '../messages/signature.ts';
import { protectionChannel } from './bind-profile.ts';
import { Bsp, deriveSessionKeys } from './bsp.ts';
import { BppError } from './errors.ts';
import { oneTimeKey } from './key-agreement.ts';
import type { OneTimeKey } from './key-agreement.ts';

/** What the eUICC knows of the download that the package must belong to. */
export interface DownloadContext {
  readonly transactionId: Uint8Array;
  /** otSK.EUICC.ECKA, 32 bytes, or the pair with it. */
  readonly euiccOtsk: Uint8Array | OneTimeKey;
  /** 16 bytes. */
  readonly eid: Uint8Array;
  /** Key of CERT.DPpb, which was checked before. */
  readonly smdpKey: PublicKey;
}

/**
 * The eUICC's side of a package that arrives in segments (SGP.22 2.5.4, 5.5). Segments of any size
 * are taken, since servers are in use that count 1,020 bytes of data. After an error every further
 * segment is refused.
 */
export class BoundProfileOpener {
  #channel: Bsp;
  #command: BppCommand = 'initialiseSecureChannel';
  #keyData: Uint8Array = new Uint8Array();
  #failed = false;

  /**
   * From the whole element BF23: transaction, key type and signature are checked, session keys
   * derived. Throws BppError.
   */
  constructor(initialiseSecureChannel: Uint8Array, download: DownloadContext) {
    this.#channel = blame('initialiseSecureChannel', 'incorrectInputValues', () =>
      openChannel(initialiseSecureChannel, download),
    );
  }

  /**
   * Data of the next segment, a whole element 86, 87 or 88 of the part that `command` names.
   * ReplaceSessionKeys takes effect with the first segment after it. Throws BppError.
   */
  open(command: SegmentCommand, segment: Uint8Array): Uint8Array {
    if (this.#failed) throw new BppError('scp03tSecurityError', 'The package was refused before');
    // until the segment has been taken as good
    this.#failed = true;
    this.#enter(command);
    const data = blame(command, 'scp03tStructureError', () => {
      const read = SEGMENT[command].decode(segment);
      return command === 'storeMetadata' ? this.#channel.verify(read) : this.#channel.decrypt(read);
    });
    if (command === 'replaceSessionKeys') this.#keyData = concatBytes(this.#keyData, data);
    this.#failed = false;
    return data;
  }

  /** Parts come in order; only ReplaceSessionKeys may be left out. */
  #enter(command: SegmentCommand): void {
    const from = this.#command;
    if (from === command) return;
    const at = SEGMENT_COMMANDS.findIndex((one) => one === from);
    const skips = from === 'storeMetadata' && command === 'loadProfileElements';
    if (SEGMENT_COMMANDS[at + 1] !== command && !skips) {
      throw new BppError('scp03tStructureError', `${command} cannot follow ${from}`, {
        bppCommand: command,
      });
    }
    if (from === 'replaceSessionKeys') {
      this.#channel = blame(from, 'incorrectInputValues', () =>
        protectionChannel(ReplaceSessionKeysRequest.decode(this.#keyData)),
      );
    }
    this.#command = command;
  }
}

export interface OpenedProfile {
  /** ConfigureISDPRequest, whole element BF24. */
  readonly configureIsdp: Uint8Array;
  /** StoreMetadataRequest, whole element BF25. */
  readonly metadata: Uint8Array;
  readonly profile: Uint8Array;
}

/** Open a whole package, element BF36, at once. Throws BppError. */
export function openBoundProfile(bytes: Uint8Array, download: DownloadContext): OpenedProfile {
  const bpp = blame('initialiseSecureChannel', 'scp03tStructureError', () =>
    BoundProfilePackage.decode(bytes),
  );
  const opener = new BoundProfileOpener(bpp.initialiseSecureChannel, download);
  const open = (command: SegmentCommand, segments: readonly Uint8Array[]) =>
    joinBytes(segments.map((segment) => opener.open(command, segment)));
  const configureIsdp = open('configureISDP', bpp.configureISDP);
  const metadata = open('storeMetadata', bpp.storeMetadata);
  open('replaceSessionKeys', bpp.replaceSessionKeys ?? []);
  return { configureIsdp, metadata, profile: open('loadProfileElements', bpp.loadProfileElements) };
}

/** Check InitialiseSecureChannel and derive the session keys. */
function openChannel(
  bytes: Uint8Array,
  { transactionId, euiccOtsk, eid, smdpKey }: DownloadContext,
): Bsp {
  const request = InitialiseSecureChannelRequest.decode(bytes);
  const refuse = (reason: InstallationError, message: string) => new BppError(reason, message);
  if (request.remoteOpId !== REMOTE_OPERATION.installBoundProfilePackage) {
    throw refuse('unsupportedRemoteOperationType', `Operation ${request.remoteOpId} is unknown`);
  }
  if (!bytesEqual(request.transactionId, transactionId)) {
    throw refuse('invalidTransactionId', 'The package belongs to another download');
  }
  const { keyType, keyLen, hostId } = request.controlRefTemplate;
  if (keyType !== CRT_AES || keyLen !== CRT_KEY_BYTES) {
    throw refuse('unsupportedCrtValues', 'The key type is not AES with 16 bytes');
  }
  const key = euiccOtsk instanceof Uint8Array ? oneTimeKey(euiccOtsk) : euiccOtsk;
  const euiccOtpk = Otpk.encode(key.publicKey);
  if (!isSignature(request.smdpSign, smdpKey, request.signedFields, euiccOtpk)) {
    throw refuse('invalidSignature', 'smdpSign is not the signature of CERT.DPpb');
  }
  const secret = key.agree(request.smdpOtpk);
  return new Bsp(deriveSessionKeys(secret, hostId, eid));
}

/** Errors of `work` as a BppError of this part; `reason` stands for those that are no BppError. */
function blame<T>(bppCommand: BppCommand, reason: InstallationError, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (!(cause instanceof ZkcxError)) throw cause;
    const errorReason = cause instanceof BppError ? cause.errorReason : reason;
    throw new BppError(errorReason, cause.message, { bppCommand, cause });
  }
}
