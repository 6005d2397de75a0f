import type { Field } from 'o1js';
import type { CircuitContext } from '../../kimchi/context.ts';
import type { ByteMemory } from '../memory.ts';
import { compress, type State } from './compress.ts';
import { INITIAL } from './constants.ts';
import { selectDigest } from './digest.ts';
import { blockWords } from './index.ts';
import { BLOCK_BYTES } from './padding.ts';
import { plain, raised } from './word.ts';

/** Blocks of a message that lie one after the other in a memory. */
export interface BlockRun {
  /** Index of the first byte. */
  readonly from: number;
  readonly count: number;
  /**
   * Chaining words after what was hashed before, most significant first, each below 2^32, which the
   * caller shows; absent where the message begins.
   */
  readonly words?: readonly Field[];
}

/** Of a..h, the words that `compress` leaves unreduced: they stand as they are, the others raised. */
const UNREDUCED: readonly number[] = [3, 7];

/**
 * The chaining words after the first `blocks` of the run, each proven below 2^32. `blocks` must be an
 * integer, which the caller shows; that it is in [0, count] is shown here. 2,827 rows a block and ~40.
 */
export function hashBlocks(
  context: CircuitContext,
  memory: ByteMemory,
  { from, count, words }: BlockRun,
  blocks: Field,
): Field[] {
  const states = [stateOf(context, words ?? INITIAL.map((word) => context.constant(word)))];
  for (let block = 0; block < count; block++) {
    const start = from + BLOCK_BYTES * block;
    states.push(compress(context, states[block]!, blockWords(context, memory, start)));
  }
  return selectDigest(context, states, context.add(blocks, 1n));
}

/** Words as a state that has the form of one that `compress` returns. */
function stateOf(context: CircuitContext, words: readonly Field[]): State {
  if (words.length !== INITIAL.length) throw Error(`a state has 8 words, not ${words.length}`);
  return words.map((word, i) =>
    UNREDUCED.includes(i) ? plain(word) : raised(context.add(word, 1n << 32n)),
  ) as unknown as State;
}
