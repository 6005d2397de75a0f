/** ES2+ functions (SGP.22 5.3): how an operator's order comes to be, is released, is withdrawn. */
import { bytesToHex } from '../../../bytes.ts';
import type { RandomBytes } from '../../../random.ts';
import { hashConfirmationCode } from '../../../sgp22/messages/prepare-download.ts';
import { RspRefusal, STATUS } from '../../../sgp22/status-codes.ts';
import type { Clock } from '../../../time.ts';
import { LOCK, type SmdpContext } from '../context.ts';
import { isCancellable, isLive, note, type Order, releaseClaim } from '../order.ts';
import type {
  CancelOrder,
  ConfirmOrder,
  ConfirmOrderAnswer,
  DownloadOrder,
  ReleaseProfile,
} from './messages.ts';

/** What the operator's own tools may set beyond ES2+; the server's settings otherwise. */
export interface OrderExtras {
  /** Unix seconds. */
  readonly expiresAt?: number;
  readonly rebinding?: boolean;
  readonly requireZkcx?: boolean;
  readonly oncePerDevice?: boolean;
}

/** Names one device: by its EID, or by a hash that says nothing of it to this server. */
type Binding = Pick<Order, 'eid' | 'blindOrder'>;

/**
 * Reserve a profile, by ICCID or any one of a type. Throws RspRefusal: ICCID unknown or in use, type
 * unknown, exhausted or not that of the ICCID; EID beside a blind order.
 */
export async function downloadOrder(
  context: SmdpContext,
  request: DownloadOrder,
  extras: OrderExtras = {},
): Promise<{ iccid: string }> {
  const { store, settings, locks, now } = context;
  const { eid, blindOrder } = assertOneBinding(request);
  return locks.run(LOCK.orders, async () => {
    const { iccid, place } = await chooseProfile(context, request);
    const at = Number(now());
    const lifetime = settings.orderLifetime;
    const order: Order = {
      iccid,
      state: eid === undefined && blindOrder === undefined ? 'allocated' : 'linked',
      sequence: store.nextSequence(),
      operator: request.header?.functionRequesterIdentifier,
      eid,
      blindOrder,
      expiresAt: extras.expiresAt ?? (lifetime === undefined ? undefined : at + lifetime),
      attempts: 0,
      rebinding: extras.rebinding ?? true,
      requireZkcx: extras.requireZkcx,
      oncePerDevice: extras.oncePerDevice,
      history: [],
    };
    const change = store.change().addOrder(note(order, at, 'ordered'), place);
    await change.commit({ durable: true });
    return { iccid };
  });
}

/**
 * Give the order its MatchingID, confirmation code and perhaps its EID or blind order; release it if asked
 * to. An empty MatchingID is for the device that asks without one, which the EID must name, unless
 * `anyDevice` makes it a default order that the first device takes. A blind order has a MatchingID: without
 * it nobody could find the order.
 */
export async function confirmOrder(
  context: SmdpContext,
  request: ConfirmOrder,
  { anyDevice = false } = {},
): Promise<ConfirmOrderAnswer> {
  const { store, settings, locks, now, random } = context;
  const confirm = async (before: Order) => {
    const { eid, blindOrder } = completed(before, request);
    if (before.state !== 'allocated' && before.state !== 'linked') {
      throw new RspRefusal(STATUS.es2p.iccidInUse, { message: 'The order is confirmed already' });
    }
    const isForAny = anyDevice && blindOrder === undefined;
    if (eid === undefined && request.matchingId === '' && !isForAny) {
      throw new RspRefusal(STATUS.es2p.eidMissing);
    }
    const smds = smdsOf(context, request.smdsAddress, eid);
    if (smds !== undefined && request.matchingId === '') {
      // it is the EventID too
      throw new RspRefusal(STATUS.es2p.matchingIdInvalid);
    }
    const matchingId = request.matchingId ?? newMatchingId(random);
    assertFits(settings.address, matchingId);
    if (matchingId !== '' && (await store.byMatchingId(matchingId)) !== undefined) {
      throw new RspRefusal(STATUS.es2p.matchingIdConflict);
    }
    const { confirmationCode, releaseFlag } = request;
    const form = settings.confirmationCodeForm;
    const order: Order = {
      ...before,
      state: releaseFlag ? 'released' : 'confirmed',
      eid,
      blindOrder,
      matchingId,
      smds,
      confirmation:
        confirmationCode === undefined
          ? undefined
          : { hash: bytesToHex(hashConfirmationCode(confirmationCode, form)), failures: 0 },
    };
    await put(context, order, before, releaseFlag ? 'confirmed and released' : 'confirmed', now);
    return { eid, blindOrder, matchingId, smdpAddress: settings.address, smdsAddress: smds };
  };
  return locks.run(LOCK.orders, () => withOrder(context, request.iccid, confirm));
}

