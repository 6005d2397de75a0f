import type { Field } from 'o1js';
import type { CircuitContext } from '../../kimchi/context.ts';
import type { ByteMemory } from '../memory.ts';
import { compress, type State } from './compress.ts';
import { blockWords, initialState } from './index.ts';
import { BLOCK_BYTES } from './padding.ts';
import { plain, raised } from './word.ts';

/** Of a..h, the words that `compress` leaves unreduced: they stand as they are, the others raised. */
const UNREDUCED: readonly number[] = [3, 7];

/**
 * The chaining values before the first and after each of `count` blocks that begin at byte `from` of
 * the memory: count + 1 states, alike in form for `selectDigest`. Without `words` the message begins
 * there; else they are the chaining words after what was hashed before, each below 2^32, which the
 * caller shows. 2,824 rows a block.
 */
export function chainingStates(
  context: CircuitContext,
  memory: ByteMemory,
  { from, count, words }: { from: number; count: number; words?: readonly Field[] },
): State[] {
  const states = [words === undefined ? initialState(context) : stateOf(context, words)];
  for (let block = 0; block < count; block++) {
    const start = from + BLOCK_BYTES * block;
    states.push(compress(context, states[block]!, blockWords(context, memory, start)));
  }
  return states;
}

/** Words as a state that has the form of one that `compress` returns. */
function stateOf(context: CircuitContext, words: readonly Field[]): State {
  if (words.length !== 8) throw Error(`a state has 8 words, not ${words.length}`);
  return words.map((word, i) =>
    UNREDUCED.includes(i) ? plain(word) : raised(context.linear([[1n, word]], 1n << 32n)),
  ) as unknown as State;
}
