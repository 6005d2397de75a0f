import { Field, Provable, Struct } from 'o1js';
import { SERIALS_HEIGHT } from '../../../params.ts';
import type { Bit, CircuitContext } from '../../kimchi/context.ts';
import { existsOne } from '../../kimchi/gates.ts';
import { SERIAL_END, serialLeaf } from '../../revocation.ts';
import { domainHash } from '../../hash.ts';
import { merkleRoot } from '../merkle.ts';

/** Keys are below 2^160 + 1, their successors at most SERIAL_END: below 2^162. */
const KEY_BITS = 162;

/** Root of the tree that holds the sentinel alone. */
export const EMPTY_SERIALS = emptyRoot();

/** The neighbour below a new serial number and its path, and what stands beside the free leaf's. */
export class InsertWitness extends Struct({
  low: Field,
  next: Field,
  lowSiblings: Provable.Array(Field, SERIALS_HEIGHT),
  lowRight: Provable.Array(Field, SERIALS_HEIGHT),
  freeSiblings: Provable.Array(Field, SERIALS_HEIGHT),
}) {}

/** Serial numbers inserted so far: root of their indexed tree, and how many. */
export interface Serials {
  readonly root: Field;
  readonly count: Field;
}

/**
 * The tree with one more serial number, below 2^160; unchanged when `active` is 0. The new
 * leaf is the first free one: the sentinel stands at index 0, so at count + 1. ~1,470 rows.
 *
 * In a tree that grew from the empty one by such insertions every key and successor is below 2^162, so
 * the range-checked differences are true integers: low < key < next, and a serial that is in the tree
 * already has no low leaf.
 */
export function insertSerial(
  context: CircuitContext,
  { root, count }: Serials,
  serialNumber: Field,
  active: Bit,
  witness: Pick<InsertWitness, keyof InsertWitness>,
): Serials {
  const { low, next } = witness;
  const key = context.add(serialNumber, 1n);
  assertGap(context, active, low, key);
  assertGap(context, active, key, next);

  const lowPath = { siblings: witness.lowSiblings, right: witness.lowRight };
  const found = merkleRoot(context, serialLeaf(low, next), lowPath);
  assertSameWhen(context, active, found, root);
  const linked = merkleRoot(context, serialLeaf(low, key), lowPath);

  const index = context.add(count, 1n);
  const right = witness.freeSiblings.map((_, level) =>
    existsOne(() => (index.toBigInt() >> BigInt(level)) & 1n),
  );
  // bits by `merkleRoot`
  context.assertLinear([
    ...right.map((bit, level) => [1n << BigInt(level), bit] as const),
    [-1n, index],
  ]);
  const freePath = { siblings: witness.freeSiblings, right };
  const withoutNew = merkleRoot(context, context.constant(0n), freePath);
  assertSameWhen(context, active, withoutNew, linked);
  const withNew = merkleRoot(context, serialLeaf(key, next), freePath);

  return {
    root: context.choose(active, withNew, root),
    count: context.add(count, active),
  };
}

/** With active = 1: assert 0 <= higher - lower - 1 < 2^KEY_BITS. */
function assertGap(context: CircuitContext, active: Bit, lower: Field, higher: Field): void {
  const gap = context.linear(
    [
      [1n, higher],
      [-1n, lower],
    ],
    -1n,
  );
  context.rangeBits(context.product(active, gap), KEY_BITS);
}

/** With active = 1: assert a = b. */
function assertSameWhen(context: CircuitContext, active: Bit, a: Field, b: Field): void {
  context.assertZeroWhen(active, context.sub(a, b));
}

function emptyRoot(): bigint {
  let [node, empty] = [serialLeaf(Field(0), Field(SERIAL_END)), Field(0)];
  for (let level = 0; level < SERIALS_HEIGHT; level++) {
    node = domainHash('node', [node, empty]);
    empty = domainHash('node', [empty, empty]);
  }
  return node.toBigInt();
}
