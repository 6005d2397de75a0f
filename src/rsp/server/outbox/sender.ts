/** What a server tells other servers: written to its store first, then sent until it is taken. */
import { setTimeout } from 'node:timers/promises';
import type { Clock } from '../../../time.ts';

/** What became of one try. */
export interface Attempt {
  /** Origin of the address that it went to. */
  readonly target?: string;
  /** failed: it is tried again; refused: the other side has it and has no use for it; dropped: given up. */
  readonly outcome: 'delivered' | 'refused' | 'failed' | 'dropped';
  readonly http?: number;
}

/** One that is told. */
export interface Target<R> {
  readonly url: string;
  /** HTTP status, and whether the other side has no use for it. Rejects when there is no answer. */
  send(
    record: R,
    signal: AbortSignal,
  ): Promise<{ readonly http: number; readonly refused: boolean }>;
}

/** Where records wait. */
export interface Outbox<R> {
  /** Oldest first, each with its key. */
  waiting(): AsyncIterable<readonly [key: number, record: R]>;
  remove(key: number): Promise<void>;
  /** Of records with one lane the next goes once the one before it is gone. */
  laneOf(record: R): string | number;
  /** Undefined: it waits. */
  targetOf(record: R): Target<R> | undefined;
}

export interface SenderOptions {
  /** Milliseconds until one that failed is tried again; doubled each time, up to a quarter of an hour. */
  readonly retryAfter?: number;
  /** Milliseconds for an answer. */
  readonly timeout?: number;
  /** Seconds after which a record is old. */
  readonly maxAge?: number;
  /** What may wait at a time; beyond it the oldest goes. */
  readonly maxWaiting?: number;
}

export interface SenderParts<R> {
  readonly outbox: Outbox<R>;
  /** Unix seconds. */
  readonly now: Clock;
  readonly onAttempt: (record: R, attempt: Attempt) => void;
}

type Waiting<R> = readonly [key: number, record: R];

/** Of a target that does not answer, or of a message that it does not take. */
interface Trouble {
  readonly failures: number;
  /** Milliseconds of `performance.now`. */
  readonly until: number;
}

const MAX_HOLD = 900_000;
/** Messages on their way at a time: of each lane one. */
const PARALLEL = 8;
/** Tries of a message that the other side says is wrong. */
const MAX_REFUSALS = 5;
/** Milliseconds without news until the store is looked at again. */
const IDLE = 60_000;
/** While there is nothing to be done, looking takes at most one part in so many of the time. */
const SHARE = 20;
/** These are about the target, not about the message: a wrong path, no access, too many calls. */
const TARGET_TROUBLE: readonly number[] = [401, 403, 404, 407, 408, 425, 429];

/**
 * Sends what waits in an outbox: at least once, in the order of each lane. A target that fails is left alone for longer
 * and longer. Sending starts again with the process, since nothing leaves the store before it was taken.
 */
export class Sender<R extends { readonly at: number }> {
  readonly #options: Required<SenderOptions>;
  readonly #parts: SenderParts<R>;
  /** By the address of a target, and by the key of a message. */
  readonly #trouble = new Map<string | number, Trouble>();
  readonly #ending = new AbortController();
  #wake: () => void = () => undefined;
  #isNews = false;
  /** Messages in the store, or more: counted when there may be too many. */
  #waiting = Infinity;
  /** When the first of those that are left alone can be tried again, by `performance.now`. */
  #nextTry = Infinity;
  #running: Promise<void> = Promise.resolve();

