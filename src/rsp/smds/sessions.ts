import type { Clock } from '../../time.ts';
import type { Challenged } from '../server/authenticate-euicc.ts';
import { Crowd } from '../server/crowd.ts';
import { tellTransaction } from '../server/trace.ts';

export interface BegunSession extends Challenged {
  /** Unix seconds. */
  readonly createdAt: number;
}

export interface BegunLimits {
  /** Seconds. */
  readonly lifetime: number;
  readonly count: number;
  /** 0: no limit. */
  readonly perAddress: number;
}

/**
 * Sessions that wait for their one message. Anyone can begin one, so they live shortly and make room for one another;
 * they are in memory alone: a device asks again after a restart.
 */
export class BegunSessions {
  readonly #limits: BegunLimits;
  readonly #now: Clock;
  readonly #sessions = new Map<string, BegunSession>();
  readonly #crowd: Crowd<string>;

  constructor(limits: BegunLimits, now: Clock) {
    this.#limits = limits;
    this.#now = now;
    this.#crowd = new Crowd({ ...limits, ties: 'oldest' });
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** Where there is no place left, the oldest from the address that has the most goes. */
  begin(session: BegunSession, address: string): void {
    this.#sweep();
    const room = this.#crowd.room(address);
    if (room.kind === 'evict') this.#delete(room.member);
    this.#sessions.set(session.transactionId, session);
    this.#crowd.add(session.transactionId, address);
    tellTransaction(session.transactionId);
  }

  /** The session, which is over with that: it takes one message. */
  take(transactionId: string): BegunSession | undefined {
    const session = this.#sessions.get(transactionId);
    if (session === undefined) return undefined;
    this.#delete(transactionId);
    if (this.#isOver(session)) return undefined;
    tellTransaction(transactionId);
    return session;
  }

  /** In the order of time. */
  #sweep(): void {
    for (const [transactionId, session] of this.#sessions) {
      if (!this.#isOver(session)) return;
      this.#delete(transactionId);
    }
  }

  #isOver({ createdAt }: BegunSession): boolean {
    return !(Number(this.#now()) < createdAt + this.#limits.lifetime);
  }

  #delete(transactionId: string): void {
    this.#sessions.delete(transactionId);
    this.#crowd.delete(transactionId);
  }
}
