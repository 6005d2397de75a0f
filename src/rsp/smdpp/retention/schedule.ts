/** When something of an order is due to go, by the time of its last step. */
import type { Order } from '../order.ts';
import type { RetentionSettings } from './settings.ts';

/** What becomes due: see `RetentionSettings`. */
export const DUE = ['events', 'packages', 'orders', 'undecided'] as const;

export type Due = (typeof DUE)[number];

/** From when on each period counts, Unix seconds. What is not listed is not due. */
export function dueOf(order: Order): readonly (readonly [due: Due, from: number])[] {
  const { state, endedAt, expiresAt, history, erased, smds } = order;
  if (endedAt !== undefined) {
    return [
      ...(hasPackages(order) ? [['packages', endedAt] as const] : []),
      // what is left of a failed order can still be cancelled
      ...(erased && state === 'error' ? [] : [['orders', endedAt] as const]),
    ];
  }
  const last = history.at(-1)?.at ?? 0;
  // nobody can have the order any more: no device is to be led to it
  const events =
    smds === undefined || expiresAt === undefined ? [] : [['events', expiresAt] as const];
  if (state === 'downloaded') return [...events, ['undecided', Math.max(last, expiresAt ?? 0)]];
  return expiresAt === undefined ? [] : [...events, ['orders', Math.max(last, expiresAt)]];
}

/** The profile of the order is on a device, or on none for ever: nobody can order it again. */
export const isUsedUp = ({ state }: Pick<Order, 'state'>) =>
  state === 'installed' || state === 'unavailable' || state === 'downloaded';

/** Packages are left that nobody can fetch any more. */
const hasPackages = (order: Order) =>
  order.dropped === undefined || (order.dropped === 'bound' && isUsedUp(order));

/** The latest time from which on a period is over, if there is one. */
export function cutoffOf(
  due: Due | 'claims',
  settings: RetentionSettings,
  now: bigint,
): number | undefined {
  const cutoff = Number(now) - (due === 'events' ? 0 : settings[due]);
  return cutoff >= 0 ? cutoff : undefined;
}
