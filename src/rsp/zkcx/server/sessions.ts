/**
 * The live sessions of zkCX, in memory only and in a table of their own: anyone can open one, each holds a key
 * and a channel, and a flood of them must take no place from sessions without zkCX, nor from those of others.
 * A device may need minutes for its presentation, so sessions that were only begun are not short-lived here.
 */
import { ZkcxError } from '../../../errors.ts';
import type { VerifiedPresentation } from '../../../session/verifier.ts';
import { Crowd } from '../../server/crowd.ts';
import type { OrderContext, SmdpContext } from '../../smdpp/context.ts';
import type { SmdpIdentity } from '../../smdpp/identities.ts';
import type { Session } from '../../smdpp/session.ts';
import { tellTransaction } from '../../server/trace.ts';
import type { ServerChannel } from '../channel.ts';
import type { ServerOffer, ZkcxMode } from '../negotiation.ts';
import type { RspTranscript } from '../transcript.ts';
import type { SecondSessions } from './second-sessions.ts';

/**
 * What comes next: the presentation; the openings, once the user has agreed; what the eUICC signed for
 * the download; nothing but a cancellation. No session goes back.
 */
export type Stage = 'initiated' | 'undisclosed' | 'prepared' | 'over';

export interface ZkcxSession {
  /** T, hexadecimal: what all messages of the session are addressed to. */
  readonly transactionId: string;
  readonly mode: ZkcxMode;
  readonly offer: ServerOffer;
  readonly identity: SmdpIdentity;
  readonly transcript: RspTranscript;
  /** Holds the one-time key. */
  readonly channel: ServerChannel;
  readonly seconds: SecondSessions;
  stage: Stage;
  /** From `undisclosed` on. */
  presentation?: VerifiedPresentation;
  /** Of AuthenticateClient. */
  matchingId?: string;
  /** What the functions about orders know of it. Its transactionId is T2 once that is what the eUICC signs. */
  record: Session;
}

export interface SessionLimits {
  /** Seconds that a session lives. */
  readonly lifetime: bigint;
  /** Sessions at a time. */
  readonly count: number;
  /** Of them, for clients with one network address; 0: no limit. */
  readonly perAddress: number;
}

export class ZkcxSessions {
  readonly #smdp: SmdpContext;
  readonly #limits: SessionLimits;
  /** By T, oldest first. */
  readonly #sessions = new Map<string, ZkcxSession>();
  /** Where they came from. Settled: those that have shown a presentation. */
  readonly #crowd: Crowd<ZkcxSession>;
  /** By the transactionId of the record. */
  readonly #byRecord = new Map<string, ZkcxSession>();
  /** By the sequence number of an order, the sessions in which it was offered. */
  readonly #offers = new Map<number, Set<ZkcxSession>>();

  constructor(smdp: SmdpContext, limits: SessionLimits) {
    this.#smdp = smdp;
    this.#limits = limits;
    this.#crowd = new Crowd({ ...limits, ties: 'refuse' });
    smdp.sessions.beside({
      holder: (sequence) => this.#holder(sequence),
      endOffers: (sequence) => {
        for (const session of this.#offers.get(sequence) ?? []) this.end(session);
      },
      delete: (transactionId) => this.orders.sessions.delete(transactionId),
      sweep: () => this.#sweep(),
      all: () => {
        const live = [...this.#byRecord.values()].filter((session) => !this.#isOver(session));
        return live.map(({ record }) => record);
      },
    });
  }

  /** For the functions about orders: their sessions are those of this table. */
  get orders(): OrderContext {
    return {
      ...this.#smdp,
      sessions: {
        has: (transactionId) => {
          const session = this.#byRecord.get(transactionId);
          return session !== undefined && !this.#isOver(session);
        },
        set: (record) => {
          const session = this.#byRecord.get(record.transactionId);
          if (session !== undefined) this.replace(session, record);
        },
        delete: (transactionId) => {
          const session = this.#byRecord.get(transactionId);
          if (session !== undefined) this.end(session);
        },
        // asks this table too
        holder: (sequence) => this.#smdp.sessions.holder(sequence),
      },
    };
  }

  /**
   * Add a session of a client. Without a free place it takes that of the oldest session from the network address that
   * has the most, or from its own: of those that have shown no presentation yet, or else of any from its own address.
   * Throws ERR_RSP_BUSY if all places are others', who have no more of them.
   */
  add(session: ZkcxSession, address: string): void {
    this.#sweep();
    const room = this.#crowd.room(address);
    if (room.kind !== 'free') {
      const leaving = room.kind === 'evict' ? room.member : this.#crowd.oldestOf(address);
      if (leaving === undefined) {
        throw new ZkcxError('ERR_RSP_BUSY', 'too many sessions of zkCX at a time; try again later');
      }
      this.end(leaving);
    }
    this.#sessions.set(session.transactionId, session);
    this.#byRecord.set(session.record.transactionId, session);
    this.#crowd.add(session, address);
  }

  /** A presentation of this session is looked at, or was accepted: sessions from other addresses take no place from it. */
  settle(session: ZkcxSession): void {
    this.#crowd.settle(session);
  }

  /** It has shown nothing after all. */
  unsettle(session: ZkcxSession): void {
    this.#crowd.unsettle(session);
  }

  /** How many are live, by stage. */
  stages(): Record<Stage, number> {
    const counts = { initiated: 0, undisclosed: 0, prepared: 0, over: 0 };
    for (const session of this.#sessions.values()) {
      if (!this.#isOver(session)) counts[session.stage]++;
    }
    return counts;
  }

  /** A live session by T, and by nothing else. */
  find(transactionId: string): ZkcxSession | undefined {
    const session = this.#sessions.get(transactionId);
    if (session === undefined || this.#isOver(session)) return undefined;
    tellTransaction(transactionId);
    return session;
  }

  /**
   * What the functions about orders know of a session changes, the transactionId that they know it by included. A
   * session that has ended meanwhile does not come back.
   */
  replace(session: ZkcxSession, record: Session): void {
    if (this.#sessions.get(session.transactionId) !== session) return;
    this.#forgetRecord(session);
    session.record = record;
    this.#byRecord.set(record.transactionId, session);
    if (record.offer === undefined) return;
    const offers = this.#offers.get(record.offer.sequence) ?? new Set();
    this.#offers.set(record.offer.sequence, offers.add(session));
  }

  /** End a session at once. */
  end(session: ZkcxSession): void {
    this.#sessions.delete(session.transactionId);
    this.#crowd.delete(session);
    this.#forgetRecord(session);
  }

  #sweep(): void {
    for (const session of this.#sessions.values()) {
      if (!this.#isOver(session)) break;
      this.end(session);
    }
  }

  #forgetRecord(session: ZkcxSession): void {
    const { transactionId, offer } = session.record;
    this.#byRecord.delete(transactionId);
    if (offer === undefined) return;
    const offers = this.#offers.get(offer.sequence);
    offers?.delete(session);
    if (offers?.size === 0) this.#offers.delete(offer.sequence);
  }

  #holder(sequence: number): Session | undefined {
    for (const session of this.#offers.get(sequence) ?? []) {
      if (session.record.state === 'authenticated' && !this.#isOver(session)) return session.record;
    }
    return undefined;
  }

  #isOver({ record: { createdAt } }: ZkcxSession): boolean {
    // so that by a time that is none a session is over
    return !(this.#smdp.now() < BigInt(createdAt) + this.#limits.lifetime);
  }
}
