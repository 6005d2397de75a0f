import { ZkcxError } from '../../errors.ts';
import type { Clock } from '../../time.ts';
import type { Session } from './session.ts';

export interface SessionLimits {
  /** Seconds from InitiateAuthentication; the user's time to decide is part of it. */
  readonly lifetime: number;
  /** Sessions at one time. */
  readonly count: number;
}

/**
 * The live sessions. Anyone on the network can open one, so their number is bounded: beyond it new
 * ones are refused, and those under way go on.
 */
export class SessionTable {
  readonly #limits: SessionLimits;
  readonly #now: Clock;
  /** Oldest first: `add` is called in the order of time. */
  readonly #sessions = new Map<string, Session>();
  /** Which session an order was last offered in. */
  readonly #holders = new Map<string, string>();
  #elsewhere: (iccid: string) => Session | undefined = () => undefined;

  /** `stored`: what was live at the last shutdown. */
  constructor(limits: SessionLimits, now: Clock, stored: readonly Session[] = []) {
    this.#limits = limits;
    this.#now = now;
    for (const session of [...stored].sort((a, b) => a.createdAt - b.createdAt)) this.set(session);
  }

  get size(): number {
    return this.#sessions.size;
  }

  get(transactionId: string): Session | undefined {
    return this.#live(transactionId);
  }

  /** Throws ERR_RSP_BUSY when there are too many. */
  add(session: Session): void {
    if (this.#sessions.size >= this.#limits.count) {
      throw new ZkcxError('ERR_RSP_BUSY', 'too many sessions at a time; try again later');
    }
    this.set(session);
  }

  /** Replace what is known of a session. */
  set(session: Session): void {
    this.#sessions.set(session.transactionId, session);
    if (session.offer !== undefined) {
      this.#holders.set(session.offer.iccid, session.transactionId);
    }
  }

  delete(transactionId: string): void {
    const iccid = this.#sessions.get(transactionId)?.offer?.iccid;
    if (iccid !== undefined && this.#holders.get(iccid) === transactionId) {
      this.#holders.delete(iccid);
    }
    this.#sessions.delete(transactionId);
  }

  /** The live session in which an order is on offer and not yet decided. */
  holder(iccid: string): Session | undefined {
    const session = this.#live(this.#holders.get(iccid) ?? '');
    return session?.state === 'authenticated' ? session : this.#elsewhere(iccid);
  }

  /** Where else an order may be on offer: sessions that an extension keeps in a table of its own. */
  beside(holder: (iccid: string) => Session | undefined): void {
    this.#elsewhere = holder;
  }

  /** Forget sessions whose time is over; returns their TransactionIDs. */
  sweep(): string[] {
    const gone: string[] = [];
    for (const session of this.#sessions.values()) {
      if (!this.#expired(session)) break;
      gone.push(session.transactionId);
    }
    for (const transactionId of gone) this.delete(transactionId);
    return gone;
  }

  #live(transactionId: string): Session | undefined {
    const session = this.#sessions.get(transactionId);
    return session !== undefined && this.#expired(session) ? undefined : session;
  }

  #expired({ createdAt }: Session): boolean {
    // so that by a time that is none a session is over
    return !(Number(this.#now()) < createdAt + this.#limits.lifetime);
  }
}
