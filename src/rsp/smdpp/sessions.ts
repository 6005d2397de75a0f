import { ZkcxError } from '../../errors.ts';
import type { Clock } from '../../time.ts';
import { Crowd } from '../server/crowd.ts';
import type { Session } from './session.ts';
import { tellTransaction } from '../server/trace.ts';

export interface SessionLimits {
  /** Seconds from InitiateAuthentication; the user's time to decide is part of it. */
  readonly lifetime: number;
  /** Seconds from InitiateAuthentication until a device has to have shown who it is. */
  readonly begunLifetime: number;
  /** Sessions at one time in which a device has shown who it is. */
  readonly count: number;
  /** Sessions at one time that were only begun. */
  readonly begun: number;
  /** Of them, from one network address; 0: no limit. */
  readonly begunPerAddress: number;
}

/** Sessions of another table. Orders are named by their sequence numbers. */
export interface SessionsElsewhere {
  holder(sequence: number): Session | undefined;
  endOffers(sequence: number): void;
  delete(transactionId: string): void;
  /** Forget those whose time is over. */
  sweep(): void;
  all(): Iterable<Session>;
}

const NOWHERE: SessionsElsewhere = {
  holder: () => undefined,
  endOffers: () => undefined,
  delete: () => undefined,
  sweep: () => undefined,
  all: () => [],
};

/**
 * The live sessions. Anyone on the network can begin one, and only a genuine eUICC gets further, so they have places
 * apart: sessions that were only begun live shortly and make room for one another, oldest first, and take no place
 * from those of devices. No place is given after an await: whoever asks has it at once, or not at all.
 */
export class SessionTable {
  readonly #limits: SessionLimits;
  readonly #now: Clock;
  /** Oldest first: `begin` is called in the order of time. */
  readonly #sessions = new Map<string, Session>();
  /** TransactionIDs of sessions that were only begun, by network address. */
  readonly #begun: Crowd<string>;
  /** Of sessions that can only be cancelled. */
  readonly #over = new Set<string>();
  /** Of sessions that had to make room; see `sweep`. */
  #gone: string[] = [];
  /** By the sequence number of an order, the sessions in which it was offered. */
  readonly #offers = new Map<number, Set<string>>();
  #elsewhere = NOWHERE;

  /** `stored`: what was live at the last shutdown. From where those sessions were begun is not kept. */
  constructor(limits: SessionLimits, now: Clock, stored: readonly Session[] = []) {
    this.#limits = limits;
    this.#now = now;
    this.#begun = new Crowd({
      count: limits.begun,
      perAddress: limits.begunPerAddress,
      ties: 'oldest',
    });
    for (const session of [...stored].sort((a, b) => a.createdAt - b.createdAt)) {
      if (session.state === 'initiated') this.begin(session, '');
      else this.#put(session);
    }
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** How many are live, by state. */
  states(): Record<Session['state'], number> {
    const counts = { initiated: 0, authenticated: 0, delivered: 0, refused: 0 };
    for (const session of this.#sessions.values()) {
      if (!this.#expired(session)) counts[session.state]++;
    }
    return counts;
  }

  get(transactionId: string): Session | undefined {
    const session = this.#live(transactionId);
    if (session !== undefined) tellTransaction(transactionId);
    return session;
  }

  /** Add a session that begins. Where there is no place left, the oldest from the address that has the most goes. */
  begin(session: Session, address: string): void {
    const room = this.#begun.room(address);
    if (room.kind === 'evict') this.#evict(room.member);
    this.#sessions.set(session.transactionId, session);
    this.#begun.add(session.transactionId, address);
  }

  /**
   * The device of a session has shown who it is: from now on newcomers take no place from it. To be called before
   * anything else is waited for. A session that can only be cancelled makes room for it. Throws ERR_RSP_BUSY.
   */
  admit(transactionId: string): void {
    if (!this.#begun.has(transactionId)) return;
    if (this.#sessions.size - this.#begun.size >= this.#limits.count) {
      const [oldest] = this.#over;
      if (oldest === undefined) {
        throw new ZkcxError('ERR_RSP_BUSY', 'too many sessions at a time; try again later');
      }
      this.#evict(oldest);
    }
    this.#begun.delete(transactionId);
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
    this.#begun.delete(transactionId);
    this.#over.delete(transactionId);
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

  /** All that are live, those of an extension too. */
  all(): Session[] {
    const live = [...this.#sessions.values()].filter((session) => !this.#expired(session));
    return [...live, ...this.#elsewhere.all()];
  }

  /** The same as `delete`, also for a session of an extension. */
  deleteAnywhere(transactionId: string): void {
    this.delete(transactionId);
    this.#elsewhere.delete(transactionId);
  }

  /** Where else an order may be on offer: sessions that an extension keeps in a table of its own. */
  beside(elsewhere: SessionsElsewhere): void {
    this.#elsewhere = elsewhere;
  }

  /** Forget sessions whose time is over. Returns their TransactionIDs, and those that made room since. */
  sweep(): string[] {
    this.#elsewhere.sweep();
    // both are in the order of time
    this.#sweep(this.#begun.members());
    this.#sweep(this.#sessions.keys());
    const gone = this.#gone;
    this.#gone = [];
    return gone;
  }

  #put(session: Session): void {
    const { transactionId, state, offer } = session;
    this.#forgetOffer(transactionId);
    this.#sessions.set(transactionId, session);
    if (state === 'delivered' || state === 'refused') this.#over.add(transactionId);
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

  #sweep(transactionIds: Iterable<string>): void {
    for (const transactionId of transactionIds) {
      if (this.#live(transactionId) !== undefined) break;
      this.#evict(transactionId);
    }
  }

  #evict(transactionId: string): void {
    this.#gone.push(transactionId);
    this.delete(transactionId);
  }

  #live(transactionId: string): Session | undefined {
    const session = this.#sessions.get(transactionId);
    return session !== undefined && this.#expired(session) ? undefined : session;
  }

  #expired({ transactionId, createdAt }: Session): boolean {
    const { lifetime, begunLifetime } = this.#limits;
    const seconds = this.#begun.has(transactionId) ? Math.min(begunLifetime, lifetime) : lifetime;
    // so that by a time that is none a session is over
    return !(Number(this.#now()) < createdAt + seconds);
  }
}
