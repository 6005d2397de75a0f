import type { Order } from './order.ts';

/** An order without what devices prove who they are or what they know with. */
export function shown(order: Order) {
  const { confirmation, delivery, takenBy, ...rest } = order;
  return {
    ...rest,
    confirmationCode: confirmation && { failures: confirmation.failures },
    /** Whether a device has taken it as its one. */
    isClaimed: takenBy !== undefined,
    deliveredTo: delivery?.eid,
  };
}

export type ShownOrder = ReturnType<typeof shown>;
