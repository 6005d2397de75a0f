/**
 * A download order: one profile on its way to one device. States are those of SGP.22 3.1.6 for a
 * profile at the SM-DP+; the functions here are the only places where one state becomes another.
 */
import { z } from 'zod';
import { blindOrder } from '../arguments.ts';

const hex = z.string().regex(/^([0-9a-f]{2})*$/);

/**
 * How this server knows a device: by its EID, by a pseudonym that only this server sees, by the blind order
 * that it proved to be its own, or by several of them.
 */
export const deviceName = {
  eid: z.string().optional(),
  pseudonym: z.string().optional(),
  blindOrder: blindOrder.optional(),
};

export interface DeviceName {
  readonly eid?: string;
  readonly pseudonym?: string;
  readonly blindOrder?: string;
}

/** Two names of one device: they have one in common. */
export function isSameDevice(a: DeviceName, b: DeviceName): boolean {
  return (
    (a.eid !== undefined && a.eid === b.eid) ||
    (a.pseudonym !== undefined && a.pseudonym === b.pseudonym) ||
    (a.blindOrder !== undefined && a.blindOrder === b.blindOrder)
  );
}

/**
 * The order is bound to no device, or to this one. Others must not use up its attempts, nor end it. An EID may
 * become known later; a blind order is proven with the first message or never, and by no device whose order
 * has none.
 */
export function isKnownToBeFor(order: Order, device: DeviceName): boolean {
  return (order.eid === undefined || order.eid === device.eid) && hasSameBlindOrder(order, device);
}

/** The device proved the very binding of the order: none if it has none. */
export function hasSameBlindOrder(order: Order, device: DeviceName): boolean {
  return order.blindOrder === device.blindOrder;
}

/** No device has its package, or this one has. */
export function isFreeFor({ delivery }: Order, device: DeviceName): boolean {
  return delivery === undefined || isSameDevice(delivery, device);
}

/** Lines of an order's history that are kept. */
const MAX_HISTORY = 100;

export const orderSchema = z.object({
  /** Digits, without the filler of an odd number of them. */
  iccid: z.string(),
  state: z.enum([
    'allocated',
    'linked',
    'confirmed',
    'released',
    'downloaded',
    'installed',
    'error',
    'cancelled',
    'unavailable',
  ]),
  /**
   * What all messages about the order name it by: a profile that was withdrawn is ordered again under the same
   * ICCID. In the order of creation: default orders are served oldest first.
   */
  sequence: z.int(),
  /** Set when the order is confirmed. Empty: for a device that sends no MatchingID. */
  matchingId: z.string().optional(),
  /** functionRequesterIdentifier of whoever ordered by ES2+: who is told what becomes of it. */
  operator: z.string().optional(),
  /** The device that the operator ordered for. */
  eid: z.string().optional(),
  /** The same without its EID; never both. Only devices that use zkCX can prove it. */
  blindOrder: blindOrder.optional(),
  /** Address of the SM-DS that tells the device of the order, as long as it can be had. */
  smds: z.string().optional(),
  /** SHA-256 of the confirmation code, and the wrong codes so far. */
  confirmation: z.object({ hash: hex, failures: z.int() }).optional(),
  /** Unix seconds. */
  expiresAt: z.int().optional(),
  /** Times that a device was shown this profile. */
  attempts: z.int(),
  /** A bound package that got lost may be bound again to another one-time key. */
  rebinding: z.boolean(),
  /** Why an order is in the state `error`. */
  failure: z.string().optional(),
  /** Only for devices that show no certificate; the others are refused. */
  requireZkcx: z.boolean().optional(),
  /** Of all orders that say so, a device gets one. Devices are told apart by pseudonyms. */
  oncePerDevice: z.boolean().optional(),
  /** Pseudonym of the device that took it for its one: while this stands, that device gets no other. */
  takenBy: z.string().optional(),
  /** The device that got a package; only it may fetch it again. */
  delivery: z
    .object({
      ...deviceName,
      /** One-time key that the package is bound to; the package itself is a record of its own. */
      euiccOtpk: hex,
      /** The device said, signed, that the last package was not installed: it may have another one. */
      isFailed: z.boolean().optional(),
      /** Sessions that delivered it, newest last. */
      sessions: z.array(
        z.object({
          transactionId: hex,
          /** Of the session around that one: what comes later about the profile may be addressed to it. */
          outerTransactionId: hex.optional(),
          /** SEC 1 coordinates of the key that signs the results. */
          euiccKey: hex.optional(),
          /** What an extension keeps beside the key. */
          evidence: z.string().optional(),
          /** The device said, signed, that the package of this session was not installed. */
          isFailed: z.boolean().optional(),
        }),
      ),
    })
    .optional(),
  /** Unix seconds. Since when nothing is expected to happen to it any more. */
  endedAt: z.int().optional(),
  /** Packages that were dropped since: the one that was bound for the device, or that of the profile too. */
  dropped: z.enum(['bound', 'all']).optional(),
  /** Nothing of a device is left in it. */
  erased: z.boolean().optional(),
  /** Of this order alone; the next one of the profile has its own. */
  history: z.array(z.object({ at: z.int(), event: z.string() })),
});

