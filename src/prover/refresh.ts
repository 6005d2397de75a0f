/** Credential -> refresh: the same claim under a fresh blind, proven. */
import { callback, checked } from '../arguments.ts';
import { ChainClaim, type Opening } from '../circuits/claims.ts';
import { RefreshWitness } from '../circuits/refresh.program.ts';
import { Field } from 'o1js';
import { MODE } from '../params.ts';
import { type RandomBytes, systemRandom } from '../random.ts';
import { refreshWitness } from '../witness/refresh.ts';
import * as form from './arguments.ts';
import { checkEnvelope, type ProofEnvelope } from './envelope.ts';
import { proveAsPlanned } from './present.ts';
import type { JobOptions, Prover } from './prover.ts';
import { pinnedKeyOf, publicValues } from './verify.ts';

/** A proof of `chain` or `refresh` with the opening of its commitment. The opening is private. */
export interface Openable {
  readonly proof: ProofEnvelope;
  readonly opening: Opening;
}

/**
 * Refresh a credential, or a refresh. A refresh is used for one proof that leaves the device, and never
 * again: two proofs over one refresh show that they are of one credential.
 *
 * @throws ERR_PROOF_PROGRAM, ERR_PROOF_KEY, ERR_PROOF_FORMAT for a proof of another kind; ERR_PROVER_*
 */
export async function proveRefresh(
  { proof, opening }: Openable,
  prover: Prover,
  { random = systemRandom, ...options }: JobOptions & { readonly random?: RandomBytes } = {},
): Promise<Openable> {
  const envelope = checkEnvelope(proof);
  checked(opening, form.opening, 'the opening of proveRefresh');
  checked(prover, form.prover, 'the prover of proveRefresh');
  checked(random, callback, 'the random of proveRefresh');
  checked(options, form.jobOptions, 'the options of proveRefresh');
  const method = envelope.program === 'refresh' ? 'ofRefresh' : 'ofChain';
  pinnedKeyOf(method === 'ofRefresh' ? 'refresh' : 'chain', envelope);
  const [, ...values] = publicValues(envelope).map((value) => Field(value));
  const claim = ChainClaim.fromFields(values) as ChainClaim;
  const plan = refreshWitness(claim, opening, random);
  const refreshed = await proveAsPlanned(prover, options, {
    program: 'refresh',
    method,
    publicInput: Field(MODE.refresh).toJSON(),
    privateInputs: [envelope.proof, RefreshWitness.toJSON(plan.witness)],
    values: [Field(MODE.refresh), ...ChainClaim.toFields(plan.claim)],
  });
  return { proof: refreshed, opening: plan.opening };
}
