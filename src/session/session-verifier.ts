/** The verifier's memory: what it asked, what it accepted, and whom it has seen. */
import { z } from 'zod';
import {
  bytes,
  callback,
  checked,
  checkedClock,
  checkedRandom,
  field,
  seconds,
  time,
} from '../arguments.ts';
import * as argument from './arguments.ts';
import { ZkcxError } from '../errors.ts';
import { type RandomBytes, systemRandom } from '../random.ts';
import type { Role } from '../roles.ts';
import { type Clock, systemClock } from '../time.ts';
import type { MessageContext, MessageKind } from './messages.ts';
import {
  newServerRequest,
  parseClientOffer,
  type RequestedRoots,
  termsOf,
  transactionBytes,
  writeServerRequest,
} from './offers.ts';
import type { OnceStore } from './once-store.ts';
import type { Disclosure } from './openings.ts';
import { acceptPossession, type VerifiedPossession } from './possession.ts';
import { scopeOf } from './scope.ts';
import { bindTranscript, checkAddress } from './transcript.ts';
import {
  type PresentationExpectation,
  type VerifiedPresentation,
  verifyPresentation,
} from './verifier.ts';

const MINUTE = 60n;

/** Roots that are accepted now. */
export interface CurrentRoots extends RequestedRoots {
  /** Unix seconds at which revocationRoot was last seen to be that of the newest lists. */
  readonly mapRootAt: bigint;
  /** Registry roots of the recent past that count beside `registryRoot`: what was asked for may be one of them. */
  readonly recentRegistryRoots?: readonly bigint[];
}

export interface SessionVerifierOptions {
  /** Where clients reach this server, and the OID of its certificate. */
  readonly serverAddress: string;
  readonly serverOid: string;
  readonly mode?: 'presentation' | 'registryPresentation';
  /** Of the credentials that are accepted. */
  readonly role: Role;
  readonly roots: () => CurrentRoots;
  /** Keeps pseudonyms and accepted messages. */
  readonly store: OnceStore;
  /** Seconds from a challenge to its answer; default 300. */
  readonly lifetime?: bigint;
  /** Challenges that can be open at once; default 10,000. */
  readonly limit?: number;
  /** Seconds that the map root may be old; default a day. */
  readonly maximumMapAge?: bigint;
  readonly now?: Clock;
  readonly random?: RandomBytes;
}

/** What to ask of one client. */
export interface ChallengeInput {
  /** As received. */
  readonly clientOffer: Uint8Array;
  /** Asks for a pseudonym in the scope of this server and purpose. */
  readonly purpose?: string;
  readonly disclosures?: readonly Disclosure[];
  /** Accept each pseudonym once, for ever; needs a purpose. */
  readonly oncePerDevice?: boolean;
}

export interface Challenge {
  /** Hexadecimal; names the session in `accept`. */
  readonly transactionId: string;
  /** To be sent as it is: the transcript hashes these bytes. */
  readonly serverOffer: Uint8Array;
}

interface OpenChallenge {
  readonly expectation: Omit<PresentationExpectation, 'now' | 'mapRootAt'>;
  readonly oncePerDevice: boolean;
  readonly expires: bigint;
}

/** A later message of a session; what it must say comes from the session and from this server. */
export interface SessionMessageInput extends Pick<MessageContext, 'serverSignature' | 'iccid'> {
  readonly kind: MessageKind;
  readonly message: Uint8Array;
}

const verifierOptions = z.strictObject({
  serverAddress: z.string(),
  serverOid: z.string(),
  mode: z.enum(['presentation', 'registryPresentation']).optional(),
  role: argument.role,
  roots: callback,
  store: z.looseObject({ claim: callback }),
  lifetime: seconds.optional(),
  limit: z.int().min(1).max(1_000_000).optional(),
  maximumMapAge: seconds.optional(),
  now: callback.optional(),
  random: callback.optional(),
});

const challengeInput = z.strictObject({
  clientOffer: bytes,
  purpose: z.string().optional(),
  disclosures: argument.disclosures.optional(),
  oncePerDevice: z.boolean().optional(),
});

const currentRoots = z.looseObject({
  trustRoot: field,
  revocationRoot: field,
  registryRoot: field.optional(),
  mapRootAt: time,
  recentRegistryRoots: z.array(field).max(9).optional(),
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
    const { clientOffer, purpose, disclosures = [], oncePerDevice = false } = input;
    const { serverAddress, serverOid, role, mode = 'presentation', roots } = this.options;
    const now = this.now();
    if (!parseClientOffer(clientOffer).modes.includes(mode)) {
      throw new ZkcxError('ERR_SESSION_VALUE', `the client does not offer the mode ${mode}`);
    }
    if (oncePerDevice && purpose === undefined) {
      throw new ZkcxError('ERR_SESSION_VALUE', 'once per device needs a purpose');
    }
    this.makeRoom(now);
    const request = newServerRequest({
      mode,
      roots: checked(roots(), currentRoots, 'the roots of SessionVerifier'),
      role,
      purpose,
      disclosures,
      now,
      random: this.random,
    });
    const terms = termsOf(request, serverOid);
    const serverOffer = writeServerRequest(request);
    const transcript = bindTranscript({
      transactionId: transactionBytes(request),
      serverAddress,
      clientOffer,
      serverOffer,
    });
    const lifetime = this.options.lifetime ?? 300n;
    const { maximumMapAge } = this.options;
    this.open.set(request.transactionId, {
      expectation: { terms, transcript, disclosures, maximumMapAge, tolerance: lifetime + MINUTE },
      oncePerDevice,
      expires: now + lifetime,
    });
    return { transactionId: request.transactionId, serverOffer };
  }

  /**
   * The answer to a challenge. A challenge is used up by its first answer, right or wrong.
   *
   * @throws ERR_SESSION_UNKNOWN (never issued, used, or forgotten), ERR_SESSION_EXPIRED,
   * ERR_SESSION_ROOTS (a CI or a list changed meanwhile: begin again), the codes of
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
    const { terms } = challenge.expectation;
    const roots = checked(this.options.roots(), currentRoots, 'the roots of SessionVerifier');
    if (
      roots.trustRoot !== terms.trustRoot ||
      roots.revocationRoot !== terms.revocationRoot ||
      (terms.registryRoot !== undefined &&
        ![roots.registryRoot, ...(roots.recentRegistryRoots ?? [])].includes(terms.registryRoot))
    ) {
      throw new ZkcxError(
        'ERR_SESSION_ROOTS',
        'the accepted roots changed since the challenge was made: begin again',
      );
    }
    const { mapRootAt } = roots;
    const verified = await verifyPresentation(envelope, {
      ...challenge.expectation,
      mapRootAt,
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

  /**
   * A later message of an accepted session: each kind once, notifications once for each profile and
   * sequence number. Works across restarts for whoever kept the `VerifiedPresentation`.
   *
   * @throws the codes of `verifyPossession`, and ERR_SESSION_REPEATED
   */
  async acceptMessage(
    session: VerifiedPresentation,
    { kind, message, serverSignature, iccid }: SessionMessageInput,
    envelope: unknown,
  ): Promise<VerifiedPossession> {
    const { serverAddress, serverOid, store } = this.options;
    const { transactionId } = session.transcript;
    const context = { transactionId, serverAddress, serverOid, serverSignature, iccid };
    const statement = { kind, message, context, ...session };
    return acceptPossession(statement, envelope, { store, at: this.now() });
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