export type Order = z.infer<typeof orderSchema>;
export type OrderState = Order['state'];
export type Delivery = NonNullable<Order['delivery']>;
export type DeliverySession = Delivery['sessions'][number];

/** What messages about a delivery are addressed to. */
export const transactionIdsOf = ({ transactionId, outerTransactionId }: DeliverySession) =>
  outerTransactionId === undefined ? [transactionId] : [transactionId, outerTransactionId];

/** Its MatchingID is taken, and messages about it are possible. */
export const isLive = ({ state }: Order) => state !== 'cancelled' && state !== 'unavailable';

/** A device may still fetch it: after a failed installation the same one, see `isFreeFor`. */
export const isDeliverable = ({ state, delivery }: Order) =>
  state === 'released' ||
  state === 'downloaded' ||
  (state === 'error' && delivery?.isFailed === true);

/** The SM-DS has, or is to have, an event of it: by the EventID the device asks for it here. */
export const hasEvent = (
  order: Order | undefined,
): order is Order & { readonly smds: string; readonly eid: string; readonly matchingId: string } =>
  order?.smds !== undefined &&
  order.eid !== undefined &&
  order.matchingId !== undefined &&
  isDeliverable(order);

/** Anything at the SM-DP+ may still change it, and the profile can be on no device. */
export const isCancellable = (order: Order) =>
  isLive(order) && order.state !== 'downloaded' && order.state !== 'installed';

export const isExpired = ({ expiresAt }: Pick<Order, 'expiresAt'>, now: bigint) =>
  expiresAt !== undefined && !(Number(now) < expiresAt);

/** Shown to devices as often as the settings allow. */
export const isExhausted = ({ attempts }: Order, { downloadLimit }: { downloadLimit: number }) =>
  attempts >= downloadLimit;

/** It is over: installed, failed or withdrawn. */
export const isEnded = ({ state }: Pick<Order, 'state'>) =>
  state === 'installed' || state === 'error' || state === 'cancelled' || state === 'unavailable';

/** Put a line into the history. Every step of an order ends here. */
export function note(order: Order, at: number, event: string): Order {
  const endedAt = isEnded(order) ? (order.endedAt ?? at) : undefined;
  return { ...order, endedAt, history: [...order.history, { at, event }].slice(-MAX_HISTORY) };
}

/** The order ends without a profile on a device. */
export function fail(order: Order, at: number, failure: string): Order {
  return note({ ...order, state: 'error', failure }, at, `error: ${failure}`);
}

/**
 * The package of a session was not installed. Once that is so of all, no device has the profile, and what a device may
 * have once, it has not had. Of a package that went out before, and of which nothing was heard, that is not known.
 */
export function withFailed(order: Order, failed: DeliverySession): Order {
  if (order.delivery === undefined) return order;
  const sessions = order.delivery.sessions.map((session) =>
    session.transactionId === failed.transactionId ? { ...session, isFailed: true } : session,
  );
  const delivery = { ...order.delivery, sessions };
  return { ...order, delivery, takenBy: isNowhere({ delivery }) ? undefined : order.takenBy };
}

/** No package of it can be on a device. */
export const isNowhere = ({ delivery }: Pick<Order, 'delivery'>) =>
  (delivery?.sessions ?? []).every(({ isFailed }) => isFailed === true);

/** The device says, signed, that nothing was installed. The order ends unless that device comes back for it. */
export function failInstallation(order: Order, at: number, reason: string): Order {
  const { delivery } = order;
  return fail({ ...order, delivery: delivery && { ...delivery, isFailed: true } }, at, reason);
}

/** The device that took it for its one may take another. */
export function releaseClaim(order: Order, at: number): Order {
  return note({ ...order, takenBy: undefined }, at, 'claim released');
}

/** A device was told of the profile: one of its limited number of attempts. */
export function attempt(order: Order, at: number): Order {
  return note({ ...order, attempts: order.attempts + 1 }, at, 'authenticated');
}

/** `failure` of an order that ended by wrong confirmation codes. */
export const CODE_FAILURE = 'confirmation code';

/** A confirmation code was wrong; at the limit the order ends. */
export function refuseCode(order: Order, at: number, limit: number): Order {
  const { confirmation } = order;
  if (confirmation === undefined) return order;
  const failures = confirmation.failures + 1;
  const next = note({ ...order, confirmation: { ...confirmation, failures } }, at, 'wrong code');
  return failures >= limit ? fail(next, at, CODE_FAILURE) : next;
}

/** A bound package goes out. */
export function deliver(order: Order, at: number, delivery: Delivery): Order {
  return note(
    { ...order, state: 'downloaded', failure: undefined, dropped: undefined, delivery },
    at,
    'downloaded',
  );
}

/** The device says, signed, that the profile is on it. */
export function install(order: Order, at: number): Order {
  const { oncePerDevice, delivery } = order;
  // one that had given up has its one all the same
  const takenBy = order.state === 'error' && oncePerDevice ? delivery?.pseudonym : order.takenBy;
  return note({ ...order, state: 'installed', failure: undefined, takenBy }, at, 'installed');
}

/** The device says, signed, that nothing was installed, for a reason that may pass. */
export function releaseAgain(order: Order, at: number, reason: string): Order {
  return note({ ...order, state: 'released', delivery: undefined }, at, `not installed: ${reason}`);
}
