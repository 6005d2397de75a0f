/** Every proof that the device makes or verifies, behind a few functions: the rest of it plans and checks. */
import { checked } from '../../../arguments.ts';
import { prover as proverForm } from '../../../prover/arguments.ts';
import { proveChain } from '../../../prover/chain.ts';
import type { Credential } from '../../../prover/credential.ts';
import type { ProofEnvelope } from '../../../prover/envelope.ts';
import { provePossession } from '../../../prover/present.ts';
import type { JobOptions, Prover } from '../../../prover/prover.ts';
import { type AnswerPlan, proveAnswer } from '../../../session/answer.ts';
import { verifyCertified } from '../../../session/certified.ts';
import type { PresentationBundle } from '../../../session/envelopes.ts';
import { rememberedProofs } from '../../../session/remembered-proofs.ts';
import { renewCredential } from '../../../session/renewal.ts';
import type { planPossession } from '../../../session/statements.ts';

import * as argument from '../arguments.ts';

type ChainInput = Parameters<typeof proveChain>[0];
type RenewalInput = Parameters<typeof renewCredential>[1];

export interface DeviceProofs {
  /** A new credential; two proofs for an eUICC. Here and below `signal` ends the work at once. */
  chain(input: ChainInput, signal?: AbortSignal): Promise<Credential>;
  /** The same certificates for the window of now. */
  renewed(credential: Credential, input: RenewalInput, signal?: AbortSignal): Promise<Credential>;
  /** One presentation, and a proof about its message. */
  answer(plan: AnswerPlan, signal?: AbortSignal): Promise<PresentationBundle>;
  possession(plan: Awaited<ReturnType<typeof planPossession>>): Promise<ProofEnvelope>;
  /** A statement that was verified before costs no time again. */
  readonly verifyCertified: typeof verifyCertified;
}

/**
 * The functions on a proving process, which is the caller's to close. While it proves, this process goes
 * on: cards and servers are kept waiting, but not cut off.
 *
 * @param options `onEvent` sees compiling and proving with their times
 */
export function deviceProofs(
  prover: Prover,
  options: Pick<JobOptions, 'onEvent'> = {},
): DeviceProofs {
  checked(prover, proverForm, 'the prover of deviceProofs');
  checked(options, argument.deviceProofsOptions, 'the options of deviceProofs');
  const assertProof = rememberedProofs();
  return {
    chain: (input, signal) => proveChain(input, { ...options, prover, signal }),
    renewed: (credential, input, signal) =>
      renewCredential(credential, input, { ...options, prover, signal }),
    answer: (plan, signal) => proveAnswer(plan, prover, { ...options, signal }),
    possession: (plan) => provePossession(plan, prover, options),
    verifyCertified: (envelope, expectation) =>
      verifyCertified(envelope, { assertProof, ...expectation }),
  };
}
