/** Erasing what is known of one device, when it is asked for. */
import { z } from 'zod';
import { LOCK, type SmdpContext } from '../context.ts';
import { isEnded, type Order } from '../order.ts';
import type { ProgressRecord } from '../progress/record.ts';
import { collect, isNamed, isOfDevice, nameSchema } from './device.ts';
import { eraseOrder } from './erase.ts';

export const forgetDeviceSchema = nameSchema.extend({ dryRun: z.boolean().default(false) });

type Request = z.output<typeof forgetDeviceSchema>;

/** An order in a few words. */
export const briefly = ({ sequence, iccid, state, endedAt }: Order) => {
  return { sequence, iccid, state, endedAt };
};

/**
 * Erase what is known of a device, by its EID, pseudonym or blind order: its orders that have ended, its sessions, and
 * that it had its one of the orders once per device. What belongs to orders that have not ended stays, and is told.
 */
export async function forgetDevice(context: SmdpContext, { name, dryRun }: Request) {
  const { store, locks, now } = context;
  const pseudonyms = new Set([name]);
  const left: ReturnType<typeof briefly>[] = [];
  const erased = new Set<number>();
  for (const { sequence } of await collect(store.orders(), (order) => isOfDevice(order, name))) {
    await locks.run(LOCK.order(sequence), async () => {
      const order = await store.order(sequence);
      if (order === undefined || !isOfDevice(order, name)) return;
      for (const known of [order.takenBy, order.delivery?.pseudonym]) {
        if (known !== undefined) pseudonyms.add(known);
      }
      if (!isEnded(order)) return void left.push(briefly(order));
      erased.add(sequence);
      if (dryRun) return;
      await eraseOrder(store.change(), order, Number(now())).commit({ durable: true });
    });
  }
  const claims = await forgetClaims(context, pseudonyms, dryRun);
  const { ended: sessions, left: sessionsLeft } = await endSessions(context, name, dryRun);
  const isAbout = ({ eid, order }: ProgressRecord) => eid === name || erased.has(order);
  const messages = await dropMessages(context, isAbout, dryRun);
  if (!dryRun) await store.rewrite();
  return {
    name,
    dryRun,
    orders: erased.size,
    claims,
    sessions,
    messages,
    left: { orders: left, sessions: sessionsLeft },
  };
}

export type Forgotten = Awaited<ReturnType<typeof forgetDevice>>;

/** Drop what waits to be told to operators. Returns the number of messages. */
export async function dropMessages(
  { store }: SmdpContext,
  isAbout: (message: ProgressRecord) => boolean,
  dryRun: boolean,
): Promise<number> {
  const found = await collect(store.progress(), ([, message]) => isAbout(message));
  const change = store.change();
  for (const [key] of found) change.deleteProgress(key);
  if (!dryRun) await change.commit({ durable: true });
  return found.length;
}

/** Of orders that have not ended a device has to stay the only one. */
async function forgetClaims(
  { store, locks }: SmdpContext,
  pseudonyms: ReadonlySet<string>,
  dryRun: boolean,
): Promise<number> {
  let count = 0;
  for (const pseudonym of pseudonyms) {
    await locks.run(LOCK.claim(pseudonym), async () => {
      const change = store.change();
      for (const sequence of await collect(store.claims(pseudonym), () => true)) {
        const order = await store.order(sequence);
        if (order !== undefined && order.takenBy === pseudonym) continue;
        change.deleteClaimOf(pseudonym, sequence);
        count++;
      }
      if (!dryRun) await change.commit({ durable: true });
    });
  }
  return count;
}

/** Sessions about an order that has not ended go on, and end by themselves. */
async function endSessions({ store, sessions, locks }: SmdpContext, name: string, dryRun: boolean) {
  const isWanted = ({ device }: { device?: object }) => isNamed(device, name);
  const found = [
    ...sessions.all().filter(isWanted),
    ...(await collect(store.sessions(), isWanted)),
  ];
  const all = new Map(found.map(({ transactionId, offer }) => [transactionId, offer?.sequence]));
  let ended = 0;
  for (const [transactionId, sequence] of all) {
    const order = sequence === undefined ? undefined : await store.order(sequence);
    if (order !== undefined && !isEnded(order)) continue;
    ended++;
    if (dryRun) continue;
    await locks.run(LOCK.session(transactionId), async () => {
      sessions.deleteAnywhere(transactionId);
      await store.change().deleteSession(transactionId).commit({ durable: true });
    });
  }
  return { ended, left: all.size - ended };
}
