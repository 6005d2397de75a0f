/**
 * "Once per device": of all orders that say so a device gets one. Devices are told apart by their pseudonyms, which all
 * identities of a server ask for in one scope. What a device took is written in the order that it took (`takenBy`), in
 * one batch with the delivery: neither can be without the other.
 */
import { RspRefusal, type StatusCode } from '../../../sgp22/status-codes.ts';
import { LOCK, type SmdpContext } from '../../smdpp/context.ts';
import type { DeviceName, Order } from '../../smdpp/order.ts';

/** Throws RspRefusal for a device that has taken another order as its one. */
export async function assertNotHad(
  { store }: Pick<SmdpContext, 'store'>,
  { oncePerDevice, sequence }: Order,
  { pseudonym }: DeviceName,
  status: StatusCode,
): Promise<void> {
  if (oncePerDevice !== true) return;
  if (pseudonym === undefined) {
    throw new RspRefusal(status, { message: 'The order is counted by pseudonyms' });
  }
  for await (const taken of store.claims(pseudonym)) {
    if (taken === sequence) continue;
    throw new RspRefusal(status, { message: 'The device has had its download' });
  }
}

/** Run what may take an order for a device: one after the other, also of different orders. */
export function whileTaking<T>(
  { locks }: Pick<SmdpContext, 'locks'>,
  { pseudonym }: DeviceName,
  work: () => Promise<T>,
): Promise<T> {
  return pseudonym === undefined ? work() : locks.run(LOCK.claim(pseudonym), work);
}
