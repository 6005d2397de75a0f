/**
 * What an aggregate claims, and the gates of the programs that make one. The same code runs in circuits and,
 * on constants, outside.
 *
 * An aggregate is a Merkle tree of credential leaves, nodes hashed as the registry's. Its leaves are
 * packed: `count` of them from the left, in order, then empty ones (0). Only a full tree takes another
 * one to its right, so this holds of every aggregate, and its height follows from its count.
 */
import { Field, Struct } from 'o1js';
import { AGGREGATE_HEIGHT, MODE, TABLE } from '../params.ts';
import type { ChainClaim } from './claims.ts';
import { usedSlots } from './credential.ts';
import { emptyRoot } from './gadgets/merkle.ts';
import { domainHash } from './hash.ts';
import type { CircuitContext } from './kimchi/context.ts';
import { existsOne } from './kimchi/gates.ts';
import type { LookupTable } from './kimchi/table.ts';
import { assertOrdered } from './link.ts';
import { credentialLeaf } from './session.ts';

/** Public output of `aggregatePair`, `aggregateMerge` and `aggregate`. */
export class AggregateClaim extends Struct({
  /** Merkle root of the accepted CI leaves, that of every chain. */
  trustRoot: Field,
  /** Merkle root of the credential leaves, in order, empty ones (0) behind them. */
  root: Field,
  /** Levels above the leaves, 1 to AGGREGATE_HEIGHT. */
  height: Field,
  /** Leaves that are not empty, 1 to 2^height; of a height above 1 more than 2^(height - 1). */
  count: Field,
  /** Unix seconds: the earliest end of the windows of all members. Each leaf keeps its own window. */
  validUntil: Field,
}) {}

/** Public values of a proof that the same method verifies. */
export interface Proven<Claim> {
  readonly mode: Field;
  readonly claim: Claim;
}

export function proven<Claim>(proof: { publicInput: Field; publicOutput: Claim }): Proven<Claim> {
  return { mode: proof.publicInput, claim: proof.publicOutput };
}

/**
 * Two chains, or one: `present`, a bit, says whether there is a right one. Without it nothing of
 * `right`, which nobody verified, reaches the claim but the trust root, which is that of `left`.
 */
export function pair(
  context: CircuitContext,
  left: Proven<ChainClaim>,
  right: Proven<ChainClaim>,
  present: Field,
): AggregateClaim {
  const hasRight = context.assertBit(present);
  assertAlike(left, right, [MODE.refresh, MODE.refresh]);
  const { trustRoot, validUntil } = left.claim;
  // an empty leaf is 0; a hash is not
  const rightLeaf = context.product(hasRight, leafOf(right.claim));
  const rightUntil = context.choose(hasRight, right.claim.validUntil, validUntil);
  const count = existsOne(() => 1n << present.toBigInt());
  powersOfTwo(context).read(present, count);
  return new AggregateClaim({
    trustRoot,
    root: domainHash('node', [leafOf(left.claim), rightLeaf]),
    height: context.constant(1n),
    count,
    validUntil: earlier(context, validUntil, rightUntil),
  });
}

/** A full aggregate and one behind it, not higher than it. `modes` are those of left and right. */
export function merge(
  context: CircuitContext,
  left: Proven<AggregateClaim>,
  right: Proven<AggregateClaim>,
  modes: readonly [number, number],
): AggregateClaim {
  assertAlike(left, right, modes);
  const { trustRoot, root, height, count, validUntil } = left.claim;
  powersOfTwo(context).read(height, count);
  return new AggregateClaim({
    trustRoot,
    root: domainHash('node', [root, lifted(context, right.claim, height)]),
    height: context.add(height, 1n),
    // proven counts are at most 2^AGGREGATE_HEIGHT: no sum wraps around
    count: context.add(count, right.claim.count),
    validUntil: earlier(context, validUntil, right.claim.validUntil),
  });
}

/** The claim of an aggregate of a kind, to be shown. */
export function seal(
  context: CircuitContext,
  { mode, claim }: Proven<AggregateClaim>,
  expected: number,
): AggregateClaim {
  mode.assertEquals(expected);
  powersOfTwo(context);
  return claim;
}

/** Both are of the kinds that the method takes, under one trust root. */
function assertAlike(
  left: Proven<{ trustRoot: Field }>,
  right: Proven<{ trustRoot: Field }>,
  modes: readonly [number, number],
): void {
  left.mode.assertEquals(modes[0]);
  right.mode.assertEquals(modes[1]);
  right.claim.trustRoot.assertEquals(left.claim.trustRoot);
}

function leafOf({ commitment, validFrom, validUntil }: ChainClaim): Field {
  return credentialLeaf(commitment, validFrom, validUntil);
}

/**
 * Root of the tree of height `to`, 1 to AGGREGATE_HEIGHT - 1, that has this one on its left edge and is
 * empty otherwise. Asserts that this one is not higher. ~130 rows.
 */
function lifted(
  context: CircuitContext,
  { root, height }: Pick<AggregateClaim, 'root' | 'height'>,
  to: Field,
): Field {
  // bit i: whether the tree has a level i + 2; the height is one more than their sum
  const levels = usedSlots(context, height, AGGREGATE_HEIGHT - 1);
  const wanted = usedSlots(context, to, AGGREGATE_HEIGHT - 1);
  return wanted.reduce((node, bit, i) => {
    // a level that is there and not wanted would make this -1, which is no bit
    const missing = context.assertBit(context.sub(bit, levels[i]!));
    const empty = context.constant(emptyRoot(i + 1).toBigInt());
    return context.choose(missing, domainHash('node', [node, empty]), node);
  }, root);
}

/** The earlier of two times below 2^38, which proven times are: it is one of them, and after neither. */
function earlier(context: CircuitContext, a: Field, b: Field): Field {
  const first = existsOne(() => (a.toBigInt() < b.toBigInt() ? a : b).toBigInt());
  assertOrdered(context, first, a);
  assertOrdered(context, first, b);
  const after = (time: Field) => context.sub(time, first);
  context.assertZeroProduct(after(a), after(b));
  return first;
}

/**
 * 2^i for each height i that can still grow. In a program of the proof system either every method has a
 * runtime table or none does, and all programs here are compiled to have some: so this is how counts are
 * bound.
 */
function powersOfTwo(context: CircuitContext): LookupTable {
  const heights = Array.from({ length: AGGREGATE_HEIGHT }, (_, i) => BigInt(i));
  const table = context.table(TABLE.aggregate.powers, heights);
  for (const height of heights) table.insert(height, context.constant(1n << height));
  return table;
}
