import type { Field } from 'o1js';
import type { CircuitContext } from '../../kimchi/context.ts';
import { inRange, type IntegerIn } from '../../kimchi/integer.ts';
import { compress, type State } from './compress.ts';
import { INITIAL } from './constants.ts';
import { selectDigest } from './digest.ts';
import { blockWords } from './index.ts';
import { BLOCK_BYTES, type BlockCount } from './padding.ts';
import { plain, raised } from './word.ts';
import type { Walk } from '../walk.ts';

/** Blocks of a message that lie one after the other in a memory. */
export interface BlockRun {
  /** Index of the first byte. */
  readonly from: number;
  readonly count: number;
  /**
   * Chaining words after what was hashed before, most significant first; absent where the message
   * begins.
   */
  readonly words?: readonly IntegerIn<32>[];
}

/** Of a..h, the words that `compress` leaves unreduced: they stand as they are, the others raised. */
const UNREDUCED: readonly number[] = [3, 7];

/**
 * The chaining words after the first `blocks` of the run; asserts that there are that many. `blocks` has
 * to be an integer, a fraction would cut the words out of two states. 2,827 rows a block and ~40.
 */
export function hashBlocks(
  walk: Walk,
  { from, count, words }: BlockRun,
  blocks: BlockCount,
): IntegerIn<32>[] {
  const { context } = walk;
  const states = [stateOf(context, words ?? INITIAL.map((word) => context.constant(word)))];
  for (let block = 0; block < count; block++) {
    const start = from + BLOCK_BYTES * block;
    states.push(compress(context, states[block]!, blockWords(walk, start)));
  }
  return selectDigest(context, states, inRange(context.add(blocks, 1n)));
}

/** Words as a state that has the form of one that `compress` returns. */
function stateOf(context: CircuitContext, words: readonly Field[]): State {
  if (words.length !== INITIAL.length) throw Error(`a state has 8 words, not ${words.length}`);
  return words.map((word, i) =>
    UNREDUCED.includes(i) ? plain(word) : raised(context.add(word, 1n << 32n)),
  ) as unknown as State;
}
