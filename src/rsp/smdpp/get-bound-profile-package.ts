import { bytesEqual, bytesToHex } from '../../bytes.ts';
import { ZkcxError } from '../../errors.ts';
import type { Es9pAnswer, Es9pRequest } from '../../sgp22/messages/es9p.ts';
import { eidBytes, hexToBytes } from '../../sgp22/messages/identifiers.ts';
import {
  EuiccSigned2,
  hashCcOf,
  type PrepareDownloadResponse,
} from '../../sgp22/messages/prepare-download.ts';
import { euiccSignature2Input, isSignature } from '../../sgp22/messages/signature.ts';
import { RspRefusal, STATUS } from '../../sgp22/status-codes.ts';
import { bindAgain, bindFresh, type Target } from './binding.ts';
import { LOCK, type OrderContext, type SmdpContext } from './context.ts';
import { keyFromText } from '../server/check-euicc.ts';
import { findIdentity } from './identities.ts';
import {
  CODE_FAILURE,
  deliver,
  isDeliverable,
  isExpired,
  isFreeFor,
  isKnownToBeFor,
  type Order,
  refuseCode,
} from './order.ts';
import type { Profile } from './profile.ts';
import { POINT } from './progress/record.ts';
import { keepRefused } from './refused-session.ts';
import { type Device, type Offer, type Session } from './session.ts';

const refuse = STATUS.getBoundProfilePackage;

/** A session that has got as far as an offer. */
export type Authenticated = Session & { readonly device: Device; readonly offer: Offer };

/** One whose device is known by a key that signs for it from now on. */
export type Keyed = Authenticated & { readonly device: { readonly euiccKey: string } };

/** One whose device showed certificates. */
type Certified = Keyed & { readonly device: { readonly eid: string } };

/**
 * Bind the profile to the device's one-time key (SGP.22 5.6.2). After a wrong or missing
 * confirmation code the same session may try again; after any other refusal it can only be
 * cancelled. Throws RspRefusal.
 */
export async function getBoundProfilePackage(
  context: SmdpContext,
  { transactionId, prepareDownloadResponse: response }: Es9pRequest<'getBoundProfilePackage'>,
): Promise<Es9pAnswer<'getBoundProfilePackage'>> {
  const id = bytesToHex(transactionId);
  return context.locks.run(LOCK.session(id), async () => {
    const session = context.sessions.get(id);
    if (session?.state !== 'authenticated' || !isCertified(session)) {
      throw new RspRefusal(refuse.invalidTransactionId);
    }
    try {
      const signed = checkPrepareDownload(session, response);
      const kdfValue = eidBytes(session.device.eid);
      return await context.locks.run(LOCK.order(session.offer.sequence), () =>
        deliverPackage(context, { session, signed, kdfValue, again: true }),
      );
    } catch (error) {
      // after a trouble of the server itself the same message may come again
      if (error instanceof RspRefusal && !isCodeRefusal(error)) await keepRefused(context, session);
      throw error;
    }
  });
}

function isCertified(session: Session): session is Certified {
  return isKeyed(session) && session.device.eid !== undefined;
}

export function isKeyed(session: Session): session is Keyed {
  return session.device?.euiccKey !== undefined && session.offer !== undefined;
}

/** After this one the same session may ask again. */
export function isCodeRefusal(error: unknown): boolean {
  return (
    error instanceof RspRefusal &&
    (error.status === refuse.confirmationCodeMissing ||
      error.status === refuse.confirmationCodeRefused)
  );
}

/** What the eUICC signed for this download. Throws RspRefusal. */
export function checkPrepareDownload(
  session: Keyed,
  response: PrepareDownloadResponse,
): EuiccSigned2 {
  if (response.result === 'error') {
    throw new RspRefusal(refuse.euiccSignatureInvalid, {
      message: `The eUICC refused the download with error ${response.downloadErrorCode}`,
    });
  }
  const { euiccSigned2, euiccSignature2 } = response;
  const smdpSignature2 = hexToBytes(session.offer.smdpSignature2, 'a stored signature');
  const key = keyFromText(session.device.euiccKey);
  const input = euiccSignature2Input(euiccSigned2, smdpSignature2);
  if (!isSignature(euiccSignature2, key, input)) {
    throw new RspRefusal(refuse.euiccSignatureInvalid);
  }
  return readEuiccSigned2(session, euiccSigned2);
}

