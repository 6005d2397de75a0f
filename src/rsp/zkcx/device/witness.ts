/**
 * What the eUICC signs for a session before anything of it is shown: today's eUICC a cancellation, zkCX-aware firmware
 * the key of the session. The server can make the message itself, so that of the eUICC's answers no byte leaves the
 * device.
 */
import { parseCertificate } from '../../../asn1/index.ts';
import { bytesEqual } from '../../../bytes.ts';
import { ZkcxError } from '../../../errors.ts';
import type { PublicKey } from '../../../pki/index.ts';
import { refusedByEuicc } from '../../lpa/endings.ts';
import type { Es10 } from '../../lpa/index.ts';
import {
  AUTHENTICATE_ERROR,
  type AuthenticateResponseOk,
} from '../../../sgp22/messages/authenticate-server.ts';
import { CANCEL_SESSION_REASON } from '../../../sgp22/messages/cancel-session.ts';
import type { CtxParams1, DeviceInfo } from '../../../sgp22/messages/ctx-params.ts';
import type { Input } from '../../../sgp22/codec/codec.ts';
import { readDeviceFacts } from '../../../sgp22/messages/euicc-info.ts';
import { type ReadEuiccInfo2, readSignedEuiccInfo2 } from '../../../sgp22/messages/read-euicc.ts';
import { isSignature } from '../../../sgp22/messages/signature.ts';
import { sessionKeyMessage, sessionKeyOf } from '../../../sgp22/messages/zkcx-firmware.ts';
import { type Eligibility, memoryStep } from '../messages.ts';
import type { WitnessReason } from '../negotiation.ts';
import { cancelWitness } from '../transcript.ts';
import type { Initiated } from './initiate.ts';

/**
 * What servers are told of the device around the eUICC: the same for all devices. Its own TAC and capabilities would
 * tell models apart; no technology at all is refused by some servers.
 */
export const DEVICE_INFO: DeviceInfo = {
  tac: Uint8Array.of(0x35, 0x29, 0x06, 0x11),
  deviceCapabilities: {
    gsmSupportedRelease: '15.0.0',
    utranSupportedRelease: '15.0.0',
    eutranEpcSupportedRelease: '15.0.0',
  },
};

/** A message, the signature of the eUICC's own key over it, and what the server needs to make it. */
export interface Witness {
  readonly message: Uint8Array;
  /** r and s, 64 bytes. */
  readonly signature: Uint8Array;
  readonly made:
    | { readonly kind: 'cancellation'; readonly cancelReason: WitnessReason }
    | { readonly kind: 'sessionKey'; readonly sessionPublicKey: PublicKey };
  readonly certificates: Pick<AuthenticateResponseOk, 'euiccCertificate' | 'eumCertificate'>;
  readonly eligibility: Eligibility;
}

/**
 * Have the eUICC sign for a server that passed every check. Its session is over afterwards in `zkcx-device`; in
 * `zkcx` it goes on.
 *
 * @throws ERR_RSP_DOWNLOAD when the eUICC refuses the server, ERR_RSP_CARD when it refuses to cancel or has no
 *   zkCX-aware firmware, ERR_RSP_ZKCX_TRANSCRIPT when it signs something else, ERR_RSP_SIGNATURE when the key of its
 *   certificate did not sign
 */
export async function witnessOf(es10: Es10, initiated: Initiated): Promise<Witness> {
  return initiated.offer.rspMode === 'zkcx-device'
    ? cancellation(es10, initiated)
    : sessionKey(es10, initiated);
}

/** ES10b.AuthenticateServer for one of the two sessions of a download. Throws ERR_RSP_DOWNLOAD. */
export async function authenticateServer(
  es10: Es10,
  { answer, certificates }: Initiated,
  signed: { readonly serverSigned1: Uint8Array; readonly serverSignature1: Uint8Array },
  ctxParams1: Input<typeof CtxParams1>,
): Promise<AuthenticateResponseOk> {
  const { euiccCiPKIdToBeUsed } = answer;
  const response = await es10.authenticateServer({
    ...signed,
    euiccCiPKIdToBeUsed,
    serverCertificate: certificates.auth,
    ctxParams1,
  });
  if (response.result === 'ok') return response;
  throw refusedByEuicc('the server', AUTHENTICATE_ERROR, response.authenticateErrorCode);
}

