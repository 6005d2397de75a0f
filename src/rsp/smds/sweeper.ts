/** Events whose time is over go, and what was deleted leaves the disk. */
import { setImmediate } from 'node:timers/promises';
import { Periodic } from '../server/periodic.ts';
import type { SmdsContext } from './context.ts';

/** What one sweep did. */
export interface SweptEvents {
  readonly events: number;
  /** Parts of the store that were rewritten. */
  readonly rewritten: number;
  /** What went wrong; the next sweep tries it again. */
  readonly failures: readonly unknown[];
}

/** Events that are deleted between two pauses. */
const STEP = 100;

export function eventSweeper(
  { store, now }: SmdsContext,
  onSweep?: (swept: SweptEvents) => void,
): Periodic<SweptEvents> {
  const sweep = async (isClosed: () => boolean): Promise<SweptEvents> => {
    let events = 0;
    try {
      for (; !isClosed(); await setImmediate()) {
        const due = await store.due(Number(now()), STEP);
        for (const one of due) await store.delete(one);
        events += due.length;
        if (due.length < STEP) break;
      }
      return { events, rewritten: isClosed() ? 0 : await store.rewrite(), failures: [] };
    } catch (error) {
      return { events, rewritten: 0, failures: [error] };
    }
  };
  return new Periodic(sweep, onSweep);
}
