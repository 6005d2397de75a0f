import { LOCK, type SmdpContext } from './context.ts';
import type { Session } from './session.ts';

/**
 * A session that was refused can only be cancelled from now on; one that has ended meanwhile stays ended. The caller
 * holds its lock, and not that of an order.
 */
export async function keepRefused(context: SmdpContext, session: Session): Promise<void> {
  const { store, sessions, locks } = context;
  const keep = async () => {
    if (!sessions.has(session.transactionId)) return;
    const refused: Session = { ...session, state: 'refused' };
    await store.change().putSession(refused).commit({ durable: false });
    sessions.set(refused);
  };
  // whoever withdraws the order ends its sessions, under the lock of the order
  if (session.offer === undefined) return keep();
  return locks.run(LOCK.order(session.offer.sequence), keep);
}
