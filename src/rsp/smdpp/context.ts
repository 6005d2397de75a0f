import type { RandomBytes } from '../../random.ts';
import type { Clock } from '../../time.ts';
import type { Locks } from '../server/locks.ts';
import type { HeldTrust } from './identities.ts';
import type { Progress } from './progress/record.ts';
import type { SessionTable } from './sessions.ts';
import type { SmdpSettings } from './settings.ts';
import type { SmdpStore } from './store.ts';

/** What the functions about orders need, whoever leads the session. */
export interface OrderContext {
  readonly settings: SmdpSettings;
  readonly trust: HeldTrust;
  readonly store: SmdpStore;
  readonly sessions: Pick<SessionTable, 'has' | 'set' | 'delete' | 'holder'>;
  readonly locks: Locks;
  readonly progress: Progress;
  /** Unix seconds. */
  readonly now: Clock;
  /** That many random bytes. */
  readonly random: RandomBytes;
}

/** What the functions of the SM-DP+ share. */
export interface SmdpContext extends OrderContext {
  readonly sessions: SessionTable;
}

/** Keys of `locks`. A function that takes several takes them in this order. */
export const LOCK = {
  session: (transactionId: string) => `session ${transactionId}`,
  /** Choice of a default order. */
  open: 'open',
  /** What a device may have once, by its pseudonym. */
  claim: (pseudonym: string) => `claim ${pseudonym}`,
  /** Creation, confirmation and withdrawal of orders, where MatchingIDs and profiles are handed out. */
  orders: 'orders',
  /** One order, by its sequence number. */
  order: (sequence: number) => `order ${sequence}`,
};
