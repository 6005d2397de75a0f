/** The verifier's memory: what it asked, what it accepted, and whom it has seen. */
import { z } from 'zod';
import { bytes, callback, checked, checkedClock, checkedRandom, seconds } from '../arguments.ts';
import * as expected from './expectations.ts';
import { ZkcxError } from '../errors.ts';
import type { AssertProof } from '../prover/verify.ts';
import { type RandomBytes, systemRandom } from '../random.ts';
import type { Role } from '../roles.ts';
import { type Clock, systemClock } from '../time.ts';
import type { AcceptedRoots } from './accepted-roots.ts';
import {
  newServerRequest,
  parseClientOffer,
  transactionBytes,
  writeServerRequest,
} from './offers.ts';
import type { OnceStore } from './once-store.ts';
import type { Disclosure } from './openings.ts';
import { scopeOf } from './scope.ts';
import { bindTranscript, checkAddress, sessionId, sessionMessage } from './transcript.ts';
import {
  type PresentationExpectation,
  type VerifiedPresentation,
  verifyPresentation,
} from './verifier.ts';

export interface SessionVerifierOptions {
  /** Where clients reach this server, and the OID of its certificate. */
  readonly serverAddress: string;
  readonly serverOid: string;
  readonly mode?: 'presentation' | 'registryPresentation';
  /** Of the credentials that are accepted. */
  readonly role: Role;
  /** Roots that count at this moment; asked at the challenge and again at its answer. */
  readonly roots: () => AcceptedRoots;
  /** Keeps pseudonyms. */
  readonly store: OnceStore;
  /** Seconds from a challenge to its answer; default 300. */
  readonly lifetime?: bigint;
  /** Challenges that can be open at once; default 10,000. */
  readonly limit?: number;
  /** Seconds that the time of a presentation may lie back, at least 8 hours; default a day. */
  readonly maxAge?: bigint;
  /** Where proofs are verified; default: here. */
  readonly assertProof?: AssertProof;
  readonly now?: Clock;
  readonly random?: RandomBytes;
}

/** What to ask of one client. */
export interface ChallengeInput {
  /** As received. */
  readonly clientOffer: Uint8Array;
  /** Asks for a pseudonym in the scope of this server and purpose. */
  readonly purpose?: string;
  /** Asks for an identifier; with a purpose beside it the client tells one of the two. */
  readonly identifierPurpose?: string;
  readonly disclosures?: readonly Disclosure[];
  /** Accept each pseudonym once, for ever; needs a purpose, and no identifier in its place. */
  readonly oncePerDevice?: boolean;
}

export interface Challenge {
  /** Hexadecimal; names the session in `accept`. */
  readonly transactionId: string;
  /** To be sent as it is: the transcript hashes these bytes. */
  readonly serverOffer: Uint8Array;
}

interface OpenChallenge {
  readonly expectation: Omit<PresentationExpectation, 'now' | 'accepted'>;
  readonly oncePerDevice: boolean;
  readonly expires: bigint;
}

const verifierOptions = z.strictObject({
  serverAddress: z.string(),
  serverOid: z.string(),
  mode: z.enum(['presentation', 'registryPresentation']).optional(),
  role: expected.role,
  roots: callback,
  store: z.looseObject({ claim: callback }),
  lifetime: seconds.optional(),
  limit: z.int().min(1).max(1_000_000).optional(),
  maxAge: seconds.optional(),
  assertProof: callback.optional(),
  now: callback.optional(),
  random: callback.optional(),
});

const challengeInput = z.strictObject({
  clientOffer: bytes,
  purpose: z.string().optional(),
  identifierPurpose: z.string().optional(),
  disclosures: expected.disclosures.optional(),
  oncePerDevice: z.boolean().optional(),
});

/**
 * Issues challenges and accepts their answers. Open challenges live in memory: after a restart they
 * are unknown and clients begin again. What must never happen twice is in the store.
 */
export class SessionVerifier {
  private readonly options: SessionVerifierOptions;
  private readonly open = new Map<string, OpenChallenge>();
  private readonly now: Clock;
  private readonly random: RandomBytes;

