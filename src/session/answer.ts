/** Holder: a prepared presentation and a signed message -> the proof of possession, and what the peer gets. */
import { z } from 'zod';
import { bytes, callback, checked, field, sizedBytes } from '../arguments.ts';
import * as form from '../prover/arguments.ts';
import { bytesToBigint } from '../bytes.ts';
import { ZkcxError } from '../errors.ts';
import { checkPlainEnvelope, type PlainEnvelope } from '../prover/envelope.ts';
import { provePossession } from '../prover/present.ts';
import type { JobOptions, Prover } from '../prover/prover.ts';
import { type PossessionPlan, possessionWitness } from '../witness/possession.ts';
import * as argument from './arguments.ts';
import * as expected from './expectations.ts';
import { ORDER_SALT_BYTES } from './blind-order.ts';
import type { PresentationBundle } from './envelopes.ts';
import type { AcceptedRequest } from './holder.ts';
import { type Disclosure, writeOpenings } from './openings.ts';
import { type Prepared, termsOf } from './prepared.ts';
import { serverIdentity } from './scope.ts';
import { useOnce } from './single-use.ts';
import { sessionId, sessionMessage } from './transcript.ts';

interface SignatureValue {
  readonly r: bigint;
  readonly s: bigint;
}

/** The device: signs a message with the leaf key, ECDSA P-256 over its SHA-256. */
export type SignMessage = (message: Uint8Array) => SignatureValue | Promise<SignatureValue>;

export interface PossessionOfSession {
  /** What the session presents. */
  readonly prepared: Prepared;
  /** See `sessionId`. */
  readonly session: bigint;
  /** What the leaf key signed. */
  readonly message: Uint8Array;
  readonly signature: SignatureValue;
  /** Tells the pseudonym; see `scopeOf`. */
  readonly scope?: bigint;
  /** Tells the identifier; never beside a scope. */
  readonly identifier?: {
    /** See `identifierScopeOf`. */
    readonly scope: bigint;
    /** The user's, below 2^248. */
    readonly secret: bigint;
  };
  /** Tells that an order is for this device. */
  readonly order?: {
    /** Dotted; as authenticated. */
    readonly serverOid: string;
    /** 16 bytes. */
    readonly salt: Uint8Array;
  };
}

/** What a possession tells the peer, beside that the key signed; 0 for what there is none of. */
export type PossessionValues = PossessionPlan['values'];

const possessionValues = z.looseObject({ pseudonym: field, identifier: field, order: field });

const scalar = z.bigint().min(1n);
const scope = field.min(1n);

const possessionInput = z.strictObject({
  prepared: argument.prepared,
  session: field,
  message: bytes,
  signature: z.looseObject({ r: scalar, s: scalar }),
  scope: scope.optional(),
  identifier: z
    .strictObject({
      scope,
      secret: z
        .bigint()
        .min(1n)
        .lt(2n ** 248n),
    })
    .optional(),
  order: z.strictObject({ serverOid: z.string(), salt: sizedBytes(ORDER_SALT_BYTES) }).optional(),
});

/**
 * Plan the proof that the key of a presentation signed the message of a session. A presentation is for one
 * session: for another one it is refused.
 *
 * @throws ERR_POSSESSION_SIGNATURE, ERR_SESSION_VALUE (pseudonym and identifier together), ERR_SESSION_REPEATED
 */
export function planPossession(input: PossessionOfSession): PossessionPlan {
  checked(input, possessionInput, 'planPossession');
  const { prepared, order, ...rest } = input;
  if (rest.scope !== undefined && rest.identifier !== undefined) {
    throw new ZkcxError(
      'ERR_SESSION_VALUE',
      'a session tells the pseudonym or the identifier: beside the pseudonym the identifier hides nothing',
    );
  }
  const plan = possessionWitness({
    ...rest,
    openings: prepared.openings,
    order: order && {
      server: serverIdentity(order.serverOid).toBigInt(),
      salt: bytesToBigint(order.salt),
    },
  });
  useOnce(prepared, 'presentation', rest.session);
  return plan;
}

/** What the peer gets: to be sealed, where a channel is. */
export function presentationBundle(
  made: Prepared,
  possession: PlainEnvelope,
  values: PossessionValues,
  disclosures: readonly Disclosure[] = [],
): PresentationBundle {
  checked(made, argument.prepared, 'presentationBundle');
  checkPlainEnvelope(possession);
  checked(values, possessionValues, 'the values of presentationBundle');
  checked(disclosures, expected.disclosures, 'the disclosures of presentationBundle');
  const { pseudonym, identifier, order } = values;
  return {
    format: 'zkcx-presentation',
    version: 3,
    presentation: made.presentation,
    possession,
    ...(pseudonym !== 0n && { pseudonym: String(pseudonym) }),
    ...(identifier !== 0n && { identifier: String(identifier) }),
    ...(order !== 0n && { order: String(order) }),
    openings: writeOpenings(disclosures, made.openings),
  };
}

export interface AnswerInput {
  readonly accepted: AcceptedRequest;
  readonly prepared: Prepared;
  readonly sign: SignMessage;
  /** The user's, below 2^248: tells the identifier in place of the pseudonym where both are asked for. */
  readonly identifierSecret?: bigint;
}

const answerInput = z.looseObject({
  accepted: z.looseObject({
    transcript: argument.transcript,
    request: z.looseObject({ disclosures: expected.disclosures }),
    scope: scope.optional(),
    identifierScope: scope.optional(),
  }),
  prepared: argument.prepared,
  sign: callback,
  identifierSecret: z.bigint().optional(),
});

/**
 * Sign the message of a session outside RSP and plan its possession.
 *
 * @throws the codes of `planPossession`; ERR_HOLDER_REQUEST: the presentation was prepared for other terms, or
 *   an identifier is asked for and there is no secret for it
 */
export async function planAnswer(input: AnswerInput): Promise<PossessionPlan> {
  checked(input, answerInput, 'planAnswer');
  const { accepted, prepared, sign, identifierSecret: secret } = input;
  const { transcript, scope, identifierScope } = accepted;
  const wanted = Object.entries(termsOf(accepted));
  const made: Record<string, unknown> = { ...prepared.terms };
  if (wanted.some(([name, value]) => made[name] !== value)) {
    throw new ZkcxError('ERR_HOLDER_REQUEST', 'the presentation was prepared for other terms');
  }
  const identifier =
    identifierScope === undefined || secret === undefined
      ? undefined
      : { scope: identifierScope, secret };
  if (identifierScope !== undefined && identifier === undefined && scope === undefined) {
    throw new ZkcxError('ERR_HOLDER_REQUEST', 'an identifier is asked for: it needs a secret');
  }
  const message = sessionMessage(transcript);
  return planPossession({
    prepared,
    session: sessionId(transcript.serverChallenge),
    message,
    signature: await sign(message),
    ...(identifier === undefined ? { scope } : { identifier }),
  });
}

/** The same, proven and put together for the peer. */
export async function proveAnswer(
  input: AnswerInput,
  prover: Prover,
  options: JobOptions = {},
): Promise<PresentationBundle> {
  checked(prover, form.prover, 'the prover of proveAnswer');
  checked(options, form.jobOptions, 'the options of proveAnswer');
  const plan = await planAnswer(input);
  const possession = await provePossession(plan, prover, options);
  const { prepared, accepted } = input;
  return presentationBundle(prepared, possession, plan.values, accepted.request.disclosures);
}
