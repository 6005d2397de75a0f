/** Openings of a presentation that come after it, in zkcxDisclose: told with consent, checked here. */
import { p256 } from '@noble/curves/nist.js';
import { Field } from 'o1js';
import { bigintToBytes, bytesToBigint } from '../../bytes.ts';
import { commitMessage } from '../../circuits/session.ts';
import { ZkcxError } from '../../errors.ts';
import type { PublicKey } from '../../pki/index.ts';
import { fromLimbs, openIdentity, openKey, writeOpenings } from '../../session/openings.ts';
import type { VerifiedPresentation } from '../../session/verifier.ts';
import { limbs } from '../../witness/encode.ts';
import type { SessionOpenings } from '../../witness/presentation.ts';
import { pointOf } from '../../sgp22/messages/curve.ts';
import type { ZkcxRequest } from './messages.ts';

type Disclosure = ZkcxRequest<'zkcxDisclose'>;
type DeviceDisclosure = Extract<Disclosure, { kind: 'device' }>;
type IdentityDisclosure = Extract<Disclosure, { kind: 'identity' }>;

/** What the server goes on with in `zkcx-device`. */
export interface DisclosedDevice {
  /** 32 digits. */
  readonly eid: string;
  /** Key of the eUICC's certificate. */
  readonly key: PublicKey;
}

/** The LPA's: everything of a session in `zkcx-device`. `euiccSignature1` is r and s, 64 bytes. */
export function discloseDevice(
  openings: SessionOpenings,
  euiccSignature1: Uint8Array,
): DeviceDisclosure {
  const { identity, key } = writeOpenings(['identity', 'key'], openings);
  const { blind, digest } = openings.message;
  return {
    kind: 'device',
    identity: identity!,
    key: key!,
    message: { blind: blind.toString(), digest: bigintToBytes(fromLimbs(digest.limbs), 32) },
    euiccSignature1,
  };
}

/** The LPA's: the EID alone, for an order that is bound to it. */
export function discloseIdentity(openings: SessionOpenings): IdentityDisclosure {
  return { kind: 'identity', identity: writeOpenings(['identity'], openings).identity! };
}

/**
 * The server's: all openings are of the commitments of this very presentation, and the opened key signed
 * the opened digest. Throws ERR_PROOF_OPENING, ERR_RSP_SIGNATURE.
 */
export function checkDeviceDisclosure(
  { identity, key, message, euiccSignature1 }: DeviceDisclosure,
  presentation: VerifiedPresentation,
): DisclosedDevice {
  const eid = openEid(identity, presentation);
  const opened = openKey(key, Field(presentation.sessionKey));
  const digest = limbs(bytesToBigint(message.digest));
  const committed = commitMessage(Field(message.blind), digest).toBigInt();
  if (committed !== presentation.sessionMessage) {
    throw new ZkcxError('ERR_PROOF_OPENING', 'the opening of message does not open its commitment');
  }
  if (!isDigestSignature(euiccSignature1, opened, message.digest)) {
    throw new ZkcxError(
      'ERR_RSP_SIGNATURE',
      'euiccSignature1 is not a signature of the opened key over the opened digest',
    );
  }
  return Object.freeze({ eid, key: opened });
}

/** The server's: the EID, 32 digits. Throws ERR_PROOF_OPENING. */
export function checkIdentityDisclosure(
  { identity }: IdentityDisclosure,
  presentation: VerifiedPresentation,
): string {
  return openEid(identity, presentation);
}

function openEid(
  opening: Disclosure['identity'],
  { role, sessionIdentity }: VerifiedPresentation,
): string {
  const identity = openIdentity(opening, Field(sessionIdentity), role);
  if (identity.kind === 'eid') return identity.digits;
  throw new ZkcxError('ERR_PROOF_OPENING', 'the opened identity is not that of an eUICC');
}

/** ECDSA over a digest that is there already. Any s passes, as in X.509. */
function isDigestSignature(signature: Uint8Array, key: PublicKey, digest: Uint8Array) {
  try {
    return p256.verify(signature, digest, pointOf(key), { lowS: false, prehash: false });
  } catch {
    // r or s out of range
    return false;
  }
}
