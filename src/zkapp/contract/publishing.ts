/** Arguments of `publish` and `publishAggregate`, checked as the contract checks them. */
import { Field } from 'o1js';
import type { AggregateClaim } from '../../circuits/aggregate.ts';
import type { ChainClaim } from '../../circuits/claims.ts';
import { emptyRoot } from '../../circuits/gadgets/merkle.ts';
import { ZkcxError } from '../../errors.ts';
import { MIN_REMAINING_SECONDS } from '../../params.ts';
import type { RegistryTree } from '../../witness/registry-tree.ts';
import { LeafPath, SubtreePath } from './arguments.ts';
import { periodOf, type RegistryState, type Slots, slotRange } from './state.ts';

interface Publication<Claim> {
  readonly state: RegistryState;
  /** All that was published: its root is the state's. */
  readonly tree: RegistryTree;
  /** Of the proof. */
  readonly claim: Claim;
  readonly slots: Slots;
}

/**
 * @throws ERR_REGISTRY_TRUST_ROOT (not under the CIs that the registry accepts), ERR_REGISTRY_WINDOW (not
 *   begun, over, or over too soon), ERR_REGISTRY_ROOT (the tree is not the registry's),
 *   ERR_REGISTRY_FULL
 */
export function publishArguments({ state, tree, claim, slots }: Publication<ChainClaim>) {
  assertTrusted(state, claim.trustRoot.toBigInt());
  const { from, until } = periodOf(state, slots);
  if (claim.validFrom.toBigInt() > from) {
    throw new ZkcxError('ERR_REGISTRY_WINDOW', 'the window of this credential has not begun');
  }
  assertRemaining(until, claim.validUntil.toBigInt());
  assertTree(state, tree);
  return { path: new LeafPath({ siblings: tree.freePath().siblings }), slots: slotRange(slots) };
}

/**
 * @throws as `publishArguments`; ERR_REGISTRY_AGGREGATE when the aggregate fills no more than half of
 *   its places
 */
export function publishAggregateArguments(publication: Publication<AggregateClaim>) {
  const { state, tree, claim, slots } = publication;
  assertTrusted(state, claim.trustRoot.toBigInt());
  assertRemaining(periodOf(state, slots).until, claim.validUntil.toBigInt());
  const height = Number(claim.height.toBigInt());
  if (claim.count.toBigInt() * 2n <= 2n ** BigInt(height)) {
    throw new ZkcxError(
      'ERR_REGISTRY_AGGREGATE',
      'an aggregate fills more than half of its places: publish a single credential by itself',
    );
  }
  assertTree(state, tree);
  const { siblings, right } = tree.freeSubtreePath(height);
  const inside = Array.from({ length: height }, (_, level) => emptyRoot(level));
  const start = right.reduceRight((index, bit) => 2n * index + bit.toBigInt(), 0n);
  const path = new SubtreePath({
    start: Field(start * 2n ** BigInt(height)),
    siblings: [...inside, ...siblings],
  });
  return { path, slots: slotRange(slots) };
}

/** Throws ERR_REGISTRY_TRUST_ROOT. */
export function assertTrusted({ trustRoot }: RegistryState, claimed: bigint): void {
  if (claimed !== trustRoot) {
    throw new ZkcxError(
      'ERR_REGISTRY_TRUST_ROOT',
      'the proof is under another set of CIs than the registry accepts now: prove it under that set',
    );
  }
}

function assertRemaining(until: bigint, validUntil: bigint): void {
  if (until + BigInt(MIN_REMAINING_SECONDS) > validUntil) {
    throw new ZkcxError(
      'ERR_REGISTRY_WINDOW',
      `what is published must be valid for ${MIN_REMAINING_SECONDS / 86_400} more days: renew it`,
    );
  }
}

function assertTree({ registryRoot }: RegistryState, { root }: RegistryTree): void {
  if (root.toBigInt() !== registryRoot) {
    throw new ZkcxError('ERR_REGISTRY_ROOT', 'the tree is not that of the registry: sync it again');
  }
}