/** What an authentic euiccSigned2 says, if it is of this session. Throws RspRefusal. */
export function readEuiccSigned2(session: Session, euiccSigned2: Uint8Array): EuiccSigned2 {
  let signed: EuiccSigned2;
  try {
    signed = EuiccSigned2.decode(euiccSigned2);
  } catch (cause) {
    if (!(cause instanceof ZkcxError)) throw cause;
    throw new RspRefusal(refuse.euiccSignatureInvalid, { cause });
  }
  if (bytesToHex(signed.transactionId) !== session.transactionId) {
    throw new RspRefusal(refuse.invalidTransactionId);
  }
  return signed;
}

/** What a package is made of once it is known who asks for it. */
export interface Delivery {
  readonly session: Authenticated;
  /** Of what the eUICC signed: authenticated by the caller. */
  readonly signed: Pick<EuiccSigned2, 'euiccOtpk' | 'hashCc'>;
  /** What the session keys are derived with: the EID, 16 bytes, or what stands for it. */
  readonly kdfValue: Uint8Array;
  /** The package of an earlier session may be sent again for the same one-time key. */
  readonly again: boolean;
  /** What an extension keeps of the session, to open what comes later about the profile. */
  readonly evidence?: string;
  /** TransactionID, hexadecimal, of the session around this one, if there is one. */
  readonly outerTransactionId?: string;
  /** A last word before the order goes to the device: returns the order, or throws RspRefusal. */
  readonly take?: (order: Order) => Promise<Order>;
}

/**
 * Bind the package of the offered order, and make the order the device's. The caller holds the locks of
 * session and order. Throws RspRefusal.
 */
export async function deliverPackage(
  context: OrderContext,
  delivery: Delivery,
): Promise<Es9pAnswer<'getBoundProfilePackage'>> {
  try {
    return await bindAndDeliver(context, delivery);
  } catch (error) {
    const order = await context.store.order(delivery.session.offer.sequence);
    if (order !== undefined && isOfOrder(error, order, delivery.session.device)) {
      const { status, message } = error;
      const refused = { ...status, message };
      const eid = eidToTell(order, delivery);
      context.progress.refuse(order, { point: POINT.download, eid, refused });
    }
    throw error;
  }
}

/** A refusal that its operator can do something about. What another device is told is none. */
function isOfOrder(error: unknown, order: Order, device: Device): error is RspRefusal {
  const reasons: readonly unknown[] = [
    refuse.insufficientMemory,
    refuse.downloadOrderExpired,
    refuse.bppRebindingRefused,
  ];
  return (
    error instanceof RspRefusal &&
    reasons.includes(error.status) &&
    isDeliverable(order) &&
    isKnownToBeFor(order, device) &&
    isFreeFor(order, device)
  );
}

/** What a device discloses in zkCX is not for whoever ordered. */
const eidToTell = (order: Order, { session, evidence }: Delivery) =>
  evidence === undefined ? session.device.eid : order.eid;

