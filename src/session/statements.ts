/** Holder: later messages of a session, and static statements, as proofs for the peer. */
import { z } from 'zod';
import { bytes, callback, checked, field, time as unixTime } from '../arguments.ts';
import * as pki from '../pki/arguments.ts';
import * as form from '../prover/arguments.ts';
import * as argument from './arguments.ts';
import { Field } from 'o1js';
import type { TrustAnchor } from '../pki/index.ts';
import type { Credential } from '../prover/credential.ts';
import type { ProofEnvelope } from '../prover/envelope.ts';
import { proveCertify, provePossession } from '../prover/present.ts';
import type { JobOptions, Prover } from '../prover/prover.ts';
import { handlesOf } from '../witness/chain.ts';
import { possessionWitness } from '../witness/message-witness.ts';
import { certifyWitness } from '../witness/presentation.ts';
import type { RevocationWitnesses } from '../witness/revocation-map.ts';
import type { TrustSet } from '../witness/trust.ts';
import type { HolderSession, SignMessage } from './answer.ts';
import { chainOf } from './credential-chain.ts';
import { roleIn } from './credential-store.ts';
import type { CertifiedBundle } from './envelopes.ts';
import {
  checkMessage,
  MESSAGE_KIND,
  MESSAGE_KINDS,
  type MessageContext,
  type MessageKind,
} from './messages.ts';
import { fromLimbs } from './openings.ts';

export interface PossessionInput {
  readonly session: HolderSession;
  readonly kind: MessageKind;
  readonly message: Uint8Array;
  /** What the peer will compare the message with. */
  readonly context: Omit<MessageContext, 'transactionId' | 'serverAddress'>;
  readonly sign: SignMessage;
}

const possessionInput = z.looseObject({
  session: z.looseObject({
    session: field,
    transcript: argument.transcript,
    key: z.looseObject({ key: z.looseObject({}) }),
  }),
  kind: z.enum(MESSAGE_KINDS),
  message: bytes,
  context: z.looseObject({ serverOid: z.string() }),
  sign: callback,
});

/**
 * Sign a later message of a session and plan the proof that the session's key did.
 *
 * @throws ERR_SESSION_MESSAGE when the peer would refuse the message, ERR_POSSESSION_SIGNATURE
 */
export async function planPossession(input: PossessionInput) {
  checked(input, possessionInput, 'planPossession');
  const { session, kind, message, context, sign } = input;
  const { transcript, key } = session;
  checkMessage(kind, message, { ...context, ...transcript });
  return possessionWitness({
    kind: Field(MESSAGE_KIND[kind]),
    session: Field(session.session),
    message,
    key: { x: fromLimbs(key.key.x), y: fromLimbs(key.key.y) },
    blind: key.blind,
    signature: await sign(message),
  });
}

/** The same, proven. */
export async function possess(
  input: PossessionInput,
  prover: Prover,
  options: JobOptions = {},
): Promise<ProofEnvelope> {
  checked(prover, form.prover, 'the prover of possess');
  return provePossession(await planPossession(input), prover, options);
}

export interface CertifyInput {
  readonly credential: Credential;
  /** CIs, among them the one that the credential's chain starts from. */
  readonly anchors: readonly TrustAnchor[];
  readonly trust: TrustSet;
  /** The map, or what was taken out of it for this credential. */
  readonly map: RevocationWitnesses;
  /** Unix seconds. */
  readonly time: bigint;
}

const certifyInput = z.looseObject({
  credential: form.credential,
  anchors: pki.anchors,
  trust: argument.trustSet,
  map: argument.revocationWitnesses,
  time: unixTime,
});

/** Plan the static statement of a credential. Throws the codes of `certifyWitness` and ERR_CHAIN_*. */
export function planCertify(input: CertifyInput) {
  checked(input, certifyInput, 'planCertify');
  const { credential, anchors, trust, map, time } = input;
  const { chain, anchor } = chainOf(credential, anchors);
  const { opening } = credential;
  const handles = handlesOf(chain);
  return certifyWitness({ opening, handles, anchor, trust, map, time, role: roleIn(opening) });
}

/** The same, proven and in its envelope. It tells key and identity: for parties that are known anyway. */
export async function certify(
  input: CertifyInput,
  prover: Prover,
  options: JobOptions = {},
): Promise<CertifiedBundle> {
  checked(prover, form.prover, 'the prover of certify');
  const proof = await proveCertify(planCertify(input), input.credential.proof, prover, options);
  return { format: 'zkcx-certified', version: 1, proof };
}
