/** Presentations with planned public values and proofs in form only: right up to the proofs. */
import { Field } from 'o1js';
import {
  CertifiedClaim,
  CertifyRequest,
  MessageRequest,
  PossessionRequest,
  PresentationClaim,
  PresentationRequest,
} from '../../src/circuits/session.ts';
import type { ProofEnvelope } from '../../src/prover/envelope.ts';
import { type AnswerPlan, planAnswer } from '../../src/session/answer.ts';
import type { CertifiedBundle, PresentationBundle } from '../../src/session/envelopes.ts';
import { checkRequest } from '../../src/session/holder.ts';
import { CLIENT_OFFER } from '../../src/session/offers.ts';
import { writeOpenings } from '../../src/session/openings.ts';
import type { planCertify } from '../../src/session/statements.ts';
import { unproven } from '../support/envelope.ts';
import { ANCHORS, credentialOf, PEER, POLICY, sign } from './world.ts';

const credential = credentialOf();

/** A holder's plan for a request, with consent to everything. */
export async function planFor(serverOffer: Uint8Array, hidden?: Uint8Array): Promise<AnswerPlan> {
  const request = { peer: PEER, clientOffer: CLIENT_OFFER, serverOffer, credential };
  const accepted = await checkRequest(request, { ...POLICY, consent: () => true });
  return planAnswer({ accepted, credential, anchors: ANCHORS, sign, hidden });
}

export function bundleOf({
  presentation,
  message,
  hidden,
  accepted,
}: AnswerPlan): PresentationBundle {
  const { request, claim, openings } = presentation.plan;
  return {
    format: 'zkcx-presentation',
    version: 1,
    presentation: unproven(
      presentation.program,
      PresentationRequest.toFields(request),
      PresentationClaim.toFields(claim),
    ),
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
            proof: unproven(message.program, MessageRequest.toFields(message.request), []),
          },
    openings: writeOpenings(accepted.request.disclosures, openings),
  };
}

export function certifiedOf({ request, claim }: ReturnType<typeof planCertify>): CertifiedBundle {
  const [input, output] = [CertifyRequest.toFields(request), CertifiedClaim.toFields(claim)];
  return { format: 'zkcx-certified', version: 1, proof: unproven('certify', input, output) };
}

export const possessionOf = (request: PossessionRequest): ProofEnvelope =>
  unproven('possession', PossessionRequest.toFields(request), []);

/** A proof envelope with one public value changed: of the input first, then of the output. */
export function withValue(envelope: ProofEnvelope, index: number, value: bigint): ProofEnvelope {
  const { publicInput, publicOutput } = envelope.proof;
  const values = [...publicInput, ...publicOutput];
  values[index] = String(Field(value));
  const proof = {
    ...envelope.proof,
    publicInput: values.slice(0, publicInput.length),
    publicOutput: values.slice(publicInput.length),
  };
  return { ...envelope, proof };
}
