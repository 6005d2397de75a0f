import { bytesToHex } from '../../../bytes.ts';
import type { RandomBytes } from '../../../random.ts';
import type { Clock } from '../../../time.ts';
import type { Order } from '../order.ts';
import type { SmdpStore } from '../store.ts';
import type { Operators } from './operators.ts';
import type { Progress, ProgressChange, ProgressRecord, ProgressStep } from './record.ts';

export interface OutboxOptions {
  readonly store: SmdpStore;
  readonly operators: Operators;
  /** Unix seconds. */
  readonly now: Clock;
  readonly random: RandomBytes;
}

/** Seconds until the same refusal is told again. */
const REPEAT = 3_600;
/** Refusals that are remembered for that. */
const MAX_TOLD = 10_000;

/**
 * What waits in the store to be told to operators. It is written with the change that it is about, so that neither
 * is there without the other.
 */
export class ProgressOutbox implements Progress {
  readonly #options: OutboxOptions;
  readonly #told = new Map<string, number>();
  #last: number;
  /** Called when something new is in the store. */
  onNoted: () => void = () => undefined;

  private constructor(options: OutboxOptions, last: number) {
    this.#options = options;
    this.#last = last;
  }

  static async open(options: OutboxOptions): Promise<ProgressOutbox> {
    let last = 0;
    for await (const [key] of options.store.progress()) last = key;
    return new ProgressOutbox(options, last);
  }

  note(change: ProgressChange, order: Order, step: ProgressStep): void {
    const { operators, now, random } = this.#options;
    if (operators.of(order.operator) === undefined) return;
    const { point, eid, refused, resultData } = step;
    const record: ProgressRecord = {
      order: order.sequence,
      iccid: order.iccid,
      operator: order.operator,
      eid,
      at: Number(now()),
      point,
      call: bytesToHex(random(16)),
      refused: refused && { ...refused },
      resultData: resultData && Buffer.from(resultData).toString('base64'),
    };
    change.putProgress(++this.#last, record, () => this.onNoted());
  }

  refuse(order: Order, step: ProgressStep): void {
    const { store, now } = this.#options;
    if (!this.#isNew(`${order.sequence} ${step.point} ${step.refused?.reasonCode}`, Number(now())))
      return;
    const change = store.change();
    this.note(change, order, step);
    // the refusal itself is answered whether or not this can be written
    change.commit({ durable: false }).catch(() => undefined);
  }

  #isNew(key: string, at: number): boolean {
    const last = this.#told.get(key);
    if (last !== undefined && at < last + REPEAT) return false;
    this.#told.delete(key);
    this.#told.set(key, at);
    const [oldest] = this.#told.keys();
    if (this.#told.size > MAX_TOLD && oldest !== undefined) this.#told.delete(oldest);
    return true;
  }
}
