/** What goes of an order, and what is left of it. */
import { fail, isEnded, note, type Order } from '../order.ts';
import type { StoreChange } from '../store-change.ts';
import { isUsedUp } from './schedule.ts';

/** Drop the packages of an order that nobody can fetch any more. The profile of one that failed can be ordered again. */
export function dropPackages(change: StoreChange, order: Order): StoreChange {
  change.deleteBoundPackage(order.sequence);
  if (isUsedUp(order)) change.deletePackage(order.iccid);
  return change;
}

/** The same, and the order stays. */
export function dropOnly(change: StoreChange, order: Order): StoreChange {
  const dropped = isUsedUp(order) ? 'all' : 'bound';
  return dropPackages(change, order).putOrder({ ...order, dropped }, order);
}

/** The SM-DS is to tell the device no more of the order. */
export function withdrawEvent(change: StoreChange, order: Order, at: number): StoreChange {
  return change.putOrder(note({ ...order, smds: undefined }, at, 'event withdrawn'), order);
}

/** Erase an order, its packages and all that leads to it. */
export function eraseOrder(change: StoreChange, order: Order, at: number): StoreChange {
  return dropPackages(change, order).eraseOrder(order, remainsOf(order, at));
}

/**
 * What an operator needs to put the profile of a failed or expired order back in stock, or to withdraw it. Nothing is
 * left of an order whose profile is in stock again, or used up: the record of the profile says that it is known.
 */
function remainsOf(order: Order, at: number): Order | undefined {
  if (isUsedUp(order) || order.state === 'cancelled') return undefined;
  const { iccid, sequence, rebinding, failure, endedAt } = isEnded(order)
    ? order
    : fail(order, at, 'expired');
  return {
    iccid,
    state: 'error',
    sequence,
    attempts: 0,
    rebinding,
    failure,
    endedAt,
    dropped: 'bound',
    erased: true,
    history: [],
  };
}
