/** A package for one device, and the same package again for its next session. */
import { bindProfile } from '../../sgp22/bpp/index.ts';
import {
  BoundProfilePackage,
  InitialiseSecureChannelRequest,
  SmdpSignInput,
} from '../../sgp22/messages/bound-profile-package.ts';
import { CURVE } from '../../sgp22/messages/curve.ts';
import { sign } from '../../sgp22/messages/signature.ts';
import type { OrderContext } from './context.ts';
import type { SmdpIdentity } from './identities.ts';
import { metadataOf, type Profile } from './profile.ts';

/** Random bytes that are reduced to a secret key, see `Curve`. */
const OTSK_SEED = 48;

/** Where a package goes. */
export interface Target {
  readonly transactionId: Uint8Array;
  /** What the session keys are derived with: the EID, 16 bytes, or what stands for it. */
  readonly kdfValue: Uint8Array;
  /** otPK.EUICC.ECKA: 04, x, y. */
  readonly euiccOtpk: Uint8Array;
  readonly identity: SmdpIdentity;
}

/** Bind under fresh keys. Throws ERR_RSP_VALUE if the device's key is no point of the curve. */
export function bindFresh(
  { random, settings }: Pick<OrderContext, 'random' | 'settings'>,
  profile: Profile,
  upp: Uint8Array,
  { transactionId, kdfValue, euiccOtpk, identity }: Target,
): Uint8Array {
  const binding = {
    transactionId,
    euiccOtpk,
    eid: kdfValue,
    smdpOtsk: CURVE.secretKeyFrom(random(OTSK_SEED)),
    hostId: random(16),
    secretKey: identity.pb.secretKey,
  };
  const replaceSessionKeys = settings.replaceSessionKeys
    ? { initialMacChainingValue: random(16), ppkEnc: random(16), ppkCmac: random(16) }
    : undefined;
  return bindProfile(binding, {
    dpOid: identity.oid,
    metadata: metadataOf(profile),
    profile: upp,
    replaceSessionKeys,
  });
}

/**
 * The package of an earlier session for the same one-time key: its keys and segments stay, only the
 * TransactionID and the signature over it are new (SGP.22 5.6.2). So no key is kept by the server.
 */
export function bindAgain(stored: Uint8Array, target: Target): Uint8Array {
  const bpp = BoundProfilePackage.decode(stored);
  const before = InitialiseSecureChannelRequest.decode(bpp.initialiseSecureChannel);
  const request = { ...before, transactionId: target.transactionId };
  const smdpSign = sign(
    target.identity.pb.secretKey,
    SmdpSignInput.encode({ ...request, euiccOtpk: target.euiccOtpk }),
  );
  const initialiseSecureChannel = InitialiseSecureChannelRequest.encode({ ...request, smdpSign });
  return BoundProfilePackage.encode({ ...bpp, initialiseSecureChannel });
}
