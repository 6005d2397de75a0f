/**
 * Aggregates in plain TypeScript: what a list of chain claims comes to, where each member stands, and
 * what the proofs on the way claim. What the circuits would refuse is refused here, before anything is
 * proven.
 */
import { Field } from 'o1js';
import { AggregateClaim } from '../circuits/aggregate.ts';
import { emptyRoot, type MerklePath } from '../circuits/gadgets/merkle.ts';
import { domainHash } from '../circuits/hash.ts';
import { credentialLeaf } from '../circuits/session.ts';
import { ZkcxError } from '../errors.ts';
import { AGGREGATE_HEIGHT } from '../params.ts';
import { MerkleTree } from './merkle-tree.ts';

/** What a refresh claims: `ChainClaim` in numbers, as `verifyRefresh` returns it. */
export interface ChainClaimValues {
  readonly trustRoot: bigint;
  /** Unix seconds; valid in all of [validFrom, validUntil]. */
  readonly validFrom: bigint;
  readonly validUntil: bigint;
  readonly commitment: bigint;
}

export interface AggregatedClaims {
  /** What the last proof of any plan for this list claims. */
  readonly claim: AggregateClaim;
  /** `credentialLeaf` of each member, in the list's order. */
  readonly leaves: readonly Field[];
  /** From each member's leaf to the claim's root: `height` siblings and sides. */
  readonly paths: readonly MerklePath[];
}

/**
 * The aggregate of a list of claims, in its order. Throws ERR_AGGREGATE_SIZE (none, or more than
 * 2^AGGREGATE_HEIGHT), ERR_AGGREGATE_TRUST_ROOT (not all under one), ERR_AGGREGATE_DUPLICATE (a claim
 * given twice) and ERR_AGGREGATE_EXPIRED (a window that is over at `at`, Unix seconds).
 *
 * Two refreshes of one chain have different commitments and are two members: nobody can tell.
 */
export function aggregateClaims(
  claims: readonly ChainClaimValues[],
  { at }: { readonly at: bigint },
): AggregatedClaims {
  assertTogether(claims, at);
  const leaves = claims.map(leafOfClaim);
  const tree = new MerkleTree(Math.max(1, Math.ceil(Math.log2(leaves.length))));
  for (const [i, leaf] of leaves.entries()) tree.set(i, leaf);
  return {
    claim: new AggregateClaim({
      trustRoot: Field(claims[0]!.trustRoot),
      root: tree.root,
      height: Field(tree.height),
      count: Field(claims.length),
      validUntil: Field(earliest(claims.map(({ validUntil }) => validUntil))),
    }),
    leaves,
    paths: leaves.map((_, index) => tree.path(index)),
  };
}

/** What `pair` claims of two chain claims, or of one. Throws ERR_AGGREGATE_TRUST_ROOT. */
export function pairClaim(left: ChainClaimValues, right?: ChainClaimValues): AggregateClaim {
  const both = right === undefined ? [left] : [left, right];
  assertOneRoot(both.map(({ trustRoot }) => trustRoot));
  const [leaf, other = emptyRoot(0)] = both.map(leafOfClaim) as [Field, Field?];
  return new AggregateClaim({
    trustRoot: Field(left.trustRoot),
    root: domainHash('node', [leaf, other]),
    height: Field(1),
    count: Field(both.length),
    validUntil: Field(earliest(both.map(({ validUntil }) => validUntil))),
  });
}

/**
 * What `merge` claims of two aggregates. Throws ERR_AGGREGATE_TRUST_ROOT, ERR_AGGREGATE_MERGE (the left
 * one is not full, or the right one is higher) and ERR_AGGREGATE_SIZE.
 */
export function mergeClaim(left: AggregateClaim, right: AggregateClaim): AggregateClaim {
  assertOneRoot([left, right].map(({ trustRoot }) => trustRoot.toBigInt()));
  const [height, lower] = [left, right].map((side) => Number(side.height.toBigInt())) as [
    number,
    number,
  ];
  const [count, more] = [left.count.toBigInt(), right.count.toBigInt()];
  if (count !== 1n << BigInt(height) || lower > height) {
    throw new ZkcxError(
      'ERR_AGGREGATE_MERGE',
      'only a full aggregate takes another one behind it, and none that is higher',
    );
  }
  if (height === AGGREGATE_HEIGHT) throw tooMany();
  let root = right.root;
  for (let level = lower; level < height; level++) {
    root = domainHash('node', [root, emptyRoot(level)]);
  }
  return new AggregateClaim({
    trustRoot: left.trustRoot,
    root: domainHash('node', [left.root, root]),
    height: Field(height + 1),
    count: Field(count + more),
    validUntil: Field(earliest([left, right].map(({ validUntil }) => validUntil.toBigInt()))),
  });
}

function assertTogether(claims: readonly ChainClaimValues[], at: bigint): void {
  if (claims.length === 0) {
    throw new ZkcxError('ERR_AGGREGATE_SIZE', 'an aggregate needs at least one chain');
  }
  if (claims.length > 2 ** AGGREGATE_HEIGHT) throw tooMany();
  assertOneRoot(claims.map(({ trustRoot }) => trustRoot));
  const seen = new Map<bigint, number>();
  for (const [i, { commitment, validUntil }] of claims.entries()) {
    const first = seen.get(commitment);
    if (first !== undefined) {
      throw new ZkcxError(
        'ERR_AGGREGATE_DUPLICATE',
        `members ${first + 1} and ${i + 1} are the same: give each once`,
      );
    }
    seen.set(commitment, i);
    if (at > validUntil) {
      throw new ZkcxError(
        'ERR_AGGREGATE_EXPIRED',
        `the window of member ${i + 1} is over: leave it out, or renew the credential`,
      );
    }
  }
}

function assertOneRoot(roots: readonly bigint[]): void {
  if (roots.some((root) => root !== roots[0])) {
    throw new ZkcxError(
      'ERR_AGGREGATE_TRUST_ROOT',
      'the proofs were made under different sets of CIs: aggregate those of one set',
    );
  }
}

function tooMany(): ZkcxError {
  return new ZkcxError(
    'ERR_AGGREGATE_SIZE',
    `an aggregate has at most ${2 ** AGGREGATE_HEIGHT} members: make several`,
  );
}

function leafOfClaim({ commitment, validFrom, validUntil }: ChainClaimValues): Field {
  return credentialLeaf(Field(commitment), Field(validFrom), Field(validUntil));
}

function earliest(times: readonly bigint[]): bigint {
  return times.reduce((first, time) => (time < first ? time : first));
}