  /** Throws ERR_SESSION_VALUE for an address or OID of another form. */
  constructor(options: SessionVerifierOptions) {
    checked(options, verifierOptions, 'SessionVerifier');
    checkAddress(options.serverAddress);
    scopeOf(options.serverOid, 'check');
    this.options = options;
    this.now = checkedClock(options.now ?? systemClock, 'the clock of SessionVerifier');
    this.random = checkedRandom(options.random ?? systemRandom, 'the random of SessionVerifier');
  }

  /**
   * A fresh challenge for one client, bound to both offers. Throws ERR_SESSION_VALUE (an offer without
   * this server's mode, a purpose of another form) and ERR_SESSION_FULL.
   */
  challenge(input: ChallengeInput): Challenge {
    checked(input, challengeInput, 'SessionVerifier.challenge');
    const { clientOffer, purpose, identifierPurpose, disclosures = [] } = input;
    const { oncePerDevice = false } = input;
    const { serverAddress, serverOid, role, mode = 'presentation', maxAge } = this.options;
    const now = this.now();
    if (!parseClientOffer(clientOffer).modes.includes(mode)) {
      throw new ZkcxError('ERR_SESSION_VALUE', `the client does not offer the mode ${mode}`);
    }
    if (oncePerDevice && (purpose === undefined || identifierPurpose !== undefined)) {
      throw new ZkcxError(
        'ERR_SESSION_VALUE',
        'once per device needs a purpose, and no identifier: a device can have many of these',
      );
    }
    this.makeRoom(now);
    const request = newServerRequest({
      mode,
      accepted: this.options.roots(),
      role,
      maxAge,
      purpose,
      identifierPurpose,
      disclosures,
      now,
      random: this.random,
    });
    const serverOffer = writeServerRequest(request);
    const transcript = bindTranscript({
      transactionId: transactionBytes(request),
      serverAddress,
      clientOffer,
      serverOffer,
    });
    this.open.set(request.transactionId, {
      expectation: {
        offered: request,
        serverOid,
        session: sessionId(transcript.serverChallenge),
        message: sessionMessage(transcript),
        disclosures,
        assertProof: this.options.assertProof,
      },
      oncePerDevice,
      expires: now + (this.options.lifetime ?? 300n),
    });
    return { transactionId: request.transactionId, serverOffer };
  }

  /**
   * The answer to a challenge. A challenge is used up by its first answer, right or wrong.
   *
   * @throws ERR_SESSION_UNKNOWN (never issued, used, or forgotten), ERR_SESSION_EXPIRED, the codes of
   * `verifyPresentation`, and ERR_SESSION_PSEUDONYM (seen before, where once is asked for)
   */
  async accept(transactionId: string, envelope: unknown): Promise<VerifiedPresentation> {
    const challenge = this.open.get(transactionId);
    // before anything is awaited: two answers at once find one challenge
    this.open.delete(transactionId);
    if (challenge === undefined) {
      throw new ZkcxError('ERR_SESSION_UNKNOWN', 'no challenge is open under this transactionId');
    }
    const now = this.now();
    if (!(now < challenge.expires)) {
      throw new ZkcxError('ERR_SESSION_EXPIRED', 'the challenge has expired: begin again');
    }
    const verified = await verifyPresentation(envelope, {
      ...challenge.expectation,
      accepted: this.options.roots(),
      now,
    });
    if (challenge.oncePerDevice) {
      const first = await this.options.store.claim(
        `pseudonym/${verified.scope}/${verified.pseudonym}`,
        now,
      );
      if (!first) {
        throw new ZkcxError('ERR_SESSION_PSEUDONYM', 'this device was accepted here before');
      }
    }
    return verified;
  }

  /** Challenges that wait for an answer. */
  get pending(): number {
    return this.open.size;
  }

  private makeRoom(now: bigint): void {
    const limit = this.options.limit ?? 10_000;
    if (this.open.size < limit) return;
    for (const [id, { expires }] of this.open) if (expires <= now) this.open.delete(id);
    if (this.open.size >= limit) {
      throw new ZkcxError('ERR_SESSION_FULL', 'too many challenges are open: try again later');
    }
  }
}
