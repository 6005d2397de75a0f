import { setTimeout } from 'node:timers/promises';
import type { Clock } from '../../../time.ts';
import type { SmdpStore } from '../store.ts';
import type { Operator, Operators } from './operators.ts';
import { type ProgressRecord, progressRequest } from './record.ts';

/** What became of one try; for a log. Nothing in it names a device. */
export interface ProgressEvent {
  /** Sequence number. */
  readonly order: number;
  readonly point: number;
  /** Origin of the operator's address. */
  readonly operator?: string;
  /** failed: it is tried again; refused: the operator has it and has no use for it; dropped: given up. */
  readonly outcome: 'delivered' | 'refused' | 'failed' | 'dropped';
  readonly http?: number;
}

export interface SenderOptions {
  readonly store: SmdpStore;
  readonly operators: Operators;
  /** Unix seconds. */
  readonly now: Clock;
  /** What this server is called: its OID. */
  readonly requester: string;
  /** Milliseconds until an operator that failed is tried again; doubled each time, up to a quarter of an hour. */
  readonly retryAfter?: number;
  /** Milliseconds for an answer. */
  readonly timeout?: number;
  /** Seconds after which news is old. */
  readonly maxAge?: number;
  /** What may wait at a time; beyond it the oldest goes. */
  readonly maxWaiting?: number;
  readonly onEvent?: (event: ProgressEvent) => void;
}

type Waiting = readonly [key: number, record: ProgressRecord];

/** Of an operator that does not answer, or of a message that it does not take. */
interface Trouble {
  readonly failures: number;
  /** Milliseconds of `performance.now`. */
  readonly until: number;
}

const MAX_HOLD = 900_000;
/** Messages on their way at a time: of each order one. */
const PARALLEL = 8;
/** Tries of a message that the operator says is wrong. */
const MAX_REFUSALS = 5;
/** Milliseconds without news until the store is looked at again. */
const IDLE = 60_000;
/** While there is nothing to be done, looking takes at most one part in so many of the time. */
const SHARE = 20;
/** These are about the operator, not about the message: a wrong path, no access, too many calls. */
const OPERATOR_TROUBLE: readonly number[] = [401, 403, 404, 407, 408, 425, 429];

/**
 * Tells operators what waits in the store: at least once, in the order of each order. One that fails is left alone
 * for longer and longer. It starts again with the process, since nothing leaves the store before it was taken.
 */
export class ProgressSender {
  readonly #options: Required<SenderOptions>;
  /** By the operator's address, and by the key of a message. */
  readonly #trouble = new Map<string | number, Trouble>();
  readonly #ending = new AbortController();
  #wake: () => void = () => undefined;
  #isNews = false;
  /** Messages in the store, or more: counted when there may be too many. */
  #waiting = Infinity;
  /** When the first of those that are left alone can be tried again, by `performance.now`. */
  #nextTry = Infinity;
  #running: Promise<void> = Promise.resolve();

  constructor(options: SenderOptions) {
    const defaults = {
      retryAfter: 1_000,
      timeout: 10_000,
      maxAge: 259_200,
      maxWaiting: 10_000,
      onEvent: () => undefined,
    };
    this.#options = { ...defaults, ...options };
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
    this.#options.operators.close();
  }

  async #run(): Promise<void> {
    while (!this.#ending.signal.aborted) {
      this.#isNews = false;
      this.#nextTry = Infinity;
      const begun = performance.now();
      // a store that fails is asked again later
      const due = await this.#due().catch(() => []);
      await Promise.all(due.map(([waiting, operator]) => this.#send(waiting, operator)));
      // news come with each session, and all that waits for an operator that does not answer is looked through
      if (due.length === 0) await this.#rest(SHARE * (performance.now() - begun));
    }
  }

  /** What can be sent now. */
  async #due(): Promise<(readonly [Waiting, Operator])[]> {
    const { store, operators } = this.#options;
    await this.#dropOld();
    const due: (readonly [Waiting, Operator])[] = [];
    const orders = new Set<number>();
    const probed = new Set<string>();
    for await (const waiting of store.progress()) {
      const [key, record] = waiting;
      const operator = operators.of(record.operator);
      // what came first of an order goes first
      if (operator === undefined || orders.has(record.order)) continue;
      orders.add(record.order);
      if (this.#isHeld(key) || this.#isHeld(operator.url) || probed.has(operator.url)) continue;
      // one that failed is asked once before it gets more
      if (this.#trouble.has(operator.url)) probed.add(operator.url);
      due.push([waiting, operator]);
      if (due.length === PARALLEL) break;
    }
    return due;
  }

  async #dropOld(): Promise<void> {
    const { store, now, maxAge, maxWaiting } = this.#options;
    if (this.#waiting > maxWaiting) {
      this.#waiting = 0;
      for await (const _ of store.progress()) this.#waiting++;
    }
    for await (const [key, record] of store.progress()) {
      const isOld = !(Number(now()) < record.at + maxAge);
      if (!isOld && this.#waiting <= maxWaiting) break;
      await this.#remove(key, record, { outcome: 'dropped' });
    }
  }

  async #send([key, record]: Waiting, operator: Operator): Promise<void> {
    const { store, requester, timeout, onEvent } = this.#options;
    const { order, point } = record;
    const signal = AbortSignal.any([this.#ending.signal, AbortSignal.timeout(timeout)]);
    try {
      const profile = await store.profile(record.iccid);
      const body = progressRequest(record, requester, profile?.profileType ?? 'unknown');
      const { http, refused } = await operator.post(body, signal);
      const told = { operator: operator.url, http };
      if (http >= 200 && http < 300) {
        this.#trouble.delete(operator.url);
        await this.#remove(key, record, { ...told, outcome: refused ? 'refused' : 'delivered' });
      } else if (http >= 400 && http < 500 && !OPERATOR_TROUBLE.includes(http)) {
        this.#trouble.delete(operator.url);
        if (this.#fail(key) >= MAX_REFUSALS) {
          await this.#remove(key, record, { ...told, outcome: 'dropped' });
        } else onEvent({ order, point, ...told, outcome: 'failed' });
      } else {
        this.#fail(operator.url);
        onEvent({ order, point, ...told, outcome: 'failed' });
      }
    } catch {
      if (this.#ending.signal.aborted) return;
      this.#fail(operator.url);
      onEvent({ order, point, operator: operator.url, outcome: 'failed' });
    }
  }

  async #remove(
    key: number,
    { order, point }: ProgressRecord,
    told: Pick<ProgressEvent, 'outcome' | 'operator' | 'http'>,
  ): Promise<void> {
    await this.#options.store.change().deleteProgress(key).commit({ durable: false });
    this.#waiting--;
    this.#trouble.delete(key);
    this.#options.onEvent({ order, point, ...told });
  }

  /** One more failure; returns their number. */
  #fail(of: string | number): number {
    const failures = (this.#trouble.get(of)?.failures ?? 0) + 1;
    const hold = Math.min(this.#options.retryAfter * 2 ** (failures - 1), MAX_HOLD);
    // several servers of one operator do not come back at the same moment
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
