/** Presentations as if proven: right up to the proofs. */
import { Field } from 'o1js';
import {
  CertifiedClaim,
  CertifyRequest,
  PossessionRequest,
  PresentationRequest,
} from '../../src/circuits/session.ts';
import type { Credential } from '../../src/prover/credential.ts';
import type { AnyEnvelope, PlainEnvelope } from '../../src/prover/envelope.ts';
import { proveRefresh } from '../../src/prover/refresh.ts';
import { publicValues } from '../../src/prover/verify.ts';
import { type AnswerInput, planAnswer, presentationBundle } from '../../src/session/answer.ts';
import type { CertifiedBundle, PresentationBundle } from '../../src/session/envelopes.ts';
import {
  type AcceptedRequest,
  checkRequest,
  type HolderPolicy,
  type ProvableTerms,
} from '../../src/session/holder.ts';
import { CLIENT_OFFER, parseServerRequest } from '../../src/session/offers.ts';
import { type Prepared, preparePresentation } from '../../src/session/prepared.ts';
import type { ChallengeInput, SessionVerifier } from '../../src/session/session-verifier.ts';
import type { planCertify } from '../../src/session/statements.ts';
import { sessionId, sessionMessage } from '../../src/session/transcript.ts';
import type { PresentationExpectation } from '../../src/session/verifier.ts';
import type { PossessionPlan } from '../../src/witness/possession.ts';
import { cheapProver } from '../support/cheap-prover.ts';
import { unproven, unprovenPlain } from '../support/envelope.ts';
import {
  ANCHORS,
  credentialOf,
  MAP,
  NOW,
  PEER,
  POLICY,
  rootsOf,
  SERVER_OID,
  sign,
} from './world.ts';

const credential = credentialOf();

/** A presentation of a refresh of its own. */
export function prepared(accepted: ProvableTerms, of: Credential = credential): Promise<Prepared> {
  const { prover } = cheapProver();
  const refresh = () => proveRefresh(of, prover);
  return preparePresentation({ accepted, credential: of, anchors: ANCHORS, refresh }, prover);
}

export interface Answer {
  readonly accepted: AcceptedRequest;
  readonly prepared: Prepared;
  readonly plan: PossessionPlan;
  readonly bundle: PresentationBundle;
}

export interface AnswerOptions extends Pick<AnswerInput, 'identifierSecret'> {
  readonly peer?: typeof PEER;
  readonly policy?: Partial<HolderPolicy>;
  readonly of?: Credential;
}

/** A holder's answer to a request, with consent to everything. */
export async function answerTo(
  serverOffer: Uint8Array,
  { peer = PEER, policy, of = credential, identifierSecret }: AnswerOptions = {},
): Promise<Answer> {
  const accepted = await checkRequest(
    { peer, clientOffer: CLIENT_OFFER, serverOffer, credential: of },
    { ...POLICY, consent: () => true, ...policy },
  );
  const presentation = await prepared(accepted, of);
  const plan = await planAnswer({ accepted, prepared: presentation, sign, identifierSecret });
  const { disclosures } = accepted.request;
  const possession = possessionOf(plan.request);
  const bundle = presentationBundle(presentation, possession, plan.values, disclosures);
  return { accepted, prepared: presentation, plan, bundle };
}

/** An answer, and what the verifier that asked for it expects. */
export interface AnsweredSession extends Answer {
  readonly expectation: PresentationExpectation;
}

/** A whole session, up to the proofs. */
export async function sessionWith(
  verifier: SessionVerifier,
  ask: Omit<ChallengeInput, 'clientOffer'>,
  options?: AnswerOptions,
): Promise<AnsweredSession> {
  const { serverOffer } = verifier.challenge({ clientOffer: CLIENT_OFFER, ...ask });
  const answer = await answerTo(serverOffer, options);
  const { request, transcript } = answer.accepted;
  const expectation = {
    offered: parseServerRequest(serverOffer),
    accepted: rootsOf(MAP),
    serverOid: SERVER_OID,
    session: sessionId(transcript.serverChallenge),
    message: sessionMessage(transcript),
    disclosures: request.disclosures,
    now: NOW,
  };
  return { ...answer, expectation };
}

export function certifiedOf({ request, claim }: ReturnType<typeof planCertify>): CertifiedBundle {
  const [input, output] = [CertifyRequest.toFields(request), CertifiedClaim.toFields(claim)];
  return { format: 'zkcx-certified', version: 1, proof: unproven('certify', input, output) };
}

export const possessionOf = (request: PossessionRequest): PlainEnvelope =>
  unprovenPlain('sessionPossession', PossessionRequest.toFields(request));

/** The three commitments of a presentation of either kind, as it shows them. */
export const commitmentsIn = (presentation: AnyEnvelope): string[] =>
  publicValues(presentation).slice(PresentationRequest.sizeInFields()).map(String);

/** A proof envelope with one public value changed: of the input first, then of the output. */
export function withValue<E extends AnyEnvelope>(envelope: E, index: number, value: bigint): E {
  const { proof } = envelope;
  const inputs = proof.publicInput.length;
  const values = publicValues(envelope).map(String);
  values[index] = String(Field(value));
  const publicInput = values.slice(0, inputs);
  return 'publicOutput' in proof
    ? { ...envelope, proof: { ...proof, publicInput, publicOutput: values.slice(inputs) } }
    : { ...envelope, proof: { ...proof, publicInput } };
}