/** Let devices have a confirmed order. */
export async function releaseProfile(
  context: SmdpContext,
  { iccid }: ReleaseProfile,
): Promise<void> {
  await withOrder(context, iccid, async (before) => {
    if (before.state !== 'confirmed') {
      throw new RspRefusal(STATUS.es2p.notReleasable, { message: `The order is ${before.state}` });
    }
    await put(context, { ...before, state: 'released' }, before, 'released', context.now);
  });
}

/**
 * Withdraw an order that no device has the profile of, and end the sessions in which it was offered. The
 * profile is in stock again, as the last of its type, or not at all. The device that the order is bound to must be
 * named as it was (SGP.22 5.3.3).
 */
export async function cancelOrder(context: SmdpContext, request: CancelOrder): Promise<void> {
  const { store, sessions, locks, now } = context;
  const { iccid, matchingId, finalProfileStatusIndicator } = request;
  const cancel = async (before: Order) => {
    assertSameBinding(before, request);
    if (matchingId !== undefined && matchingId !== before.matchingId) {
      throw new RspRefusal(STATUS.es2p.matchingIdWrong);
    }
    if (!isCancellable(before)) {
      throw new RspRefusal(STATUS.es2p.iccidInUse, { message: `The profile is ${before.state}` });
    }
    const profile = await store.profile(iccid);
    const isAvailable = finalProfileStatusIndicator === 'Available';
    const state = isAvailable ? 'cancelled' : 'unavailable';
    const after: Order = { ...before, state, delivery: undefined, takenBy: undefined };
    const change = store.change().putOrder(note(after, Number(now()), state), before);
    change.deleteBoundPackage(before.sequence);
    if (isAvailable && profile !== undefined) change.putInStock(profile, store.nextSequence());
    // whoever was shown the profile has to begin again, even if the store fails now
    for (const ended of sessions.endOffers(before.sequence)) change.deleteSession(ended);
    await change.commit({ durable: true });
  };
  await locks.run(LOCK.orders, () => withOrder(context, iccid, cancel));
}

/** A profile that can be ordered, and its place in stock. */
async function chooseProfile(
  { store }: SmdpContext,
  { iccid, profileType }: DownloadOrder,
): Promise<{ readonly iccid: string; readonly place: string }> {
  if (iccid !== undefined) {
    const profile = await store.profile(iccid);
    if (profile === undefined) throw new RspRefusal(STATUS.es2p.iccidUnknown);
    if (profileType !== undefined && profile.profileType !== profileType) {
      throw new RspRefusal(STATUS.es2p.profileTypeOther);
    }
    const place = await store.placeInStock(iccid);
    if (place === undefined) throw new RspRefusal(STATUS.es2p.iccidInUse);
    return { iccid, place };
  }
  const type = profileType ?? '';
  const first = await store.firstInStock(type);
  const place = first === undefined ? undefined : await store.placeInStock(first);
  if (first !== undefined && place !== undefined) return { iccid: first, place };
  const isKnown = await store.isProfileType(type);
  throw new RspRefusal(
    isKnown ? STATUS.es2p.profileTypeUnavailable : STATUS.es2p.profileTypeUnknown,
  );
}

/**
 * Work on the order of a profile that is neither in stock nor withdrawn, under its lock. Throws RspRefusal where
 * there is none.
 */
