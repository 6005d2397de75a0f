/** Plans of session proofs -> envelopes. Each proof must claim what was planned, field by field. */
import type { Field } from 'o1js';
import { CredentialWitness } from '../circuits/credential.ts';
import { PossessionWitness } from '../circuits/possession.ts';
import { PresentationWitness } from '../circuits/presentation.ts';
import { PublishedPresentation, RegistryPath } from '../circuits/registry-presentation.plain.ts';
import {
  CertifiedClaim,
  CertifyRequest,
  PossessionRequest,
  PresentationClaim,
  PresentationRequest,
} from '../circuits/session.ts';
import { ZkcxError } from '../errors.ts';
import type { PossessionPlan } from '../witness/possession.ts';
import type {
  CertifyPlan,
  PresentationPlan,
  RegistryPresentationPlan,
} from '../witness/presentation.ts';
import type { PlainEnvelope, ProofEnvelope } from './envelope.ts';
import { pinnedKey } from './keys.ts';
import type { PlainName, ProgramName } from './program-shapes.ts';
import type { JobOptions, Prover } from './prover.ts';

/**
 * Prove a presentation of a refreshed credential.
 *
 * @param refreshProof made for this presentation alone; the plan is of its opening
 */
export function provePresentation(
  plan: PresentationPlan,
  refreshProof: ProofEnvelope,
  prover: Prover,
  options: JobOptions = {},
): Promise<ProofEnvelope> {
  const { request, claim, witness } = plan;
  return proveAsPlanned(prover, options, {
    program: 'presentation',
    publicInput: PresentationRequest.toJSON(request),
    privateInputs: [refreshProof.proof, PresentationWitness.toJSON(witness)],
    values: [...PresentationRequest.toFields(request), ...PresentationClaim.toFields(claim)],
  });
}

/** The same from the registry, without a proof inside. */
export function proveRegistryPresentation(
  plan: RegistryPresentationPlan,
  prover: Prover,
  options: JobOptions = {},
): Promise<PlainEnvelope> {
  const { request, claim, witness, path } = plan;
  return provePlainAsPlanned(prover, options, {
    program: 'registryPresentation',
    publicInput: PublishedPresentation.toJSON({ request, claim }),
    privateInputs: [RegistryPath.toJSON(path), PresentationWitness.toJSON(witness)],
    values: [...PresentationRequest.toFields(request), ...PresentationClaim.toFields(claim)],
  });
}

/** Prove that the key of a presentation signed the message of a session. */
export function provePossession(
  { request, witness }: PossessionPlan,
  prover: Prover,
  options: JobOptions = {},
): Promise<PlainEnvelope> {
  return provePlainAsPlanned(prover, options, {
    program: 'sessionPossession',
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
  return proveAsPlanned(prover, options, {
    program: 'certify',
    publicInput: CertifyRequest.toJSON(request),
    privateInputs: [chainProof.proof, CredentialWitness.toJSON(witness)],
    values: [...CertifyRequest.toFields(request), ...CertifiedClaim.toFields(claim)],
  });
}

interface PlannedJob<Name extends string> {
  readonly program: Name;
  /** Default: prove. */
  readonly method?: string;
  readonly publicInput: unknown;
  readonly privateInputs: readonly unknown[];
  /** Public input, then public output, as planned. */
  readonly values: readonly Field[];
}

/** A proof in its envelope. Throws ERR_PROVER_FAILED when it claims something else than was planned. */
export async function proveAsPlanned(
  prover: Prover,
  options: JobOptions,
  { program, values, ...job }: PlannedJob<ProgramName>,
): Promise<ProofEnvelope> {
  const proof = await prover.prove({ method: 'prove', ...job, program }, options);
  assertPlanned([...proof.publicInput, ...proof.publicOutput], values);
  const verificationKeyHash = pinnedKey(program).hash;
  return { format: 'zkcx-proof', version: 1, program, verificationKeyHash, proof };
}

/** The same of a plain program. */
async function provePlainAsPlanned(
  prover: Prover,
  options: JobOptions,
  { program, values, ...job }: PlannedJob<PlainName>,
): Promise<PlainEnvelope> {
  const proof = await prover.prove({ method: 'prove', ...job, program }, options);
  assertPlanned(proof.publicInput, values);
  const verificationKeyHash = pinnedKey(program).hash;
  return { format: 'zkcx-proof', version: 2, program, verificationKeyHash, proof };
}

function assertPlanned(claimed: readonly string[], values: readonly Field[]): void {
  if (claimed.length !== values.length || values.some((value, i) => String(value) !== claimed[i])) {
    throw new ZkcxError('ERR_PROVER_FAILED', 'the proof claims something else than was planned');
  }
}