async function bindAndDeliver(
  context: OrderContext,
  delivery: Delivery,
): Promise<Es9pAnswer<'getBoundProfilePackage'>> {
  const {
    session,
    signed,
    kdfValue,
    again: mayRepeat,
    evidence,
    outerTransactionId,
    take,
  } = delivery;
  const { store, sessions, trust, now, progress } = context;
  const { device, offer, transactionId } = session;
  const { euiccOtpk, hashCc } = signed;
  // while it waited for the lock the order may have been withdrawn, and its time may have passed
  if (!sessions.has(transactionId)) throw new RspRefusal(refuse.invalidTransactionId);
  const order = await store.order(offer.sequence);
  const profile = order && (await store.profile(order.iccid));
  const identity = findIdentity(trust, session);
  if (order === undefined || profile === undefined || identity === undefined) {
    throw new RspRefusal(refuse.bppRebindingRefused);
  }
  checkAvailable(order, device, now());
  const eidTold = eidToTell(order, delivery);
  const id = hexToBytes(transactionId, 'a TransactionID');
  await checkCode(context, order, hashCc, id, eidTold);
  const { delivery: before } = order;
  const isSameKey = before?.euiccOtpk === bytesToHex(euiccOtpk);
  if (isSameKey && !mayRepeat) throw new RspRefusal(refuse.bppRebindingRefused);
  // a package that failed is neither sent again nor lost
  const isOut = before !== undefined && before.isFailed !== true;
  const again = isOut && isSameKey;
  if (isOut && !again && !order.rebinding) throw new RspRefusal(refuse.bppRebindingRefused);
  if (device.freeMemory !== undefined && profile.memory > device.freeMemory) {
    throw new RspRefusal(refuse.insufficientMemory);
  }
  const target = { transactionId: id, kdfValue, euiccOtpk, identity };
  const boundProfilePackage = again
    ? bindAgain(await stored(store.boundPackage(order.sequence)), target)
    : fresh(context, profile, await stored(store.package(order.iccid)), target);
  const taken = take === undefined ? order : await take(order);
  const next: Session = { ...session, state: 'delivered' };
  const { eid, pseudonym, blindOrder, euiccKey } = device;
  const delivered = deliver(taken, Number(now()), {
    eid: eid ?? before?.eid,
    pseudonym: pseudonym ?? before?.pseudonym,
    blindOrder,
    euiccOtpk: bytesToHex(euiccOtpk),
    sessions: [
      ...(before?.sessions ?? []),
      { transactionId, outerTransactionId, euiccKey, evidence },
    ],
  });
  const change = store.change().putOrder(delivered, order);
  progress.note(change, order, { point: POINT.download, eid: eidTold });
  // sessions of an extension end with the process
  if (evidence === undefined) change.putSession(next);
  await change.putBoundPackage(order.sequence, boundProfilePackage).commit({ durable: true });
  sessions.set(next);
  return { transactionId: target.transactionId, boundProfilePackage };
}

function fresh(context: OrderContext, profile: Profile, upp: Uint8Array, target: Target) {
  try {
    return bindFresh(context, profile, upp, target);
  } catch (cause) {
    // a one-time key that is no point of the curve
    if (!(cause instanceof ZkcxError)) throw cause;
    throw new RspRefusal(refuse.euiccSignatureInvalid, { cause });
  }
}

/** What the store must have beside the record of an order. */
async function stored(found: Promise<Uint8Array | undefined>): Promise<Uint8Array> {
  const bytes = await found;
  if (bytes === undefined) throw new ZkcxError('ERR_RSP_STORE', 'the store lacks a package');
  return bytes;
}

/** Since the offer the order may have ended, or gone to another device. */
function checkAvailable(order: Order, device: Device, now: bigint): void {
  if (order.state === 'error' && order.failure === CODE_FAILURE) {
    throw new RspRefusal(refuse.confirmationCodeRetriesExceeded);
  }
  if (!isDeliverable(order) || !isKnownToBeFor(order, device) || !isFreeFor(order, device)) {
    throw new RspRefusal(refuse.bppRebindingRefused);
  }
  if (isExpired(order, now)) throw new RspRefusal(refuse.downloadOrderExpired);
}

/** A wrong code counts, whoever sends it; at the limit the order ends. */
async function checkCode(
  { store, settings, now, progress }: OrderContext,
  order: Order,
  hashCc: Uint8Array | undefined,
  transactionId: Uint8Array,
  eid: string | undefined,
): Promise<void> {
  const limit = settings.confirmationCodeLimit;
  if (order.confirmation === undefined) return;
  // after a restart with another limit
  if (order.confirmation.failures >= limit) {
    throw new RspRefusal(refuse.confirmationCodeRetriesExceeded);
  }
  if (hashCc === undefined) throw new RspRefusal(refuse.confirmationCodeMissing);
  const codeHash = hexToBytes(order.confirmation.hash, 'a stored hash');
  if (bytesEqual(hashCc, hashCcOf(codeHash, transactionId))) return;
  const after = refuseCode(order, Number(now()), limit);
  const change = store.change().putOrder(after, order);
  const isOver = after.state === 'error';
  const refused = isOver ? refuse.confirmationCodeRetriesExceeded : refuse.confirmationCodeRefused;
  if (isOver) progress.note(change, order, { point: POINT.confirmation, eid, refused });
  await change.commit({ durable: true });
  throw new RspRefusal(refused);
}
