/** Certificates -> credential: check, plan, prove each link, verify what came out. */
import { checked } from '../arguments.ts';
import * as argument from './arguments.ts';
import type { Certificate } from '../asn1/index.ts';
import { AnchorWitness, ExtendWitness } from '../circuits/chain.program.ts';
import { ChainClaim } from '../circuits/claims.ts';
import { ZkcxError } from '../errors.ts';
import { MODE } from '../params.ts';
import {
  canonicalWindow,
  type CheckedChain,
  checkChain,
  checkProfile,
  type TrustAnchor,
} from '../pki/index.ts';
import { systemRandom } from '../random.ts';
import { systemClock } from '../time.ts';
import { type ChainStep, chainSteps } from '../witness/chain.ts';
import { TrustSet } from '../witness/trust.ts';
import { anchorOf } from './anchors.ts';
import type { Credential } from './credential.ts';
import type { JsonProof, ProofEnvelope } from './envelope.ts';
import { pinnedKey } from './keys.ts';
import { type JobOptions, Prover, type ProverOptions } from './prover.ts';
import { verifyChain } from './verify.ts';

export interface ChainInput {
  /** The accepted CIs. The proof shows that the chain starts at one of them, not at which. */
  readonly anchors: readonly TrustAnchor[];
  /** Below the CI, issuer first, 1 to MAX_LINKS. */
  readonly certificates: readonly Certificate[];
  /** Unix seconds for which the chain is proven; decides the window too. Default: now. */
  readonly at?: bigint;
}

export interface ProveChainOptions extends JobOptions, ProverOptions {
  /** A prover to use and leave running; else one is started and ended with these options. */
  readonly prover?: Prover;
}

/**
 * Prove a chain, one proof a certificate; a minute or two each. Before any proving it is
 * checked in plain TypeScript: throws the ERR_CHAIN_*, ERR_PROFILE_* and ERR_TRUST_* codes of those
 * checks, then the ERR_PROVER_* codes.
 *
 * The credential's `proof` may be shown to anyone, its `opening` to nobody.
 */
export async function proveChain(
  input: ChainInput,
  options: ProveChainOptions = {},
): Promise<Credential> {
  checked(input, argument.chainInput, 'proveChain');
  checked(options, argument.proveOptions, 'the options of proveChain');
  const { anchors, certificates, at = systemClock() } = input;
  const trust = new TrustSet(anchors);
  const { chain, window } = checkForProof(anchors, certificates, at);
  const steps = chainSteps(chain, { trust, window, random: systemRandom });
  const prover = options.prover ?? new Prover(options);
  try {
    const proof = await proveSteps(steps, prover, options);
    const envelope: ProofEnvelope = {
      format: 'zkcx-proof',
      version: 1,
      program: 'chain',
      verificationKeyHash: pinnedKey('chain').hash,
      proof,
    };
    // nothing leaves that this package would not accept itself
    await verifyChain(envelope, { trustRoot: trust.root.toBigInt(), at: window.from });
    return { proof: envelope, opening: steps.at(-1)!.opening, certificates };
  } finally {
    if (options.prover === undefined) prover.close();
  }
}

/** The chain under its CI and the window that its proof will show. Everything short of proving. */
export function checkForProof(
  anchors: readonly TrustAnchor[],
  certificates: readonly Certificate[],
  at: bigint,
): { chain: CheckedChain; window: { from: bigint; until: bigint } } {
  const anchor = anchorOf(anchors, certificates);
  const { window: validity } = checkChain({ anchor, certificates, at });
  certificates.forEach(checkProfile);
  const window = canonicalWindow({ window: validity }, at);
  return { chain: checkChain({ anchor, certificates, at, window }), window };
}

/** One proof after the other; the last one. Each must claim what was planned. */
export async function proveSteps(
  steps: readonly ChainStep[],
  prover: Prover,
  options: JobOptions,
): Promise<JsonProof> {
  let proof: JsonProof | undefined;
  for (const step of steps) {
    const witness = stepWitness(step);
    proof = await prover.prove(
      {
        program: 'chain',
        method: step.method,
        publicInput: String(MODE.chain),
        privateInputs: step.method === 'anchor' ? [witness] : [proof, witness],
      },
      options,
    );
    const claimed = ChainClaim.toFields(step.claim).map(String);
    if (claimed.some((field, i) => field !== proof?.publicOutput[i])) {
      throw new ZkcxError('ERR_PROVER_FAILED', 'the proof claims something else than was planned');
    }
  }
  if (proof === undefined) throw new ZkcxError('ERR_CHAIN_LENGTH', 'a chain needs a certificate');
  return proof;
}

/** The witness of a step as it crosses to the prover. */
export function stepWitness(step: ChainStep): unknown {
  return step.method === 'anchor'
    ? AnchorWitness.toJSON(step.witness)
    : ExtendWitness.toJSON(step.witness);
}
