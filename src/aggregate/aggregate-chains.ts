/** Chains -> one aggregate: plan, prove here or over Redis, verify what came out. */
import { z } from 'zod';
import { callback, checked, field, path, time } from '../arguments.ts';
import { AGGREGATE_HEIGHT } from '../params.ts';
import * as pki from '../pki/arguments.ts';
import { proveOptions } from '../prover/arguments.ts';
import { join } from 'node:path';
import type { Credential } from '../prover/credential.ts';
import type { JsonProof, ProofEnvelope } from '../prover/envelope.ts';
import { makeFolder } from '../files.ts';
import type { AggregateMember } from '../prover/member.ts';
import { type JobOptions, Prover, type ProverOptions } from '../prover/prover.ts';
import { verifyAggregate } from '../prover/verify-aggregate.ts';
import { isValid } from '../prover/guard.ts';
import { verifyRefresh } from '../prover/verify.ts';
import { type RandomBytes, systemRandom } from '../random.ts';
import { BlindBook } from './blinds.ts';
import {
  type AggregateChainsInput,
  type AggregatePlan,
  pinnedFor,
  planAggregate,
  type PlannedCredential,
} from './plan.ts';
import type { AggregateProgress } from './progress.ts';
import { runQueued } from './queue.ts';
import { runJobs } from './run.ts';
import { ProofStore } from './store.ts';

export interface AggregateOptions extends JobOptions, ProverOptions {
  /**
   * Folder, made where it is missing, for blinds and finished proofs. Called again with the same chains,
   * the work goes on; chains that are added later reuse what they have in common. Private, and for one
   * aggregation at a time.
   */
  readonly work: string;
  /** URL of a Redis whose workers (`startWorker`) do the proving, instead of a process of this one. */
  readonly redis?: string;
  /** Called at the start and after each proof. */
  readonly onProgress?: (progress: AggregateProgress) => void;
  /** A prover to use and leave running; else one is started and ended with these options. */
  readonly prover?: Prover;
  /** Default: of the operating system. */
  readonly random?: RandomBytes;
}

/** One chain of the list, in its order. */
export interface AggregatedChain {
  readonly member: AggregateMember;
  /** Of chains that were proven here: with its private opening. */
  readonly credential?: Credential;
}

export interface AggregateResult {
  readonly aggregate: ProofEnvelope;
  readonly chains: readonly AggregatedChain[];
}

const chainsInput = z.strictObject({
  trust: z.union([field, pki.anchors]),
  chains: z
    .array(
      z.union([
        z.strictObject({ certificates: pki.certificates }),
        z.strictObject({ proof: z.looseObject({}) }),
      ]),
    )
    .max(2 ** AGGREGATE_HEIGHT),
  at: time,
});

const aggregateOptions = z.looseObject({
  ...proveOptions.shape,
  work: path,
  redis: z.string().optional(),
  onProgress: callback.optional(),
  random: callback.optional(),
});

/**
 * Aggregate chains into one proof. It takes one proof for each link that the chains do not share, one to refresh each
 * chain, and about one for each to aggregate them. Whatever can be refused without proving is refused first: the codes of
 * `planAggregate`, those of `verifyRefresh` for proofs that are given. Then the ERR_PROVER_* codes, and over Redis ERR_AGGREGATE_*.
 */
export async function aggregateChains(
  input: AggregateChainsInput,
  options: AggregateOptions,
): Promise<AggregateResult> {
  checked(input, chainsInput, 'aggregateChains');
  checked(options, aggregateOptions, 'the options of aggregateChains');
  const { work, random = systemRandom, redis } = options;
  await makeFolder(work);
  const blinds = await BlindBook.open(work, random);
  const plan = planAggregate(input, (link) => blinds.of(link));
  const given = input.chains.filter((chain) => 'proof' in chain);
  // all wait together, to be verified in batches
  await Promise.all(
    given.map(({ proof }) => verifyRefresh(proof, { trustRoot: plan.trustRoot, at: input.at })),
  );
  await blinds.save();
  const store = await ProofStore.open(join(work, 'proofs'), (program, proof) =>
    isValid(proof, pinnedFor(program)),
  );
  const { signal, onProgress } = options;
  const proofs =
    redis === undefined
      ? await runHere(plan, store, options)
      : await runQueued(plan, { redis, store, keyOf: pinnedFor, work, signal, onProgress });
  const aggregate = envelopeOf('aggregate', proofs.get(plan.root)!);
  // nothing leaves that this package would not accept itself
  await verifyAggregate(aggregate, { trustRoot: plan.trustRoot, at: input.at });
  return { aggregate, chains: chainsOf(plan, proofs) };
}

async function runHere(plan: AggregatePlan, store: ProofStore, options: AggregateOptions) {
  const prover = options.prover ?? new Prover(options);
  try {
    return await runJobs(plan, { ...options, prover, store });
  } finally {
    if (options.prover === undefined) prover.close();
  }
}

function chainsOf(plan: AggregatePlan, proofs: ReadonlyMap<string, JsonProof>): AggregatedChain[] {
  return plan.members.map(({ leaf, path, credential }, place) => ({
    member: { leaf, place, path, root: plan.claim.root },
    credential: credential && credentialOf(credential, proofs),
  }));
}

function credentialOf(
  { chain, ...planned }: PlannedCredential,
  proofs: ReadonlyMap<string, JsonProof>,
): Credential {
  return { proof: envelopeOf('chain', proofs.get(chain)!), ...planned };
}

function envelopeOf(program: 'chain' | 'aggregate', proof: JsonProof): ProofEnvelope {
  return {
    format: 'zkcx-proof',
    version: 1,
    program,
    verificationKeyHash: pinnedFor(program).hash,
    proof,
  };
}
