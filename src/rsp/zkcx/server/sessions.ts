/** The live sessions of zkCX, beside their records in the SM-DP+'s own table. In memory only. */
import { ZkcxError } from '../../../errors.ts';
import type { VerifiedPresentation } from '../../../session/verifier.ts';
import type { SmdpContext } from '../../smdpp/context.ts';
import type { SmdpIdentity } from '../../smdpp/identities.ts';
import type { Session } from '../../smdpp/session.ts';
import type { ServerChannel } from '../channel.ts';
import type { ServerOffer, ZkcxMode } from '../negotiation.ts';
import type { RspTranscript } from '../transcript.ts';

/**
 * What comes next: the presentation; the openings, once the user has agreed; what the eUICC signed for
 * the download; nothing but a cancellation. No session goes back.
 */
export type Stage = 'initiated' | 'undisclosed' | 'prepared' | 'over';

export interface ZkcxSession {
  /** Hexadecimal. */
  readonly transactionId: string;
  readonly mode: ZkcxMode;
  readonly offer: ServerOffer;
  readonly identity: SmdpIdentity;
  readonly transcript: RspTranscript;
  /** Holds the one-time key. */
  readonly channel: ServerChannel;
  stage: Stage;
  /** From `undisclosed` on. */
  presentation?: VerifiedPresentation;
}

/** Both halves of a session. */
export interface LiveSession {
  readonly session: ZkcxSession;
  readonly record: Session;
}

/**
 * Each holds a key and a channel, so there are fewer of them than of others, and a flood of beginnings
 * takes no place from sessions without zkCX.
 */
export class ZkcxSessions {
  readonly #smdp: SmdpContext;
  readonly #limit: number;
  readonly #lifetime: bigint;
  readonly #sessions = new Map<string, ZkcxSession>();

  /** `lifetime`: seconds from an offer to its presentation. */
  constructor(smdp: SmdpContext, { limit, lifetime }: { limit: number; lifetime: bigint }) {
    this.#smdp = smdp;
    this.#limit = limit;
    this.#lifetime = lifetime;
  }

  /**
   * Forget what can lead to no download any more, where there is no room otherwise. Throws ERR_RSP_BUSY when
   * there is none at all.
   */
  makeRoom(): void {
    if (this.#sessions.size < this.#limit) return;
    for (const { transactionId } of this.#sessions.values()) {
      const live = this.find(transactionId);
      if (live !== undefined && this.#isUseless(live)) this.end(live.session);
    }
    if (this.#sessions.size >= this.#limit) {
      throw new ZkcxError('ERR_RSP_BUSY', 'too many sessions of zkCX at a time; try again later');
    }
  }

  add(session: ZkcxSession): void {
    this.#sessions.set(session.transactionId, session);
  }

  /** A live session of zkCX; one that is over is forgotten. */
  find(transactionId: string): LiveSession | undefined {
    const session = this.#sessions.get(transactionId);
    if (session === undefined) return undefined;
    const record = this.#smdp.sessions.get(transactionId, session.mode);
    if (record !== undefined) return { session, record };
    this.#sessions.delete(transactionId);
    return undefined;
  }

  #isUseless({ session: { stage }, record: { createdAt } }: LiveSession): boolean {
    const isLate = !(this.#smdp.now() < BigInt(createdAt) + this.#lifetime);
    return stage === 'over' || (stage === 'initiated' && isLate);
  }

  /** End a session at once. */
  end({ transactionId }: ZkcxSession): void {
    this.#sessions.delete(transactionId);
    this.#smdp.sessions.delete(transactionId);
  }
}
