/** Which order a device gets, by what it asks for and what is known of it (SGP.22 3.1.3, 5.6.3). */
import { hexToBytes } from '../../sgp22/messages/identifiers.ts';
import { SmdpSigned2 } from '../../sgp22/messages/prepare-download.ts';
import { RspRefusal, STATUS } from '../../sgp22/status-codes.ts';
import { LOCK, type OrderContext } from './context.ts';
import type { DeviceFacts } from '../../sgp22/messages/euicc-info.ts';
import { whyNotEligible } from './eligibility.ts';
import { findIdentity, type SmdpIdentity } from './identities.ts';
import {
  attempt,
  type DeviceName,
  isDeliverable,
  isExhausted,
  hasSameBlindOrder,
  isExpired,
  isFreeFor,
  isKnownToBeFor,
  isSameDevice,
  type Order,
} from './order.ts';
import type { Profile } from './profile.ts';
import { POINT } from './progress/record.ts';
import type { Session } from './session.ts';
import type { StoreChange } from './store-change.ts';

const refuse = STATUS.authenticateClient;

/** A device that asks, authenticated. */
export interface Applicant {
  /** What is known of it. The EID may not be; a blind order is one that it proved. */
  readonly name: DeviceName;
  /** Empty: any order for this device. */
  readonly matchingId: string;
  readonly facts: DeviceFacts;
  /** It showed no certificate. */
  readonly zkcx: boolean;
}

/** An order that the applicant can have. */
export interface FoundOrder {
  readonly order: Order;
  readonly profile: Profile;
  readonly identity: SmdpIdentity;
}

/** What is answered, and what becomes of the session. */
export interface Offered<T> {
  readonly answer: T;
  readonly session: Session;
  /** To be written with the order. */
  readonly change?: (change: StoreChange) => void;
}

/**
 * Find the order that the MatchingID names, or the one that waits for a device without MatchingID, and
 * make an offer of it. It counts as one of the order's attempts, unless the order is bound to an EID and
 * that of the applicant is not known yet. Throws RspRefusal.
 */
export async function offerOrder<T>(
  context: OrderContext,
  session: Session,
  applicant: Applicant,
  offer: (found: FoundOrder) => Offered<T> | Promise<Offered<T>>,
): Promise<T> {
  const { store, locks } = context;
  const { matchingId } = applicant;
  const offerLocked = (sequence: number) =>
    locks.run(LOCK.order(sequence), async () => {
      const found = await checked(context, session, applicant, sequence);
      const offered = await offer(found);
      // it may be over by now, or had to make room
      if (!context.sessions.has(session.transactionId)) {
        throw new RspRefusal(refuse.invalidTransactionId);
      }
      const change = store.change();
      if (isKnownToBeFor(found.order, applicant.name)) {
        change.putOrder(attempt(found.order, Number(context.now())), found.order);
        const eid = eidToTell(found.order, applicant);
        context.progress.note(change, found.order, { point: POINT.eligibility, eid });
      }
      offered.change?.(change);
      await change.commit({ durable: false });
      context.sessions.set(offered.session);
      return offered.answer;
    });
  if (matchingId !== '') {
    const sequence = await store.byMatchingId(matchingId);
    if (sequence === undefined) throw new RspRefusal(refuse.matchingIdRefused);
    return offerLocked(sequence);
  }
  return locks.run(LOCK.open, async () => {
    const sequence = await defaultOrder(context, applicant);
    if (sequence === undefined) throw new RspRefusal(noOrder(applicant));
    return offerLocked(sequence);
  });
}

/** Without a MatchingID it is the EID that no order waits for (SGP.22 5.6.3). In zkCX the server may not know it. */
const noOrder = ({ zkcx }: Applicant) => (zkcx ? refuse.matchingIdRefused : refuse.eidMismatch);

/** SmdpSigned2 for an order; `askAgain`: name the one-time key of an earlier package. */
export function smdpSigned2Of(
  { transactionId }: Session,
  { confirmation, delivery }: Order,
  { askAgain }: { readonly askAgain: boolean },
): Uint8Array {
  return SmdpSigned2.encode({
    transactionId: hexToBytes(transactionId, 'a TransactionID'),
    ccRequiredFlag: confirmation !== undefined,
    bppEuiccOtpk:
      askAgain && delivery !== undefined && delivery.isFailed !== true
        ? hexToBytes(delivery.euiccOtpk, 'a stored key')
        : undefined,
  });
}

