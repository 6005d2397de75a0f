/**
 * A list of chains -> the proofs to make, as data: links of the chains, a refresh of each chain, pairs of
 * refreshes, merges of what came before. A link that several chains have in common is proven once. Nothing is
 * proven here, and the same input with the same blinds gives the same plan, so that an aggregation continues
 * where it stopped.
 */
import type { Field } from 'o1js';
import type { Certificate } from '../asn1/index.ts';
import { AggregateClaim } from '../circuits/aggregate.ts';
import { ChainClaim, type Opening } from '../circuits/claims.ts';
import type { MerklePath } from '../circuits/gadgets/merkle.ts';
import { RefreshWitness } from '../circuits/refresh.program.ts';
import { ZkcxError } from '../errors.ts';
import { MODE } from '../params.ts';
import type { TrustAnchor } from '../pki/index.ts';
import { checkForProof, stepWitness } from '../prover/chain.ts';
import type { JsonProof, ProofEnvelope } from '../prover/envelope.ts';
import { pinnedKey } from '../prover/keys.ts';
import { pinnedKeyOf, publicValues } from '../prover/verify.ts';
import {
  aggregateClaims,
  type ChainClaimValues,
  mergeClaim,
  pairClaim,
} from '../witness/aggregate.ts';
import { chainStep } from '../witness/chain.ts';
import { refreshUnder } from '../witness/refresh.ts';
import { TrustSet } from '../witness/trust.ts';
import { digest, type AggregateJob, type JobInput, jobOf, type KeyOf } from './job.ts';
import type { Work } from './store.ts';

/** A chain to be proven, or a refresh of one, from whoever holds its opening. */
export type ChainToAggregate =
  { readonly certificates: readonly Certificate[] } | { readonly proof: ProofEnvelope };

export interface AggregateChainsInput {
  /** The accepted CIs; their root alone will do where no chain is to be proven. */
  readonly trust: readonly TrustAnchor[] | bigint;
  /** 1 to 2^AGGREGATE_HEIGHT; the order is that of the leaves. */
  readonly chains: readonly ChainToAggregate[];
  /** Unix seconds: for when chains are proven, and when no proof that is given may be over. */
  readonly at: bigint;
}

/** The blind of a link or a refresh, by a name for it and all that its claim says; random, and always the same. */
export type BlindOf = (link: string) => Field;

export interface PlannedMember {
  /** Id of its refresh. */
  readonly proof: string;
  /** `credentialLeaf`. */
  readonly leaf: Field;
  /** From the leaf to the root of the aggregate. */
  readonly path: MerklePath;
  /** Private; of chains that the plan proves. */
  readonly credential?: PlannedCredential;
}

export interface PlannedCredential {
  /** Id of its chain proof. */
  readonly chain: string;
  readonly opening: Opening;
  readonly certificates: readonly Certificate[];
  /** Blind of the refresh. */
  readonly published: Field;
}

export interface AggregatePlan extends Work {
  readonly trustRoot: bigint;
  readonly claim: AggregateClaim;
  /** Id of the job that proves the claim. */
  readonly root: string;
  readonly members: readonly PlannedMember[];
}

/** A proof that is planned or given, and what it claims. */
interface Proven<Claim> {
  readonly id: string;
  readonly claim: Claim;
}

const AGGREGATE_PROGRAMS = [
  'chain',
  'refresh',
  'aggregatePair',
  'aggregateMerge',
  'aggregate',
] as const;
type AggregateProgram = (typeof AGGREGATE_PROGRAMS)[number];

/** An aggregate on the way to the last one. */
interface AggregateStep extends Proven<AggregateClaim> {
  readonly program: Exclude<AggregateProgram, 'chain' | 'refresh'>;
}

interface Link extends Proven<ChainClaim> {
  /** For the book of blinds. */
  readonly name: string;
  readonly opening: Opening;
}

/**
 * Plan an aggregation. Chains are checked in plain TypeScript, proofs that are given by what they say only: they
 * have yet to be verified. Throws ERR_AGGREGATE_INPUT (certificates, but no CIs), ERR_AGGREGATE_*, and the
 * codes of `proveChain` before it proves, or of `verifyRefresh` about the form of a proof.
 */