async function withOrder<T>(
  { store, locks }: SmdpContext,
  iccid: string,
  work: (order: Order) => Promise<T>,
): Promise<T> {
  const none = () =>
    new RspRefusal(STATUS.es2p.iccidUnknown, { message: 'There is no order of this ICCID' });
  const latest = await store.latestOrder(iccid);
  if (latest === undefined) throw none();
  return locks.run(LOCK.order(latest.sequence), async () => {
    const order = await store.order(latest.sequence);
    if (order === undefined || !isLive(order)) throw none();
    return work(order);
  });
}

/** The server must not learn the EID of a blind order from whoever orders either. Throws RspRefusal. */
function assertOneBinding({ eid, blindOrder }: Binding): Binding {
  if (eid !== undefined && blindOrder !== undefined) {
    throw new RspRefusal(STATUS.es2p.blindOrderBesideEid);
  }
  return { eid, blindOrder };
}

/** The binding of an order, or else the one that it gets now: never another one. Throws RspRefusal. */
function completed(order: Order, request: Binding): Binding {
  const eid = request.eid ?? order.eid;
  const blindOrder = request.blindOrder ?? order.blindOrder;
  if (order.eid !== undefined && eid !== order.eid) throw new RspRefusal(STATUS.es2p.eidOther);
  if (order.blindOrder !== undefined && blindOrder !== order.blindOrder) {
    throw new RspRefusal(STATUS.es2p.blindOrderOther);
  }
  return assertOneBinding({ eid, blindOrder });
}

/** Throws RspRefusal. */
function assertSameBinding(order: Order, { eid, blindOrder }: Binding): void {
  const { eidMissing, eidOther, blindOrderMissing, blindOrderOther } = STATUS.es2p;
  if (order.eid !== eid) throw new RspRefusal(eid === undefined ? eidMissing : eidOther);
  if (order.blindOrder !== blindOrder) {
    throw new RspRefusal(blindOrder === undefined ? blindOrderMissing : blindOrderOther);
  }
}

/** The device that took an order for its one may take another. Throws RspRefusal. */
export async function releaseOrderClaim(context: SmdpContext, iccid: string): Promise<Order> {
  return withOrder(context, iccid, async (before) => {
    if (before.takenBy === undefined) {
      throw new RspRefusal(STATUS.es2p.iccidUnknown, {
        message: 'No device has taken this order as its one',
      });
    }
    const after = releaseClaim(before, Number(context.now()));
    await context.store.change().putOrder(after, before).commit({ durable: true });
    return after;
  });
}

async function put(
  { store }: SmdpContext,
  order: Order,
  before: Order,
  event: string,
  now: Clock,
): Promise<void> {
  const change = store.change().putOrder(note(order, Number(now()), event), before);
  await change.commit({ durable: true });
}

/** The SM-DS that is named, if it is known here and told of a device that has an EID. Throws RspRefusal. */
function smdsOf(
  { settings }: SmdpContext,
  named: string | undefined,
  eid: string | undefined,
): string | undefined {
  if (named === undefined) return undefined;
  const known = settings.smds.find((address) => address.toLowerCase() === named.toLowerCase());
  if (known === undefined) throw new RspRefusal(STATUS.es2p.smdsInaccessible);
  if (eid === undefined) throw new RspRefusal(STATUS.es2p.eidMissing);
  return known;
}

/** Whoever reads the activation code refuses one that is too long (SGP.22 4.1). Throws RspRefusal. */
function assertFits(address: string, matchingId: string): void {
  const longest = `LPA:1$${address}$${matchingId}$$1`;
  if (longest.length > 255) throw new RspRefusal(STATUS.es2p.matchingIdInvalid);
}

/** 100 random bits in the characters of an activation code (SGP.22 4.1.1), in groups of five. */
function newMatchingId(random: RandomBytes): string {
  const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
  const characters = Array.from(random(20), (byte) => alphabet[byte & 31]).join('');
  return characters.match(/.{5}/g)!.join('-');
}