async function cancellation(es10: Es10, initiated: Initiated): Promise<Witness> {
  const { answer, offer, peer, transcript } = initiated;
  // no matchingId: what is signed here must deliver no order
  const response = await authenticateServer(es10, initiated, answer, { deviceInfo: DEVICE_INFO });
  const eligibility = eligibilityOf(readSignedEuiccInfo2(response.euiccSigned1));
  for (const cancelReason of offer.cancelReasons) {
    const cancelled = await cancel(es10, transcript.transactionId, cancelReason);
    if (cancelled === undefined) continue;
    const message = cancelWitness(transcript, peer.serverOid, cancelReason);
    const signed = { message: cancelled.euiccCancelSessionSigned, certificates: response };
    const signature = cancelled.euiccCancelSessionSignature;
    assertSigned({ ...signed, signature }, message);
    const made = { kind: 'cancellation' as const, cancelReason };
    return { message, signature, made, certificates: response, eligibility };
  }
  throw new ZkcxError(
    'ERR_RSP_CARD',
    'the eUICC does not cancel a session for a reason that the server takes: zkCX is not for this card',
  );
}

/** What the eUICC signs; undefined when it does not cancel for this reason. */
async function cancel(es10: Es10, transactionId: Uint8Array, reason: WitnessReason) {
  try {
    const response = await es10.cancelSession({
      transactionId,
      reason: CANCEL_SESSION_REASON[reason],
    });
    return response.result === 'ok' ? response : undefined;
  } catch (error) {
    // refused as such: some cards know few reasons
    if (error instanceof ZkcxError && error.code === 'ERR_RSP_APDU') return undefined;
    throw error;
  }
}

async function sessionKey(es10: Es10, initiated: Initiated): Promise<Witness> {
  const { answer, keys, peer, transcript } = initiated;
  await vouch(es10, keys);
  const response = await authenticateServer(es10, initiated, answer, { deviceInfo: DEVICE_INFO });
  const sessionPublicKey = sessionKeyOf(response.euiccSigned1);
  const { transactionId } = transcript;
  const smdpOid = peer.serverOid;
  const message = sessionKeyMessage({ transactionId, smdpOid, sessionKey: sessionPublicKey });
  const signature = response.euiccSignature1;
  assertSigned({ message: response.euiccSigned1, signature, certificates: response }, message);
  const made = { kind: 'sessionKey' as const, sessionPublicKey };
  const eligibility = eligibilityOf(await es10.euiccInfo2());
  return { message, signature, made, certificates: response, eligibility };
}

async function vouch(es10: Es10, keys: Initiated['keys']): Promise<void> {
  try {
    await es10.zkcxServer(keys);
  } catch (cause) {
    if (!(cause instanceof ZkcxError) || cause.code !== 'ERR_RSP_APDU') throw cause;
    const problem = 'this eUICC has no zkCX-aware firmware: download in zkcx-device';
    throw new ZkcxError('ERR_RSP_CARD', problem, { cause });
  }
}

/** Byte for byte what the server will expect, and by the key of the certificate. */
function assertSigned(
  { message, signature, certificates }: Pick<Witness, 'message' | 'signature' | 'certificates'>,
  expected: Uint8Array,
): void {
  if (!bytesEqual(message, expected)) {
    throw new ZkcxError(
      'ERR_RSP_ZKCX_TRANSCRIPT',
      'the eUICC signed something else than this session: nothing of it was sent',
    );
  }
  const { publicKey } = parseCertificate(certificates.euiccCertificate);
  if (!isSignature(signature, publicKey, message)) {
    throw new ZkcxError(
      'ERR_RSP_SIGNATURE',
      'the eUICC did not sign with the key of its certificate',
    );
  }
}

/** What the LPA says of the eUICC, rounded; unproven. Throws ERR_RSP_CARD if a card does not say its versions. */
function eligibilityOf(info: ReadEuiccInfo2): Eligibility {
  const { svn, profileVersion } = info;
  const {
    rspCapability = [],
    forbiddenProfilePolicyRules = [],
    freeMemory,
  } = readDeviceFacts(info.der);
  if (svn === undefined || profileVersion === undefined) {
    throw new ZkcxError('ERR_RSP_CARD', 'the eUICC does not say which versions it supports');
  }
  return {
    svn,
    profileVersion,
    testProfileSupport: rspCapability.includes('testProfileSupport'),
    forbiddenProfilePolicyRules: [...forbiddenProfilePolicyRules],
    // a card that does not say gets its try
    freeMemory: memoryStep(freeMemory ?? Infinity),
  };
}
