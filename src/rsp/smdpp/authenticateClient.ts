import { bytesToHex } from '../../bytes.ts';
import { ZkcxError } from '../../errors.ts';
import {
  type AuthenticateServerResponse,
  decodeEuiccSigned1,
  type EuiccSigned1,
} from '../messages/authenticateServer.ts';
import type { Es9pAnswer, Es9pRequest } from '../messages/es9p.ts';
import { decodeExtCardResource } from '../messages/euiccInfo.ts';
import { hexToBytes } from '../messages/identifiers.ts';
import { encodeSmdpSigned2 } from '../messages/prepareDownload.ts';
import { isSignature, sign, smdpSignature2Input } from '../messages/signature.ts';
import { RspRefusal, STATUS } from '../messages/statusCodes.ts';
import { LOCK, type SmdpContext } from './context.ts';
import { checkEuicc, keyText } from './device.ts';
import { whyNotEligible } from './eligibility.ts';
import { findIdentity } from './identities.ts';
import { attempt, isDeliverable, isExhausted, isExpired, type Order } from './order.ts';
import { metadataOf, type Profile } from './profile.ts';
import type { Device, Session } from './session.ts';

const refuse = STATUS.authenticateClient;

/**
 * Authenticate the eUICC and offer it the profile that is ordered for it (SGP.22 5.6.3). Whatever
 * the answer, the session takes no second message of this kind; a device that has shown who it is
 * may still cancel. Throws RspRefusal.
 */
export async function authenticateClient(
  context: SmdpContext,
  { transactionId, authenticateServerResponse: response }: Es9pRequest<'authenticateClient'>,
): Promise<Es9pAnswer<'authenticateClient'>> {
  const id = bytesToHex(transactionId);
  return context.locks.run(LOCK.session(id), async () => {
    const session = context.sessions.get(id);
    if (session?.state !== 'initiated') throw new RspRefusal(refuse.transactionUnknown);
    const authenticated = await authenticate(context, session, response);
    try {
      return await findOffer(context, session, authenticated);
    } catch (error) {
      const { device } = authenticated;
      const refused: Session = { ...session, state: 'refused', device };
      await context.store.change().putSession(refused).commit({ durable: false });
      context.sessions.set(refused);
      throw error;
    }
  });
}

interface Authenticated {
  readonly device: Device;
  readonly signed: EuiccSigned1;
  readonly euiccSignature1: Uint8Array;
}

/** Certificates, signature, challenge; the session ends if one of them is wrong. */
async function authenticate(
  { sessions, store, trust, now }: SmdpContext,
  session: Session,
  response: AuthenticateServerResponse,
): Promise<Authenticated> {
  try {
    return checkResponse(session, response, trust.anchors, now());
  } catch (error) {
    sessions.delete(session.transactionId);
    await store.change().deleteSession(session.transactionId).commit({ durable: false });
    throw error;
  }
}

function checkResponse(
  session: Session,
  response: AuthenticateServerResponse,
  anchors: SmdpContext['trust']['anchors'],
  at: bigint,
): Authenticated {
  if (response.result === 'error') {
    throw new RspRefusal(refuse.euiccSignatureInvalid, {
      message: `The eUICC refused the server with error ${response.authenticateErrorCode}`,
    });
  }
  const { euiccSigned1, euiccSignature1 } = response;
  const ciPkId = hexToBytes(session.ciPkId, 'a stored key identifier');
  const euicc = checkEuicc(response, anchors, at, ciPkId);
  if (!isSignature(euiccSignature1, euicc.publicKey, euiccSigned1)) {
    throw new RspRefusal(refuse.euiccSignatureInvalid);
  }
  const signed = decoded(() => decodeEuiccSigned1(euiccSigned1));
  if (bytesToHex(signed.transactionId) !== session.transactionId) {
    throw new RspRefusal(refuse.transactionUnknown);
  }
  if (
    bytesToHex(signed.serverChallenge) !== session.serverChallenge ||
    signed.serverAddress.toLowerCase() !== session.serverAddress.toLowerCase()
  ) {
    throw new RspRefusal(refuse.euiccSignatureInvalid);
  }
  const { freeNonVolatileMemory } = decoded(() =>
    decodeExtCardResource(signed.euiccInfo2.extCardResource),
  );
  const device = {
    eid: euicc.eid,
    euiccKey: keyText(euicc.publicKey),
    freeMemory: freeNonVolatileMemory,
  };
  return { device, signed, euiccSignature1 };
}

