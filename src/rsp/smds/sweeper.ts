/** Events whose time is over go, and what was deleted leaves the disk. */
import { setImmediate } from 'node:timers/promises';
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

export class EventSweeper {
  readonly #context: SmdsContext;
  readonly #onSweep: (swept: SweptEvents) => void;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<SweptEvents> | undefined;
  #isClosed = false;

  constructor(context: SmdsContext, onSweep: (swept: SweptEvents) => void = () => undefined) {
    this.#context = context;
    this.#onSweep = onSweep;
  }

  /** Sweep now and from now on. */
  start(): void {
    // a log that fails is no reason to end
    const run = () =>
      void this.sweep()
        .then(this.#onSweep)
        .catch(() => undefined);
    this.#timer ??= setInterval(run, this.#context.settings.sweepInterval * 1_000).unref();
    run();
  }

  /** One sweep at a time. Never throws. */
  sweep(): Promise<SweptEvents> {
    this.#running ??= this.#sweep().finally(() => (this.#running = undefined));
    return this.#running;
  }

  /** The step under way ends. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    await this.#running;
  }

  async #sweep(): Promise<SweptEvents> {
    const { store, now } = this.#context;
    let events = 0;
    try {
      for (; !this.#isClosed; await setImmediate()) {
        const due = await store.due(Number(now()), STEP);
        for (const one of due) await store.delete(one);
        events += due.length;
        if (due.length < STEP) break;
      }
      const rewritten = this.#isClosed ? 0 : await store.rewrite();
      return { events, rewritten, failures: [] };
    } catch (error) {
      return { events, rewritten: 0, failures: [error] };
    }
  }
}
