/**
 * SHA-256 (FIPS 180-4) of the first bytes of a memory. In: bytes with their padding, a length known
 * to the prover. Out: the digest as words or as limbs. The argument is in docs/gadgets/sha256.md.
 */
import type { Field } from 'o1js';
import type { CircuitContext } from '../../kimchi/context.ts';
import { inRange, type IntegerIn } from '../../kimchi/integer.ts';
import { compress, type State } from './compress.ts';
import { INITIAL } from './constants.ts';
import { selectDigest } from './digest.ts';
import { assertPadding, BLOCK_BYTES, type BlockCount, type MessageLength } from './padding.ts';
import { plain, raised, type Word } from './word.ts';

export { compress, type State } from './compress.ts';
export { assertDigest, digestLimbs } from './digest.ts';
export {
  assertPadding,
  assertPaddingBehind,
  type BlockCount,
  type MessageLength,
} from './padding.ts';
import type { Walk } from '../walk.ts';
export { plain, raised, type Word } from './word.ts';

/**
 * SHA-256 of the first `length` bytes of the memory, which holds them with their padding and zeros
 * up to its end: 8 words, most significant first, each proven below 2^32. The memory is a multiple
 * of 64 bytes; any length from 0 to its size - 9 will do and is proven to be in that range.
 * 2,824 rows a block of the memory and 49.
 */
export function sha256(walk: Walk, length: Field): IntegerIn<32>[] {
  const { context } = walk;
  const blocks = assertPadding(walk, length);
  return hashBlocks(walk, initialState(context), blocks);
}

/** SHA-256 of the whole blocks that a message begins with. */
export interface Midstate {
  /** The eight chaining words, most significant first, in variables; unchecked. */
  readonly words: readonly Field[];
  /** How many blocks they stand for; unchecked. */
  readonly blocks: Field;
}

/** Bits of the number of blocks before the memory: messages of less than 64 MiB. */
export const MIDSTATE_BITS = 20;

/**
 * SHA-256 of a message whose last `length` bytes are the first of the memory, with their padding and
 * zeros as in `sha256`, and whose beginning is known as `before`. Proves the chaining words to be below
 * 2^32 and the blocks before to be below 2^20; that the words are the hash of anything is the
 * caller's. The digest as in `sha256`, and the length of the whole message: 64 blocks + length, an
 * integer below 2^26 + the size of the memory. As many rows as `sha256` and 5.
 */
export function sha256After(
  walk: Walk,
  length: Field,
  before: Midstate,
): { digest: IntegerIn<32>[]; total: MessageLength } {
  const { context } = walk;
  const { words, blocks } = before;
  if (words.length !== INITIAL.length) throw Error(`a state has 8 words, not ${words.length}`);
  // `compress` proves the range of the six words that enter XORs; d and h only enter sums
  for (const inSums of [words[3]!, words[7]!]) context.rangeBits(inSums, 32);
  context.rangeBits(blocks, MIDSTATE_BITS);
  // of 20 bits more than blocks of the memory, as is shown of `length` below
  const total = inRange<27>(
    context.linear([
      [BigInt(BLOCK_BYTES), blocks],
      [1n, length],
    ]),
  );
  const used = assertPadding(walk, length, total);
  const state = words.map(plain) as unknown as State;
  return { digest: hashBlocks(walk, state, used), total };
}

/** All blocks of the memory from a state on; the digest after the first `blocks` of them. */
function hashBlocks(walk: Walk, initial: State, blocks: BlockCount): IntegerIn<32>[] {
  const { context, memory } = walk;
  let state = initial;
  const states: State[] = [];
  for (let start = 0; start < memory.size; start += BLOCK_BYTES) {
    state = compress(context, state, blockWords(walk, start));
    states.push(state);
  }
  return selectDigest(context, states, blocks);
}

/** The state before the first block. */
function initialState(context: CircuitContext): State {
  const words = INITIAL.map((word) => raised(context.constant(word + (1n << 32n))));
  return words as unknown as State;
}

/** The 16 words of a block, below 2^32 because the memory's bytes are bytes. Half a row each. */
export function blockWords(walk: Walk, start: number): Word[] {
  const { context, memory } = walk;
  return Array.from({ length: BLOCK_BYTES / 4 }, (_, i) => {
    const at = start + 4 * i;
    const word = context.xorRows.linear(
      [
        [1n, memory.prefixAt(at + 4)],
        [-(1n << 32n), memory.prefixAt(at)],
      ],
      1n << 32n,
    );
    return raised(word);
  });
}
