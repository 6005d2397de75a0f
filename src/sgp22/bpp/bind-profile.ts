import {
  BoundProfilePackage,
  ConfigureIsdpRequest,
  CRT_AES,
  CRT_KEY_BYTES,
  DpProprietaryData,
  InitialiseSecureChannelRequest,
  ReplaceSessionKeysRequest,
  SEGMENT,
  SmdpSignInput,
} from '../messages/bound-profile-package.ts';
import type { ReplaceSessionKeys } from '../messages/bound-profile-package.ts';
import { sign } from '../messages/signature.ts';
import { Bsp, deriveSessionKeys, MAX_ENCRYPTED, MAX_MAC_ONLY } from './bsp.ts';
import { agree, oneTimePublicKey } from './key-agreement.ts';

export interface Binding {
  readonly transactionId: Uint8Array;
  /** otPK.EUICC.ECKA: 04, x, y. */
  readonly euiccOtpk: Uint8Array;
  /** 16 bytes. */
  readonly eid: Uint8Array;
  /** otSK.DP.ECKA, 32 bytes, fresh for each package. */
  readonly smdpOtsk: Uint8Array;
  /** 1 to 16 bytes, the server's to choose. */
  readonly hostId: Uint8Array;
  /** Key of CERT.DPpb, 32 bytes. */
  readonly secretKey: Uint8Array;
}

export interface ProfileToBind {
  /** OID of the server, for ConfigureISDP. */
  readonly dpOid?: string;
  /** StoreMetadataRequest, whole element BF25. */
  readonly metadata: Uint8Array;
  /** Unprotected profile package: elements of the profile package specification. */
  readonly profile: Uint8Array;
  /** Random keys that protect the profile in place of the session keys; 16 bytes each. */
  readonly replaceSessionKeys?: ReplaceSessionKeys;
}

/**
 * Bind a profile to the one-time key of an eUICC (SGP.22 2.5.3, 2.5.4): the whole element BF36.
 * Throws ERR_RSP_VALUE if that key is no point of the curve.
 */
export function bindProfile(binding: Binding, profile: ProfileToBind): Uint8Array {
  const { transactionId, euiccOtpk, eid, smdpOtsk, hostId, secretKey } = binding;
  const channel = new Bsp(deriveSessionKeys(agree(smdpOtsk, euiccOtpk), hostId, eid));
  const request = {
    remoteOpId: 'installBoundProfilePackage' as const,
    transactionId,
    controlRefTemplate: { keyType: CRT_AES, keyLen: CRT_KEY_BYTES, hostId },
    smdpOtpk: oneTimePublicKey(smdpOtsk),
  };
  const smdpSign = sign(secretKey, SmdpSignInput.encode({ ...request, euiccOtpk }));
  const { dpOid, replaceSessionKeys: keys } = profile;
  // in this order: every segment moves the channel on
  const configureISDP = channel.encrypt(
    SEGMENT.configureISDP.tag,
    ConfigureIsdpRequest.encode({
      dpProprietaryData: dpOid === undefined ? undefined : DpProprietaryData.encode({ dpOid }),
    }),
  );
  const storeMetadata = cut(profile.metadata, MAX_MAC_ONLY).map((data) =>
    channel.authenticate(SEGMENT.storeMetadata.tag, data),
  );
  const replaceSessionKeys = keys && [
    channel.encrypt(SEGMENT.replaceSessionKeys.tag, ReplaceSessionKeysRequest.encode(keys)),
  ];
  const profileChannel = keys ? protectionChannel(keys) : channel;
  const loadProfileElements = cut(profile.profile, MAX_ENCRYPTED).map((data) =>
    profileChannel.encrypt(SEGMENT.loadProfileElements.tag, data),
  );
  return BoundProfilePackage.encode({
    initialiseSecureChannel: InitialiseSecureChannelRequest.encode({ ...request, smdpSign }),
    configureISDP: [configureISDP],
    storeMetadata,
    replaceSessionKeys,
    loadProfileElements,
  });
}

/** The channel that goes on after ReplaceSessionKeys, with its own counter. */
export function protectionChannel(keys: ReplaceSessionKeys): Bsp {
  return new Bsp({
    initialMacChaining: keys.initialMacChainingValue,
    encryption: keys.ppkEnc,
    mac: keys.ppkCmac,
  });
}

function cut(bytes: Uint8Array, size: number): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) parts.push(bytes.subarray(at, at + size));
  return parts;
}
