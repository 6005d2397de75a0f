/** A later message of a verified session -> accepted, by a proof that the same key signed it. */
import { z } from 'zod';
import { bytes, checked, field } from '../arguments.ts';
import { Field } from 'o1js';
import { PossessionRequest } from '../circuits/session.ts';
import { ZkcxError } from '../errors.ts';
import { MODE } from '../params.ts';
import { checkEnvelope } from '../prover/envelope.ts';
import {
  type AssertProof,
  assertMode,
  assertProof,
  pinnedKeyOf,
  publicValues,
} from '../prover/verify.ts';
import { possessionRequest } from '../witness/message.ts';
import {
  checkMessage,
  MESSAGE_KIND,
  MESSAGE_KINDS,
  type MessageContext,
  type MessageKind,
} from './messages.ts';
import type { OnceStore } from './once-store.ts';

export interface PossessionStatement {
  readonly kind: MessageKind;
  /** The bytes that were signed. */
  readonly message: Uint8Array;
  /** What the message has to say, from the verifier's own knowledge. */
  readonly context: MessageContext;
  /** Both from the `VerifiedPresentation` that began the session. */
  readonly session: bigint;
  readonly sessionKey: bigint;
}

/** Frozen. */
export interface VerifiedPossession {
  readonly kind: MessageKind;
  readonly message: Uint8Array;
  readonly session: bigint;
  /** What of this may be accepted once in the session: see `SessionVerifier`. */
  readonly once: string;
}

const statementForm = z.looseObject({
  kind: z.enum(MESSAGE_KINDS),
  message: bytes,
  context: z.looseObject({
    transactionId: bytes,
    serverAddress: z.string(),
    serverOid: z.string(),
  }),
  session: field,
  sessionKey: field,
});

/**
 * Verify that the key of a session signed a message of a kind. Parses the message strictly, compares
 * it with the session, and hashes it here: there is no way to pass a bare digest. Stateless.
 *
 * @param envelope JSON that may be the envelope of a possession proof
 * @param verify verifies the proof itself; default: this process does
 * @throws ERR_SESSION_MESSAGE, ERR_PROOF_*; ERR_PROOF_STATEMENT for a proof about something else
 */
export async function verifyPossession(
  input: PossessionStatement,
  envelope: unknown,
  verify: AssertProof = assertProof,
): Promise<VerifiedPossession> {
  checked(input, statementForm, 'verifyPossession');
  const { kind, message, context, session, sessionKey } = input;
  const once = checkMessage(kind, message, context);
  const proof = checkEnvelope(envelope);
  const key = pinnedKeyOf('possession', proof);
  const request = possessionRequest({
    kind: Field(MESSAGE_KIND[kind]),
    session: Field(session),
    sessionKey: Field(sessionKey),
    message,
  });
  const [mode, statement] = publicValues(proof);
  assertMode(mode, MODE.possession);
  const [, expected] = PossessionRequest.toFields(request);
  if (statement !== expected!.toBigInt()) {
    throw new ZkcxError(
      'ERR_PROOF_STATEMENT',
      'the proof is about another message, session or key than this one',
    );
  }
  await verify(proof, key);
  return Object.freeze({ kind, message, session, once });
}

/**
 * The same, accepted once: each kind once in a session, notifications once for each profile and sequence
 * number. `at`, Unix seconds, is kept with it.
 *
 * @throws the codes of `verifyPossession`, ERR_SESSION_REPEATED, ERR_SESSION_STORE
 */
export async function acceptPossession(
  statement: PossessionStatement,
  envelope: unknown,
  {
    store,
    at,
    verify,
    keep,
  }: {
    readonly store: OnceStore;
    readonly at: bigint;
    readonly verify?: AssertProof;
    /**
     * Keep what the message says. If that fails the message is not accepted, and can come again; so it
     * must do no harm to keep it twice.
     */
    readonly keep?: () => Promise<void>;
  },
): Promise<VerifiedPossession> {
  const verified = await verifyPossession(statement, envelope, verify);
  const claimed = `message/${statement.session}/${verified.once}`;
  if (keep !== undefined) {
    if (await store.has(claimed)) throw repeated();
    await keep();
  }
  if (!(await store.claim(claimed, at))) throw repeated();
  return verified;
}

const repeated = () =>
  new ZkcxError(
    'ERR_SESSION_REPEATED',
    'a message of this kind was accepted in this session before',
  );
