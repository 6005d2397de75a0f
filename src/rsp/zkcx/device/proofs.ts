/** Every proof that the device makes or verifies, behind a few functions: the rest of it plans and checks. */
import { proveChain } from '../../../prover/chain.ts';
import type { Credential } from '../../../prover/credential.ts';
import type { ProofEnvelope } from '../../../prover/envelope.ts';
import { provePossession } from '../../../prover/present.ts';
import type { JobOptions, Prover } from '../../../prover/prover.ts';
import { type AnswerPlan, proveAnswer } from '../../../session/answer.ts';
import { verifyCertified } from '../../../session/certified.ts';
import type { PresentationBundle } from '../../../session/envelopes.ts';
import { renewCredential } from '../../../session/renewal.ts';
import type { planPossession } from '../../../session/statements.ts';

type ChainInput = Parameters<typeof proveChain>[0];
type RenewalInput = Parameters<typeof renewCredential>[1];

export interface DeviceProofs {
  /** A new credential; two proofs for an eUICC. */
  chain(input: ChainInput): Promise<Credential>;
  /** The same certificates for the window of now. */
  renewed(credential: Credential, input: RenewalInput): Promise<Credential>;
  /** One presentation, and a proof about its message. */
  answer(plan: AnswerPlan): Promise<PresentationBundle>;
  possession(plan: Awaited<ReturnType<typeof planPossession>>): Promise<ProofEnvelope>;
  readonly verifyCertified: typeof verifyCertified;
}

/**
 * The functions on a proving process, which is the caller's to close. While it proves, this process goes
 * on: cards and servers are kept waiting, but not cut off.
 *
 * @param options `onEvent` sees compiling and proving with their times, `signal` ends the work at once
 */
export function deviceProofs(prover: Prover, options: JobOptions = {}): DeviceProofs {
  return {
    chain: (input) => proveChain(input, { ...options, prover }),
    renewed: (credential, input) => renewCredential(credential, input, { ...options, prover }),
    answer: (plan) => proveAnswer(plan, prover, options),
    possession: (plan) => provePossession(plan, prover, options),
    verifyCertified,
  };
}
