/** All that the server has of one device or one profile, for whoever asks. */
import { z } from 'zod';
import type { SmdpContext } from '../context.ts';
import type { DeviceName, Order } from '../order.ts';
import type { Session } from '../session.ts';
import { shown } from '../shown-order.ts';

/** EIDs, ICCIDs, pseudonyms and blind orders are digits. */
export const nameSchema = z.object({
  name: z.string().regex(/^[0-9]{1,78}$/, 'must be an EID, an ICCID, a pseudonym or a blind order'),
});

export const isNamed = (device: DeviceName | undefined, name: string) =>
  device !== undefined && [device.eid, device.pseudonym, device.blindOrder].includes(name);

export const isOfDevice = (order: Order, name: string) =>
  isNamed(order, name) || isNamed(order.delivery, name) || order.takenBy === name;

/** What is not shown to anybody: that it is there, and no more. */
const KEPT = 'kept';
const keptIf = (value: unknown) => (value === undefined ? undefined : KEPT);

export async function collect<T>(
  items: AsyncIterable<T>,
  isWanted: (item: T) => boolean,
): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) if (isWanted(item)) found.push(item);
  return found;
}

/** Everything about an EID, an ICCID, a pseudonym or a blind order. Secrets are named and not shown. */
export async function showDevice(context: SmdpContext, { name }: z.output<typeof nameSchema>) {
  const { store, sessions } = context;
  const orders = await collect(
    store.orders(),
    (order) => order.iccid === name || isOfDevice(order, name),
  );
  const sequences = new Set(
    orders.filter(({ iccid }) => iccid === name).map(({ sequence }) => sequence),
  );
  const isAbout = ({ device, offer }: Session) =>
    isNamed(device, name) || (offer !== undefined && sequences.has(offer.sequence));
  const live = sessions.all().filter(isAbout);
  const isLive = new Set(live.map(({ transactionId }) => transactionId));
  // those that are over are on the disk until the next sweep
  const stored = await collect(
    store.sessions(),
    (session) => isAbout(session) && !isLive.has(session.transactionId),
  );
  const profile = await store.profile(name);
  const claims = await collect(store.claims(name), () => true);
  const messages = await collect(
    store.progress(),
    ([, { order, eid, iccid }]) =>
      eid === name || iccid === name || orders.some(({ sequence }) => sequence === order),
  );
  const calls = await collect(store.eventCalls(), ([, { eid }]) => eid === name);
  return {
    name,
    profile: profile && {
      ...profile,
      package: (await store.package(name))?.length,
      inStock: (await store.placeInStock(name)) !== undefined,
    },
    orders: await Promise.all(orders.map((order) => shownWhole(context, order))),
    /** Numbers of the orders that the device of this pseudonym took for its one; they may be erased. */
    claims,
    /** What waits to be told to operators. */
    messages: messages.map(([, { resultData, ...message }]) => {
      return { ...message, signedResult: keptIf(resultData) };
    }),
    /** What waits to be told to SM-DS. */
    calls: calls.map(([, call]) => call),
    sessions: [
      ...live.map((session) => shownSession(session, true)),
      ...stored.map((session) => shownSession(session, false)),
    ],
  };
}

export type ShownDevice = Awaited<ReturnType<typeof showDevice>>;

async function shownWhole({ store }: SmdpContext, order: Order) {
  const { delivery, confirmation, takenBy } = order;
  return {
    ...shown(order),
    confirmationCodeHash: keptIf(confirmation),
    takenBy,
    delivery: delivery && {
      eid: delivery.eid,
      pseudonym: delivery.pseudonym,
      blindOrder: delivery.blindOrder,
      oneTimeKey: KEPT,
      sessions: delivery.sessions.map(({ transactionId, outerTransactionId, ...secrets }) => ({
        transactionId,
        outerTransactionId,
        euiccKey: keptIf(secrets.euiccKey),
        notificationKey: keptIf(secrets.evidence),
      })),
    },
    boundPackage: (await store.boundPackage(order.sequence))?.length,
  };
}

function shownSession(
  { transactionId, createdAt, state, device, offer }: Session,
  isLive: boolean,
) {
  return {
    transactionId,
    createdAt,
    state,
    isLive,
    eid: device?.eid,
    pseudonym: device?.pseudonym,
    blindOrder: device?.blindOrder,
    euiccKey: keptIf(device?.euiccKey),
    order: offer?.sequence,
  };
}
