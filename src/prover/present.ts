/** Plans of session proofs -> envelopes. Each proof must claim what was planned, field by field. */
import type { Field } from 'o1js';
import { CredentialWitness } from '../circuits/credential.ts';
import { MESSAGE_WITNESS } from '../circuits/message.program.ts';
import { PossessionWitness } from '../circuits/possession.program.ts';
import { PresentationWitness } from '../circuits/presentation.ts';
import { RegistryPath } from '../circuits/registry-presentation.program.ts';
import {
  CertifiedClaim,
  CertifyRequest,
  MessageRequest,
  PossessionRequest,
  PresentationClaim,
  PresentationRequest,
} from '../circuits/session.ts';
import { ZkcxError } from '../errors.ts';
import type { MessageProofInput } from '../witness/message-witness.ts';
import type {
  CertifyPlan,
  PresentationPlan,
  RegistryPresentationPlan,
} from '../witness/presentation.ts';
import type { ProofEnvelope } from './envelope.ts';
import { pinnedKey } from './keys.ts';
import type { ProgramName } from './programs.ts';
import type { JobOptions, Prover } from './prover.ts';

/** Prove a presentation of the credential whose chain proof this is. */
export function provePresentation(
  plan: PresentationPlan,
  chainProof: ProofEnvelope,
  prover: Prover,
  options: JobOptions = {},
): Promise<ProofEnvelope> {
  const { request, claim, witness } = plan;
  return prove(prover, options, {
    program: 'presentation',
    publicInput: PresentationRequest.toJSON(request),
    privateInputs: [chainProof.proof, PresentationWitness.toJSON(witness)],
    values: [...PresentationRequest.toFields(request), ...PresentationClaim.toFields(claim)],
  });
}

/** The same from the registry, without a chain proof. */
export function proveRegistryPresentation(
  plan: RegistryPresentationPlan,
  prover: Prover,
  options: JobOptions = {},
): Promise<ProofEnvelope> {
  const { request, claim, witness, path } = plan;
  return prove(prover, options, {
    program: 'registryPresentation',
    publicInput: PresentationRequest.toJSON(request),
    privateInputs: [RegistryPath.toJSON(path), PresentationWitness.toJSON(witness)],
    values: [...PresentationRequest.toFields(request), ...PresentationClaim.toFields(claim)],
  });
}

/** Prove how the signed message begins, in the program that its length asks for. */
export function proveMessage(
  { program, request, witness }: MessageProofInput,
  prover: Prover,
  options: JobOptions = {},
): Promise<ProofEnvelope> {
  return prove(prover, options, {
    program,
    publicInput: MessageRequest.toJSON(request),
    privateInputs: [MESSAGE_WITNESS[program].toJSON(witness)],
    values: MessageRequest.toFields(request),
  });
}

/** Prove that the key of a session signed one more message. */
export function provePossession(
  {
    request,
    witness,
  }: { readonly request: PossessionRequest; readonly witness: PossessionWitness },
  prover: Prover,
  options: JobOptions = {},
): Promise<ProofEnvelope> {
  return prove(prover, options, {
    program: 'possession',
    publicInput: PossessionRequest.toJSON(request),
    privateInputs: [PossessionWitness.toJSON(witness)],
    values: PossessionRequest.toFields(request),
  });
}

/** Prove the static statement of a credential whose chain proof this is. */
export function proveCertify(
  { request, claim, witness }: CertifyPlan,
  chainProof: ProofEnvelope,
  prover: Prover,
  options: JobOptions = {},
): Promise<ProofEnvelope> {
  return prove(prover, options, {
    program: 'certify',
    publicInput: CertifyRequest.toJSON(request),
    privateInputs: [chainProof.proof, CredentialWitness.toJSON(witness)],
    values: [...CertifyRequest.toFields(request), ...CertifiedClaim.toFields(claim)],
  });
}

async function prove(
  prover: Prover,
  options: JobOptions,
  job: {
    readonly program: ProgramName;
    readonly publicInput: unknown;
    readonly privateInputs: readonly unknown[];
    /** Public input, then public output, as planned. */
    readonly values: readonly Field[];
  },
): Promise<ProofEnvelope> {
  const { program, publicInput, privateInputs, values } = job;
  const proof = await prover.prove(
    { program, method: 'prove', publicInput, privateInputs },
    options,
  );
  const claimed = [...proof.publicInput, ...proof.publicOutput];
  if (claimed.length !== values.length || values.some((value, i) => String(value) !== claimed[i])) {
    throw new ZkcxError('ERR_PROVER_FAILED', 'the proof claims something else than was planned');
  }
  return {
    format: 'zkcx-proof',
    version: 1,
    program,
    verificationKeyHash: pinnedKey(program).hash,
    proof,
  };
}
