/** Every proof that the device makes or verifies, behind a few functions: the rest of it plans and checks. */
import { checked } from '../../../arguments.ts';
import type { TrustAnchor } from '../../../pki/index.ts';
import { prover as proverForm } from '../../../prover/arguments.ts';
import { proveChain } from '../../../prover/chain.ts';
import type { Credential } from '../../../prover/credential.ts';
import type { PlainEnvelope } from '../../../prover/envelope.ts';
import { provePossession } from '../../../prover/present.ts';
import type { JobOptions, Prover } from '../../../prover/prover.ts';
import { verifyCertified } from '../../../session/certified.ts';
import type { CredentialPools } from '../../../session/pools.ts';
import type { ProvableTerms } from '../../../session/holder.ts';
import { obtainPresentation, prepareAhead, type Presented } from '../../../session/presenter.ts';
import { rememberedProofs } from '../../../session/remembered-proofs.ts';
import { renewCredential } from '../../../session/renewal.ts';
import type { PossessionPlan } from '../../../witness/possession.ts';
import * as argument from './arguments.ts';

type ChainInput = Parameters<typeof proveChain>[0];
type RenewalInput = Parameters<typeof renewCredential>[1];

/** What a presentation is wanted of and for. */
export interface PresentationWanted {
  readonly accepted: ProvableTerms;
  readonly credential: Credential;
  /** CIs, among them the one that the credential's chain starts from. */
  readonly anchors: readonly TrustAnchor[];
  /** What was made ahead; left out: everything is made on the spot. */
  readonly pools?: CredentialPools;
}

export type PresentationAhead = PresentationWanted & { readonly pools: CredentialPools };

export interface DeviceProofs {
  /** A new credential; two proofs for an eUICC. Here and below `signal` ends the work at once. */
  chain(input: ChainInput, signal?: AbortSignal): Promise<Credential>;
  /** The same certificates for the window of now. */
  renewed(credential: Credential, input: RenewalInput, signal?: AbortSignal): Promise<Credential>;
  /** One that no session has used and none will use again: prepared before, or made now. */
  presentation(wanted: PresentationWanted, signal?: AbortSignal): Promise<Presented>;
  /** Have one ready in the pools. */
  ahead(wanted: PresentationAhead, signal?: AbortSignal): Promise<unknown>;
  possession(plan: PossessionPlan, signal?: AbortSignal): Promise<PlainEnvelope>;
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
    presentation: (wanted, signal) => obtainPresentation(wanted, prover, { ...options, signal }),
    ahead: (wanted, signal) => prepareAhead(wanted, prover, { ...options, signal }),
    possession: (plan, signal) => provePossession(plan, prover, { ...options, signal }),
    verifyCertified: (envelope, expectation) =>
      verifyCertified(envelope, { assertProof, ...expectation }),
  };
}
