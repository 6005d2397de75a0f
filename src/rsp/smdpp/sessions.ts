import { ZkcxError } from '../../errors.ts';
import type { Clock } from '../../time.ts';
import type { Session } from './session.ts';

export interface SessionLimits {
  /** Seconds from InitiateAuthentication; the user's time to decide is part of it. */
  readonly lifetime: number;
  /** Sessions at one time. */
  readonly count: number;
}

/** Sessions of another table, by the sequence number of the order that is offered in them. */
export interface OfferedElsewhere {
  holder(sequence: number): Session | undefined;
  endOffers(sequence: number): void;
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
  /** By the sequence number of an order, the sessions in which it was offered. */
  readonly #offers = new Map<number, Set<string>>();
  #elsewhere: OfferedElsewhere = { holder: () => undefined, endOffers: () => undefined };

  /** `stored`: what was live at the last shutdown. */
  constructor(limits: SessionLimits, now: Clock, stored: readonly Session[] = []) {
    this.#limits = limits;
    this.#now = now;
    for (const session of [...stored].sort((a, b) => a.createdAt - b.createdAt)) this.#put(session);
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
    this.#put(session);
  }

  /** Whether a session is live: it may have ended while something was waited for. */
  has(transactionId: string): boolean {
    return this.#live(transactionId) !== undefined;
  }

  /** Replace what is known of a session. One that has ended meanwhile does not come back. */
  set(session: Session): void {
    if (this.#sessions.has(session.transactionId)) this.#put(session);
  }

  delete(transactionId: string): void {
    this.#forgetOffer(transactionId);
    this.#sessions.delete(transactionId);
  }

  /** A live session in which an order is on offer and not yet decided. */
  holder(sequence: number): Session | undefined {
    for (const transactionId of this.#offers.get(sequence) ?? []) {
      const session = this.#live(transactionId);
      if (session?.state === 'authenticated') return session;
    }
    return this.#elsewhere.holder(sequence);
  }

  /** End all sessions in which an order was offered; returns the TransactionIDs of those that are stored. */
  endOffers(sequence: number): string[] {
    this.#elsewhere.endOffers(sequence);
    const ended = [...(this.#offers.get(sequence) ?? [])];
    for (const transactionId of ended) this.delete(transactionId);
    return ended;
  }

  /** Where else an order may be on offer: sessions that an extension keeps in a table of its own. */
  beside(elsewhere: OfferedElsewhere): void {
    this.#elsewhere = elsewhere;
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

  #put(session: Session): void {
    const { transactionId, offer } = session;
    this.#forgetOffer(transactionId);
    this.#sessions.set(transactionId, session);
    if (offer === undefined) return;
    const offers = this.#offers.get(offer.sequence) ?? new Set();
    this.#offers.set(offer.sequence, offers.add(transactionId));
  }

  #forgetOffer(transactionId: string): void {
    const sequence = this.#sessions.get(transactionId)?.offer?.sequence;
    if (sequence === undefined) return;
    const offers = this.#offers.get(sequence);
    offers?.delete(transactionId);
    if (offers?.size === 0) this.#offers.delete(sequence);
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