export function planAggregate(
  { trust, chains, at }: AggregateChainsInput,
  blindOf: BlindOf,
): AggregatePlan {
  const planner = new Planner(trust, at, blindOf);
  const proven = chains.map((chain) => planner.chain(chain));
  const claims = proven.map(({ claim }) => claim);
  const { claim, leaves, paths } = aggregateClaims(claims, { at });
  const { trustRoot } = planner;
  if (claims[0]!.trustRoot !== trustRoot) {
    throw new ZkcxError(
      'ERR_AGGREGATE_TRUST_ROOT',
      'the proofs were made under another set of CIs than the one given',
    );
  }
  const root = planner.tree(proven);
  if (AggregateClaim.toFields(claim).join() !== AggregateClaim.toFields(root.claim).join()) {
    throw Error('the plan claims something else than its list of chains');
  }
  const members = proven.map(({ id, credential }, i) => ({
    proof: id,
    leaf: leaves[i]!,
    path: paths[i]!,
    credential,
  }));
  const { jobs, given } = planner;
  const wanted = [
    root.id,
    ...proven.flatMap(({ credential }) => (credential === undefined ? [] : [credential.chain])),
  ];
  return { trustRoot, claim, root: root.id, members, jobs, given, wanted };
}

class Planner {
  readonly jobs: AggregateJob[] = [];
  readonly given = new Map<string, JsonProof>();
  readonly trustRoot: bigint;
  private readonly anchors: readonly TrustAnchor[] | undefined;
  private readonly trust: TrustSet | undefined;
  private readonly at: bigint;
  private readonly blindOf: BlindOf;
  /** Links by name. */
  private readonly links = new Map<string, Link>();

  constructor(trust: AggregateChainsInput['trust'], at: bigint, blindOf: BlindOf) {
    const known = typeof trust === 'bigint' ? undefined : trust;
    this.anchors = known;
    this.trust = known && new TrustSet(known);
    this.trustRoot = this.trust?.root.toBigInt() ?? (trust as bigint);
    this.at = at;
    this.blindOf = blindOf;
  }

  chain(chain: ChainToAggregate): Proven<ChainClaimValues> & { credential?: PlannedCredential } {
    if ('proof' in chain) return this.givenRefresh(chain.proof);
    const { certificates } = chain;
    let last: Link | undefined;
    for (const index of certificates.keys()) last = this.link(certificates, index, last);
    if (last === undefined) throw new ZkcxError('ERR_CHAIN_LENGTH', 'a chain needs a certificate');
    return this.refreshed(last, certificates);
  }

  /**
   * Pairs, then merges level by level; the last one of an odd number waits for the level above. What comes
   * out is sealed.
   */
  tree(chains: readonly Proven<ChainClaimValues>[]): Proven<AggregateClaim> {
    let level = twoByTwo(chains).map(([left, right]) => this.pair(left, right));
    while (level.length > 1) {
      level = twoByTwo(level).map(([left, right]) =>
        right === undefined ? left : this.merge(left, right),
      );
    }
    return this.seal(level[0]!);
  }

  private givenRefresh(envelope: ProofEnvelope): Proven<ChainClaimValues> {
    pinnedKeyOf('refresh', envelope);
    const [, ...claim] = publicValues(envelope);
    const id = digest(envelope.proof);
    this.given.set(id, envelope.proof);
    return { id, claim: claimValues(claim) };
  }

  /**
   * A chain that is proven here, under the blind that is published. One refresh will do: two more proofs lie between
   * it and the aggregate, and nothing else leaves.
   */
  private refreshed(chain: Link, certificates: readonly Certificate[]) {
    const published = this.blindOf(digest([chain.name, 'published']));
    const { claim, witness } = refreshUnder(chain.claim, chain.opening, published);
    const fields = ChainClaim.toFields(claim);
    const id = this.add({
      program: 'refresh',
      method: 'ofChain',
      inputs: [{ proof: chain.id }, crossing(RefreshWitness.toJSON(witness))],
      claim: fields,
    });
    return {
      id,
      claim: claimValues(fields.map((field) => field.toBigInt())),
      credential: { chain: chain.id, opening: chain.opening, certificates, published },
    };
  }