/**
 * Of the orders without MatchingID: first for this device, then for anyone and on offer to no other.
 * One that can be had goes before one whose installation failed, and that before one that cannot be had; if none
 * can, the oldest says why.
 */
async function defaultOrder(
  { store, sessions, settings, now }: OrderContext,
  { name, zkcx }: Applicant,
): Promise<number | undefined> {
  let failed: number | undefined;
  let unusable: number | undefined;
  for (const candidates of [store.pending(name), store.open()]) {
    for await (const sequence of candidates) {
      const holder = sessions.holder(sequence);
      if (holder !== undefined && !isSameDevice(holder.device ?? {}, name)) continue;
      const order = await store.order(sequence);
      if (order === undefined) continue;
      const usable =
        isDeliverable(order) &&
        (zkcx || !order.requireZkcx) &&
        !isExpired(order, now()) &&
        !isExhausted(order, settings);
      if (usable && order.state !== 'error') return sequence;
      if (usable) failed ??= sequence;
      unusable ??= sequence;
    }
  }
  return failed ?? unusable;
}

async function checked(
  context: OrderContext,
  session: Session,
  applicant: Applicant,
  sequence: number,
): Promise<FoundOrder> {
  const { store, trust, progress } = context;
  const order = await store.order(sequence);
  const profile = order && (await store.profile(order.iccid));
  if (order === undefined || profile === undefined) throw new RspRefusal(refuse.matchingIdRefused);
  checkOrder(order, applicant);
  const refusal = whyNot(context, order, profile, applicant);
  if (refusal !== undefined) {
    const { status, message } = refusal;
    if (isKnownToBeFor(order, applicant.name)) {
      const eid = eidToTell(order, applicant);
      progress.refuse(order, { point: POINT.eligibility, eid, refused: { ...status, message } });
    }
    throw refusal;
  }
  const identity = findIdentity(trust, session);
  // only after a restart with other certificates
  if (identity === undefined) throw new RspRefusal(refuse.invalidTransactionId);
  return { order, profile, identity };
}

/** The device, as it is, cannot have the order, or nobody can any more. */
function whyNot(
  { settings, now }: OrderContext,
  order: Order,
  profile: Profile,
  { facts }: Applicant,
): RspRefusal | undefined {
  const reason = whyNotEligible(profile, facts);
  if (reason !== undefined) return new RspRefusal(refuse.noEligibleProfile, { message: reason });
  if (isExpired(order, now())) return new RspRefusal(refuse.downloadOrderExpired);
  if (isExhausted(order, settings)) return new RspRefusal(refuse.downloadRetriesExceeded);
  return undefined;
}

/** What a device discloses in zkCX is not for whoever ordered. */
const eidToTell = (order: Order, { name, zkcx }: Applicant) => (zkcx ? order.eid : name.eid);

/** The order is for this device, as far as the device is known, and may be had. */
function checkOrder(order: Order, { name, zkcx }: Applicant): void {
  // answered like an unknown MatchingID, whatever else could be said of the order
  if (!hasSameBlindOrder(order, name)) throw new RspRefusal(refuse.matchingIdRefused);
  if (order.state !== 'confirmed' && !isDeliverable(order)) {
    throw new RspRefusal(refuse.matchingIdRefused);
  }
  if (order.requireZkcx && !zkcx) {
    throw new RspRefusal(refuse.matchingIdRefused, {
      message: 'The order is for devices that use zkCX',
    });
  }
  if (!isForDevice(order, name)) throw new RspRefusal(refuse.eidMismatch);
  if (order.state === 'confirmed') throw new RspRefusal(refuse.profileNotReleased);
}

/**
 * Neither ordered for another device nor delivered to one. A device whose EID is not known yet may see
 * an order that is bound to one: it gets it only once the EID is known.
 */
function isForDevice(order: Order, name: DeviceName): boolean {
  if (name.eid === undefined && order.eid !== undefined) return true;
  return (order.eid ?? name.eid) === name.eid && isFreeFor(order, name);
}
