/**
 * What the server does by itself against keeping more than it needs: sessions whose time is over, packages and orders
 * whose periods are over, and all that was deleted meanwhile leaves the disk. It works in small steps beside the
 * sessions, and touches nothing that a live one needs.
 */
import { setImmediate } from 'node:timers/promises';
import { Periodic } from '../../server/periodic.ts';
import { LOCK, type SmdpContext } from '../context.ts';
import { dropOnly, eraseOrder, withdrawEvent } from './erase.ts';
import { cutoffOf, DUE, type Due, dueOf } from './schedule.ts';

/** What one sweep did. */
export interface Swept {
  /** Records of sessions. */
  readonly sessions: number;
  /** Orders whose packages were dropped. */
  readonly packages: number;
  /** Orders that were erased. */
  readonly orders: number;
  /** Claims of devices that had their one. */
  readonly claims: number;
  /** Parts of the store that were rewritten, so that what was deleted is not in its files. */
  readonly rewritten: number;
  /** What went wrong; the next sweep tries it again. */
  readonly failures: readonly unknown[];
}

export type OnSweep = (swept: Swept) => void;

/** Records that are changed between two pauses. */
const STEP = 100;

export class Sweeper {
  readonly #context: SmdpContext;
  readonly #periodic: Periodic<Swept>;
  #failures: unknown[] = [];
  #isClosed: () => boolean = () => false;

  constructor(context: SmdpContext, onSweep?: OnSweep) {
    this.#context = context;
    this.#periodic = new Periodic((isClosed) => {
      this.#isClosed = isClosed;
      return this.#sweep();
    }, onSweep);
  }

  /** Sweep now and from now on. */
  start(): void {
    this.#periodic.start(this.#context.settings.retention.interval);
  }

  /** One sweep at a time. Never throws. */
  sweep(): Promise<Swept> {
    return this.#periodic.run();
  }

  /** The step under way ends. */
  close(): Promise<void> {
    return this.#periodic.close();
  }

  async #sweep(): Promise<Swept> {
    this.#failures = [];
    const { store } = this.#context;
    const sessions = await this.#count(() => this.#sessions());
    const orders = { events: 0, packages: 0, orders: 0, undecided: 0 };
    for (const due of DUE) orders[due] = await this.#count(() => this.#orders(due));
    return {
      sessions,
      packages: orders.packages,
      orders: orders.orders + orders.undecided,
      claims: await this.#count(() => this.#claims()),
      rewritten: await this.#count(() => (this.#isClosed() ? Promise.resolve(0) : store.rewrite())),
      failures: this.#failures,
    };
  }

  /** What fails is told, and keeps nothing else from being done. */
  async #count(work: () => Promise<number>): Promise<number> {
    try {
      return await work();
    } catch (error) {
      this.#failures.push(error);
      return 0;
    }
  }

  /** Sessions that are over, in memory and on the disk: those that ended otherwise may have left a record. */
  async #sessions(): Promise<number> {
    const { store, sessions } = this.#context;
    sessions.sweep();
    const gone: string[] = [];
    for await (const { transactionId } of store.sessions()) {
      if (!sessions.has(transactionId)) gone.push(transactionId);
    }
    for (let i = 0; i < gone.length && !this.#isClosed(); i += STEP) {
      const change = store.change();
      for (const transactionId of gone.slice(i, i + STEP)) change.deleteSession(transactionId);
      await change.commit({ durable: false });
      await setImmediate();
    }
    return gone.length;
  }

  async #orders(due: Due): Promise<number> {
    const { store, settings, now } = this.#context;
    const latest = cutoffOf(due, settings.retention, now());
    if (latest === undefined) return 0;
    let count = 0;
    for (;;) {
      if (this.#isClosed()) return count;
      const sequences = await store.due(due, latest, STEP);
      let done = 0;
      for (const sequence of sequences) {
        done += await this.#count(() => this.#order(due, latest, sequence));
      }
      count += done;
      // what could not be done now is left to the next sweep
      if (sequences.length < STEP || done < sequences.length) return count;
      await setImmediate();
    }
  }

  /** Returns 0 where it is not due any more. */
  async #order(due: Due, latest: number, sequence: number): Promise<0 | 1> {
    const { store, locks, now } = this.#context;
    return locks.run(LOCK.order(sequence), async () => {
      const order = await store.order(sequence);
      if (order === undefined) return 0;
      const [, from] = dueOf(order).find(([what]) => what === due) ?? [];
      if (from === undefined || !(from <= latest)) return 0;
      const change = store.change();
      if (due === 'events') withdrawEvent(change, order, Number(now()));
      else if (due === 'packages') dropOnly(change, order);
      else eraseOrder(change, order, Number(now()));
      // after a crash the next sweep does it again
      await change.commit({ durable: false });
      return 1;
    });
  }

  async #claims(): Promise<number> {
    const { store, settings, now } = this.#context;
    const latest = cutoffOf('claims', settings.retention, now());
    if (latest === undefined) return 0;
    for (let count = 0; ; await setImmediate()) {
      const claims = this.#isClosed() ? [] : await store.dueClaims(latest, STEP);
      if (claims.length === 0) return count;
      const change = store.change();
      for (const [due, claim] of claims) change.deleteClaim(due, claim);
      await change.commit({ durable: false });
      count += claims.length;
    }
  }
}
