/** Holder: an accepted request -> signed, planned, proven, in an envelope for the peer. */
import { z } from 'zod';
import { bytes, callback, checked, time } from '../arguments.ts';
import * as pki from '../pki/arguments.ts';
import * as form from '../prover/arguments.ts';
import * as argument from './arguments.ts';
import { sha256 } from '@noble/hashes/sha2.js';
import { ZkcxError } from '../errors.ts';
import type { TrustAnchor } from '../pki/index.ts';
import type { Credential } from '../prover/credential.ts';
import { proveMessage, provePresentation, proveRegistryPresentation } from '../prover/present.ts';
import type { JobOptions, Prover } from '../prover/prover.ts';
import { type RandomBytes, systemRandom } from '../random.ts';
import { handlesOf } from '../witness/chain.ts';
import { type MessageProofInput, messageWitness } from '../witness/message-witness.ts';
import {
  type PresentationPlan,
  presentationWitness,
  type RegistryPresentationPlan,
  registryPresentationWitness,
  type SessionOpenings,
} from '../witness/presentation.ts';
import { chainOf } from './credential-chain.ts';
import type { PresentationBundle } from './envelopes.ts';
import type { AcceptedTerms } from './holder.ts';
import { type Disclosure, writeOpenings } from './openings.ts';
import { messagePrefix, sessionId, sessionMessage, type SignedTranscript } from './transcript.ts';

/** The device: signs a message with the leaf key, ECDSA P-256 over its SHA-256. */
export type SignMessage = (message: Uint8Array) => SignatureValue | Promise<SignatureValue>;

interface SignatureValue {
  readonly r: bigint;
  readonly s: bigint;
}

/** What is answered; an `AcceptedRequest` is one. */
export interface AnswerTerms extends AcceptedTerms {
  readonly transcript: SignedTranscript;
  readonly request: { readonly disclosures: readonly Disclosure[] };
}

export interface AnswerInput {
  readonly accepted: AnswerTerms;
  readonly credential: Credential;
  /** CIs, among them the one that the credential's chain starts from. */
  readonly anchors: readonly TrustAnchor[];
  readonly sign: SignMessage;
  /** Bytes of its own that the holder signs and keeps hidden; default 16 random ones. */
  readonly hidden?: Uint8Array;
  readonly random?: RandomBytes;
}

/** An answer before it is proven. Private, all of it. */
export interface AnswerPlan {
  readonly presentation:
    | { readonly program: 'presentation'; readonly plan: PresentationPlan }
    | { readonly program: 'registryPresentation'; readonly plan: RegistryPresentationPlan };
  /** Undefined where the message is opened. */
  readonly message?: MessageProofInput;
  readonly hidden: Uint8Array;
  readonly accepted: AnswerTerms;
  readonly credential: Credential;
  readonly session: HolderSession;
}

/** What the holder keeps of a session, for possession proofs later. Private. */
export interface HolderSession {
  readonly session: bigint;
  readonly transcript: SignedTranscript;
  readonly key: SessionOpenings['key'];
}

const acceptedForm = z.looseObject({
  transcript: argument.transcript,
  trust: argument.trustSet,
  map: argument.map,
  time,
  role: argument.role,
  request: z.looseObject({ disclosures: argument.disclosures }),
});

const answerInput = z.looseObject({
  accepted: acceptedForm,
  credential: form.credential,
  anchors: pki.anchors,
  sign: callback,
  hidden: bytes.optional(),
  random: callback.optional(),
});

const answerPlan = z.looseObject({
  presentation: z.looseObject({ program: z.string(), plan: z.looseObject({}) }),
  hidden: bytes,
  accepted: acceptedForm,
  credential: form.credential,
});

/**
 * Sign the session message and plan the proofs, with fresh blinds. Everything that the circuits refuse
 * is refused here: the codes of `presentationWitness`, ERR_TRUST_UNKNOWN, and ERR_CHAIN_* for certificates
 * that are not the credential's.
 */
export async function planAnswer(input: AnswerInput): Promise<AnswerPlan> {
  checked(input, answerInput, 'planAnswer');
  const { accepted, credential, anchors, sign, random = systemRandom } = input;
  const { transcript, trust, map, registry, time, role, scope, request } = accepted;
  const { hidden = new Uint8Array(random(16)) } = input;
  const { chain, anchor } = chainOf(credential, anchors);
  const message = sessionMessage(transcript, hidden);
  const shared = {
    opening: credential.opening,
    handles: handlesOf(chain),
    anchor,
    trust,
    map,
    time,
    role,
    scope,
    digest: sha256(message),
    signature: await sign(message),
    random,
  };
  const presentation =
    registry === undefined
      ? { program: 'presentation' as const, plan: presentationWitness(shared) }
      : {
          program: 'registryPresentation' as const,
          plan: registryPresentationWitness({ ...shared, registry }),
        };
  const { openings } = presentation.plan;
  // where all bytes are told, or there are none to hide, the commitment is opened
  const isOpened = request.disclosures.includes('message') || hidden.length === 0;
  const prefixLength = messagePrefix(transcript, hidden.length).length;
  return {
    presentation,
    message: isOpened ? undefined : messageWitness(message, prefixLength, openings.message.blind),
    hidden,
    accepted,
    credential,
    session: { session: sessionId(transcript).toBigInt(), transcript, key: openings.key },
  };
}

/** Prove what was planned and put it together for the peer. */
export async function proveAnswer(
  plan: AnswerPlan,
  prover: Prover,
  options: JobOptions = {},
): Promise<PresentationBundle> {
  checked(plan, answerPlan, 'proveAnswer');
  checked(prover, form.prover, 'the prover of proveAnswer');
  checked(options, form.jobOptions, 'the options of proveAnswer');
  const { presentation, message, hidden, accepted, credential } = plan;
  const { openings } = presentation.plan;
  return {
    format: 'zkcx-presentation',
    version: 1,
    presentation:
      presentation.program === 'presentation'
        ? await provePresentation(presentation.plan, credential.proof, prover, options)
        : await proveRegistryPresentation(presentation.plan, prover, options),
    message:
      message === undefined
        ? {
            kind: 'opening',
            blind: openings.message.blind.toString(),
            hidden: Buffer.from(hidden).toString('base64'),
          }
        : {
            kind: 'proof',
            hiddenLength: hidden.length,
            proof: await proveMessage(message, prover, options),
          },
    openings: writeOpenings(accepted.request.disclosures, openings),
  };
}

/** What the peer sees of a refusal, whatever the reason. */
export const REFUSAL: string = `${JSON.stringify({
  format: 'zkcx-refusal',
  version: 1,
  code: 'ERR_HOLDER_REFUSED',
})}\n`;

/** Either way one text for the wire; `reason` is for the holder alone. */
export interface WireAnswer<T> {
  readonly wire: string;
  readonly value?: T;
  readonly reason?: ZkcxError;
}

/**
 * Run a holder's work and make of every failure the same refusal: other text, or another length,
 * would answer the question that was refused.
 */
export async function refuseAlike<T>(
  work: () => Promise<{ readonly wire: string; readonly value: T }>,
): Promise<WireAnswer<T>> {
  checked(work, callback, 'refuseAlike');
  try {
    return await work();
  } catch (error) {
    const reason =
      error instanceof ZkcxError
        ? error
        : new ZkcxError('ERR_HOLDER_REFUSED', 'the request could not be answered', {
            cause: error,
          });
    return { wire: REFUSAL, reason };
  }
}