  constructor(parts: SenderParts<R>, options: SenderOptions) {
    const defaults = { retryAfter: 1_000, timeout: 10_000, maxAge: 259_200, maxWaiting: 10_000 };
    const given = Object.entries(options).filter(([, value]) => value !== undefined);
    this.#options = { ...defaults, ...(Object.fromEntries(given) as SenderOptions) };
    this.#parts = parts;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** There is something new to send. */
  wake(): void {
    this.#waiting++;
    this.#isNews = true;
    this.#wake();
  }

  /** Ends what is under way: it is sent again at the next start. */
  async close(): Promise<void> {
    this.#ending.abort();
    this.#wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#ending.signal.aborted) {
      this.#isNews = false;
      this.#nextTry = Infinity;
      const begun = performance.now();
      // a store that fails is asked again later
      const due = await this.#due().catch(() => []);
      await Promise.all(due.map(([waiting, target]) => this.#send(waiting, target)));
      // news come often, and all that waits for a target that does not answer is looked through
      if (due.length === 0) await this.#rest(SHARE * (performance.now() - begun));
    }
  }

  /** What can be sent now. */
  async #due(): Promise<(readonly [Waiting<R>, Target<R>])[]> {
    const { outbox } = this.#parts;
    await this.#dropOld();
    const due: (readonly [Waiting<R>, Target<R>])[] = [];
    const lanes = new Set<string | number>();
    const probed = new Set<string>();
    for await (const waiting of outbox.waiting()) {
      const [key, record] = waiting;
      const target = outbox.targetOf(record);
      // what came first in a lane goes first
      if (target === undefined || lanes.has(outbox.laneOf(record))) continue;
      lanes.add(outbox.laneOf(record));
      if (this.#isHeld(key) || this.#isHeld(target.url) || probed.has(target.url)) continue;
      // one that failed is asked once before it gets more
      if (this.#trouble.has(target.url)) probed.add(target.url);
      due.push([waiting, target]);
      if (due.length === PARALLEL) break;
    }
    return due;
  }

  async #dropOld(): Promise<void> {
    const { outbox, now } = this.#parts;
    const { maxAge, maxWaiting } = this.#options;
    if (this.#waiting > maxWaiting) {
      this.#waiting = 0;
      for await (const _ of outbox.waiting()) this.#waiting++;
    }
    for await (const [key, record] of outbox.waiting()) {
      const isOld = !(Number(now()) < record.at + maxAge);
      if (!isOld && this.#waiting <= maxWaiting) break;
      await this.#remove(key, record, { outcome: 'dropped' });
    }
  }

  async #send([key, record]: Waiting<R>, target: Target<R>): Promise<void> {
    const { onAttempt } = this.#parts;
    const { timeout } = this.#options;
    const signal = AbortSignal.any([this.#ending.signal, AbortSignal.timeout(timeout)]);
    try {
      const { http, refused } = await target.send(record, signal);
      const told = { target: target.url, http };
      if (http >= 200 && http < 300) {
        this.#trouble.delete(target.url);
        await this.#remove(key, record, { ...told, outcome: refused ? 'refused' : 'delivered' });
      } else if (http >= 400 && http < 500 && !TARGET_TROUBLE.includes(http)) {
        this.#trouble.delete(target.url);
        if (this.#fail(key) >= MAX_REFUSALS) {
          await this.#remove(key, record, { ...told, outcome: 'dropped' });
        } else onAttempt(record, { ...told, outcome: 'failed' });
      } else {
        this.#fail(target.url);
        onAttempt(record, { ...told, outcome: 'failed' });
      }
    } catch {
      if (this.#ending.signal.aborted) return;
      this.#fail(target.url);
      onAttempt(record, { target: target.url, outcome: 'failed' });
    }
  }

  async #remove(key: number, record: R, attempt: Attempt): Promise<void> {
    await this.#parts.outbox.remove(key);
    this.#waiting--;
    this.#trouble.delete(key);
    this.#parts.onAttempt(record, attempt);
  }

  /** One more failure; returns their number. */
  #fail(of: string | number): number {
    const failures = (this.#trouble.get(of)?.failures ?? 0) + 1;
    const hold = Math.min(this.#options.retryAfter * 2 ** (failures - 1), MAX_HOLD);
    // several servers that ask one target do not come back at the same moment
    const until = performance.now() + hold * (0.8 + Math.random() * 0.4);
    this.#trouble.set(of, { failures, until });
    return failures;
  }

  #isHeld(of: string | number): boolean {
    const until = this.#trouble.get(of)?.until ?? 0;
    if (performance.now() >= until) return false;
    this.#nextTry = Math.min(this.#nextTry, until);
    return true;
  }

  /** For so many milliseconds at least, and until there is news or somebody can be tried again. */
  async #rest(least: number): Promise<void> {
    await pause(Math.min(least, IDLE), this.#ending.signal);
    if (this.#isNews || this.#ending.signal.aborted) return;
    const awake = new AbortController();
    this.#wake = () => awake.abort();
    await pause(Math.min(Math.max(this.#nextTry - performance.now(), 0), IDLE), awake.signal);
  }
}

/** Until the time is over or the signal comes; keeps no process alive. */
async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await setTimeout(milliseconds, undefined, { signal, ref: false }).catch(() => undefined);
}