/** What the eUICC signed must be what the standard says. */
function decoded<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (!(cause instanceof ZkcxError)) throw cause;
    throw new RspRefusal(refuse.euiccSignatureInvalid, { cause });
  }
}

/** The order that the MatchingID names, or the one that waits for a device without MatchingID. */
async function findOffer(
  context: SmdpContext,
  session: Session,
  authenticated: Authenticated,
): Promise<Es9pAnswer<'authenticateClient'>> {
  const { store, locks } = context;
  const matchingId = authenticated.signed.ctxParams1.matchingId ?? '';
  const offerLocked = (iccid: string) =>
    locks.run(LOCK.order(iccid), () => offer(context, session, authenticated, iccid));
  if (matchingId !== '') {
    const iccid = await store.iccidByMatchingId(matchingId);
    if (iccid === undefined) throw new RspRefusal(refuse.matchingIdRefused);
    return offerLocked(iccid);
  }
  return locks.run(LOCK.open, async () => {
    const iccid = await defaultOrder(context, authenticated.device.eid);
    if (iccid === undefined) throw new RspRefusal(refuse.matchingIdRefused);
    return offerLocked(iccid);
  });
}

/**
 * Of the orders without MatchingID: first for this EID, then for anyone and on offer to no other.
 * One that can be had goes before one that cannot; if none can, the oldest says why.
 */
async function defaultOrder(
  { store, sessions, settings, now }: SmdpContext,
  eid: string,
): Promise<string | undefined> {
  let unusable: string | undefined;
  for (const candidates of [store.pending(eid), store.open()]) {
    for await (const iccid of candidates) {
      const holder = sessions.holder(iccid);
      if (holder !== undefined && holder.device?.eid !== eid) continue;
      const order = await store.order(iccid);
      if (order === undefined) continue;
      const usable =
        isDeliverable(order) && !isExpired(order, now()) && !isExhausted(order, settings);
      if (usable) return iccid;
      unusable ??= iccid;
    }
  }
  return unusable;
}

async function offer(
  context: SmdpContext,
  session: Session,
  { device, signed, euiccSignature1 }: Authenticated,
  iccid: string,
): Promise<Es9pAnswer<'authenticateClient'>> {
  const { store, sessions, settings, trust, now } = context;
  const at = Number(now());
  const order = await store.order(iccid);
  const profile = await store.profile(iccid);
  if (order === undefined || profile === undefined) throw new RspRefusal(refuse.matchingIdRefused);
  checkOrder(order, device.eid);
  checkProfile(profile, signed);
  if (isExpired(order, now())) throw new RspRefusal(refuse.orderExpired);
  if (isExhausted(order, settings)) throw new RspRefusal(refuse.downloadRetriesExceeded);
  const identity = findIdentity(trust, session.serverCiPkId);
  // only after a restart with other certificates
  if (identity === undefined) throw new RspRefusal(refuse.transactionUnknown);

  const transactionId = hexToBytes(session.transactionId, 'a TransactionID');
  const smdpSigned2 = encodeSmdpSigned2({
    transactionId,
    ccRequiredFlag: order.confirmation !== undefined,
    bppEuiccOtpk: order.delivery && hexToBytes(order.delivery.euiccOtpk, 'a stored key'),
  });
  const smdpSignature2 = sign(
    identity.pb.secretKey,
    smdpSignature2Input(smdpSigned2, euiccSignature1),
  );
  const next: Session = {
    ...session,
    state: 'authenticated',
    device,
    offer: { iccid, smdpSignature2: bytesToHex(smdpSignature2) },
  };
  const change = store.change().putOrder(attempt(order, at), order).putSession(next);
  await change.commit({ durable: false });
  sessions.set(next);
  return {
    transactionId,
    profileMetadata: metadataOf(profile),
    smdpSigned2,
    smdpSignature2,
    smdpCertificate: identity.pb.certificate.der,
  };
}

/** The order is for this device, and may be had. */
function checkOrder(order: Order, eid: string): void {
  if (order.state !== 'confirmed' && !isDeliverable(order)) {
    throw new RspRefusal(refuse.matchingIdRefused);
  }
  if ((order.eid ?? eid) !== eid || (order.delivery?.eid ?? eid) !== eid) {
    throw new RspRefusal(refuse.eidRefused);
  }
  if (order.state === 'confirmed') throw new RspRefusal(refuse.profileNotReleased);
}

function checkProfile(profile: Profile, { euiccInfo2 }: EuiccSigned1): void {
  const reason = whyNotEligible(profile, euiccInfo2);
  if (reason !== undefined) throw new RspRefusal(refuse.notEligible, { message: reason });
}
