/** Erasing orders that have ended before their period is over. */
import { z } from 'zod';
import { RspRefusal, STATUS } from '../../../sgp22/status-codes.ts';
import { LOCK, type SmdpContext } from '../context.ts';
import { isEnded, type Order } from '../order.ts';
import { eraseOrder } from './erase.ts';
import { briefly, dropMessages } from './forget.ts';

export const purgeOrdersSchema = z
  .object({
    /** Number of an order, or an ICCID: its latest order. */
    order: z
      .string()
      .regex(/^[0-9]{1,20}$/, 'must be the number of an order or an ICCID')
      .optional(),
    /** Unix seconds: all that ended before. */
    endedBefore: z.int().min(0).optional(),
    dryRun: z.boolean().default(false),
  })
  .refine(({ order, endedBefore }) => (order === undefined) !== (endedBefore === undefined), {
    message: 'either order or endedBefore must be there',
  });

type Request = z.output<typeof purgeOrdersSchema>;

/** Orders that are named in the answer. */
const MAX_NAMED = 1_000;

/** ICCIDs have at least this many digits, and numbers of orders have fewer. */
const MIN_ICCID = 18;

/** Throws RspRefusal for an order that is unknown or has not ended. */
export async function purgeOrders(
  context: SmdpContext,
  { order: named, endedBefore = 0, dryRun }: Request,
) {
  const { store, locks, now } = context;
  const orders: ReturnType<typeof briefly>[] = [];
  const purged = new Set<number>();
  const purge = (sequence: number) =>
    locks.run(LOCK.order(sequence), async () => {
      const order = await store.order(sequence);
      if (order === undefined || !isEnded(order) || order.erased) return;
      purged.add(sequence);
      if (orders.length < MAX_NAMED) orders.push(briefly(order));
      if (!dryRun)
        await eraseOrder(store.change(), order, Number(now())).commit({ durable: false });
    });
  if (named !== undefined) await purge((await endedOrder(context, named)).sequence);
  else {
    const due: number[] = [];
    for await (const { sequence, endedAt } of store.orders()) {
      if (endedAt !== undefined && endedAt < endedBefore) due.push(sequence);
    }
    for (const sequence of due) await purge(sequence);
  }
  await dropMessages(context, ({ order }) => purged.has(order), dryRun);
  if (!dryRun) await store.rewrite();
  return { count: purged.size, orders, dryRun };
}

export type Purged = Awaited<ReturnType<typeof purgeOrders>>;

async function endedOrder({ store }: SmdpContext, named: string): Promise<Order> {
  const order =
    named.length < MIN_ICCID ? await store.order(Number(named)) : await store.latestOrder(named);
  if (order === undefined) {
    throw new RspRefusal(STATUS.es2p.iccidUnknown, { message: 'There is no such order' });
  }
  if (isEnded(order)) return order;
  throw new RspRefusal(STATUS.es2p.iccidInUse, {
    message: `The order is ${order.state}: only orders that have ended can be purged`,
  });
}
