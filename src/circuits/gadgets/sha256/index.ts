/**
 * SHA-256 (FIPS 180-4) of the first bytes of a memory. In: bytes with their padding, a length known
 * to the prover. Out: the digest as words or as limbs. The argument is in docs/gadgets/sha256.md.
 */
import type { Field } from 'o1js';
import type { CircuitContext } from '../../kimchi/context.ts';
import type { IntegerIn } from '../../kimchi/integer.ts';
import { compress, type State } from './compress.ts';
import { INITIAL } from './constants.ts';
import { selectDigest } from './digest.ts';
import { assertPadding, BLOCK_BYTES, type BlockCount } from './padding.ts';
import { raised, type Word } from './word.ts';

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
  return hashBlocks(walk, assertPadding(walk, length));
}

/** All blocks of the memory; the digest after the first `blocks` of them. */
function hashBlocks(walk: Walk, blocks: BlockCount): IntegerIn<32>[] {
  const { context, memory } = walk;
  let state = initialState(context);
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
