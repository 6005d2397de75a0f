import type { RandomBytes } from '../../random.ts';
import type { Clock } from '../../time.ts';
import type { Locks } from './locks.ts';
import type { SmdpTrust } from './identities.ts';
import type { SessionTable } from './sessions.ts';
import type { SmdpSettings } from './settings.ts';
import type { SmdpStore } from './store.ts';

/** What the functions about orders need, whoever leads the session. */
export interface OrderContext {
  readonly settings: SmdpSettings;
  readonly trust: SmdpTrust;
  readonly store: SmdpStore;
  readonly sessions: Pick<SessionTable, 'set' | 'delete' | 'holder'>;
  readonly locks: Locks;
  /** Unix seconds. */
  readonly now: Clock;
  /** That many random bytes. */
  readonly random: RandomBytes;
}

/** What the functions of the SM-DP+ share. */
export interface SmdpContext extends OrderContext {
  readonly sessions: SessionTable;
}

/** Keys of `locks`. A function that takes both takes the session first. */
export const LOCK = {
  session: (transactionId: string) => `session ${transactionId}`,
  order: (iccid: string) => `order ${iccid}`,
  /** Creation and confirmation of orders, where MatchingIDs and profiles are handed out. */
  orders: 'orders',
  /** Choice of a default order. */
  open: 'open',
};
