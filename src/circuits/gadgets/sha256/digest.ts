import type { Field } from 'o1js';
import type { CircuitContext, Term } from '../../kimchi/context.ts';
import { existsOne } from '../../kimchi/gates.ts';
import { TABLE } from '../../../params.ts';
import { inRange, type IntegerIn } from '../../kimchi/integer.ts';
import { type DigestLimbs, limbsOf } from '../limbs.ts';
import type { State } from './compress.ts';

const WORDS = 8;
type Eight<T> = [T, T, T, T, T, T, T, T];

/**
 * The digest after `blocks` blocks: its words, most significant first, each proven below 2^32.
 * `states` are the chaining values after the first, second, ... block; `blocks` is in
 * [1, states.length]. All are pinned in a table that is read at 8 (blocks - 1) + j. ~25 rows, 8/3 a
 * block.
 */
export function selectDigest(
  context: CircuitContext,
  states: readonly State[],
  blocks: IntegerIn<4 | 5>,
): IntegerIn<32>[] {
  const cells = states.flat();
  const table = context.table(
    TABLE.sha256.chaining,
    cells.map((_, index) => BigInt(index)),
  );
  for (const [index, { cell }] of cells.entries()) table.insert(BigInt(index), cell);
  return Array.from({ length: WORDS }, (_, j) => {
    const index = context.linear([[BigInt(WORDS), blocks]], BigInt(j - WORDS));
    const cell = existsOne(() => cells[Number(index.toBigInt())]!.cell.toBigInt());
    table.read(index, cell);
    // d and h are not reduced, see `compress`; the others are raised in every state
    const raise = states[0]![j]!.raise;
    const word = context.rangeBits(
      existsOne(() => cell.toBigInt() & 0xffffffffn),
      32,
    );
    const terms: Term[] = [
      [1n, cell],
      [-1n, word],
    ];
    if (raise === 0n) {
      const carry = existsOne(() => cell.toBigInt() >> 32n);
      context.range12(carry);
      terms.push([-(1n << 32n), carry]);
    }
    context.assertLinear(terms, -(raise << 32n));
    return word;
  });
}

/**
 * A digest in words, most significant first, as number in limbs; in range, because the two words that
 * a limb boundary cuts are split into range-checked parts. ~9 rows.
 */
export function digestLimbs(context: CircuitContext, words: readonly IntegerIn<32>[]): DigestLimbs {
  if (words.length !== WORDS) throw Error(`a digest has 8 words, not ${words.length}`);
  const [w0, w1, w2, w3, w4, w5, w6, w7] = words as unknown as Eight<IntegerIn<32>>;
  const [high5, low5] = splitWord(context, w5, 24);
  const [high2, low2] = splitWord(context, w2, 16);
  // each part below the power of two of the next one
  const low = context.linear([
    [1n, w7],
    [1n << 32n, w6],
    [1n << 64n, low5],
  ]);
  const middle = context.linear([
    [1n, high5],
    [1n << 8n, w4],
    [1n << 40n, w3],
    [1n << 72n, low2],
  ]);
  const high = context.linear([
    [1n, high2],
    [1n << 16n, w1],
    [1n << 48n, w0],
  ]);
  return [inRange(low), inRange(middle), inRange(high)];
}

/** Assert that limbs of a digest, as the prover gives them, are in range. ~12 rows. */
export function assertDigest(context: CircuitContext, limbs: readonly Field[]): DigestLimbs {
  const [low, middle, high] = limbsOf(limbs);
  return [context.rangeBits(low, 88), context.rangeBits(middle, 88), context.rangeBits(high, 80)];
}

/** A 32-bit word as high part and low part of `bits` bits. */
function splitWord(context: CircuitContext, word: Field, bits: number): [Field, Field] {
  const high = existsOne(() => word.toBigInt() >> BigInt(bits));
  context.rangeBits(high, 32 - bits);
  const low = context.linear([
    [1n, word],
    [-(1n << BigInt(bits)), high],
  ]);
  context.rangeBits(low, bits);
  return [high, low];
}