  /**
   * A link with the widest canonical window that it and those before it have: the chains below it differ
   * in theirs, and each lies within this one.
   */
  private link(certificates: readonly Certificate[], index: number, earlier?: Link): Link {
    const { anchors, trust } = this;
    if (anchors === undefined || trust === undefined) {
      throw new ZkcxError(
        'ERR_AGGREGATE_INPUT',
        'to prove a chain, give the accepted CIs themselves',
      );
    }
    const path = certificates.slice(0, index + 1);
    const ders = path.map(({ der }) => Buffer.from(der).toString('base64'));
    const here = digest(ders);
    const known = this.links.get(here);
    if (known !== undefined) return known;
    const { chain, window } = checkForProof(anchors, path, this.at);
    const name = digest([String(this.trustRoot), String(window.from), String(window.until), ders]);
    const step = chainStep(chain, index, {
      trust,
      window,
      blind: this.blindOf(name),
      earlier: earlier?.opening,
    });
    const id = this.add({
      program: 'chain',
      method: step.method,
      inputs: [
        ...(earlier === undefined ? [] : [{ proof: earlier.id }]),
        crossing(stepWitness(step)),
      ],
      claim: ChainClaim.toFields(step.claim),
    });
    const link = { id, name, claim: step.claim, opening: step.opening };
    this.links.set(here, link);
    return link;
  }

  /** Without a right one the left one is given in its place, and not counted again. */
  private pair(
    left: Proven<ChainClaimValues>,
    right: Proven<ChainClaimValues> | undefined,
  ): AggregateStep {
    const claim = pairClaim(left.claim, right?.claim);
    const inputs = [
      { proof: left.id },
      { proof: (right ?? left).id },
      { value: right !== undefined },
    ];
    return this.aggregated('aggregatePair', 'prove', inputs, claim);
  }

  private merge(left: AggregateStep, right: AggregateStep): AggregateStep {
    const claim = mergeClaim(left.claim, right.claim);
    const inputs = [{ proof: left.id }, { proof: right.id }];
    return this.aggregated('aggregateMerge', mergeMethod(left, right), inputs, claim);
  }

  private seal({ id, claim, program }: AggregateStep): AggregateStep {
    const method = program === 'aggregatePair' ? 'ofPair' : 'ofMerge';
    return this.aggregated('aggregate', method, [{ proof: id }], claim);
  }

  private aggregated(
    program: AggregateStep['program'],
    method: string,
    inputs: AggregateJob['inputs'],
    claim: AggregateClaim,
  ): AggregateStep {
    const fields = AggregateClaim.toFields(claim);
    return { id: this.add({ program, method, inputs, claim: fields }), claim, program };
  }

  private add(job: {
    readonly program: AggregateProgram;
    readonly method: string;
    readonly inputs: AggregateJob['inputs'];
    readonly claim: readonly Field[];
  }): string {
    const { program, method, inputs, claim } = job;
    const publicInput = String(MODE[program]);
    const made = jobOf(
      { program, method, publicInput, inputs, publicOutput: claim.map(String) },
      pinnedFor,
    );
    this.jobs.push(made);
    return made.id;
  }
}

/** Of a merge, by what is merged: a pair stands on the left only of another pair. */
function mergeMethod(left: AggregateStep, right: AggregateStep): string {
  if (left.program === 'aggregatePair') return 'pairs';
  return right.program === 'aggregatePair' ? 'append' : 'merge';
}

/** Keys of the programs that a plan uses, of no other. */
export const pinnedFor: KeyOf = (program) => {
  const known = AGGREGATE_PROGRAMS.find((name) => name === program);
  if (known === undefined) throw Error(`${program} is not used in an aggregation`);
  return pinnedKey(known);
};

function claimValues(claim: readonly bigint[]): ChainClaimValues {
  const [trustRoot, validFrom, validUntil, commitment] = claim as [bigint, bigint, bigint, bigint];
  return { trustRoot, validFrom, validUntil, commitment };
}

function twoByTwo<T>(items: readonly T[]): [T, T | undefined][] {
  return Array.from({ length: Math.ceil(items.length / 2) }, (_, i) => [
    items[2 * i]!,
    items[2 * i + 1],
  ]);
}

/** As it crosses to another process. */
function crossing(value: unknown): JobInput {
  return { value: JSON.parse(JSON.stringify(value)) };
}
