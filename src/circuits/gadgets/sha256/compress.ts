import type { CircuitContext } from '../../kimchi/context.ts';
import type { XorRows } from '../../kimchi/xor.ts';
import { ROUND } from './constants.ts';
import { bigSigma0, bigSigma1, smallSigma0, smallSigma1 } from './rotate.ts';
import { asOperand, plain, raise, reduce, sum, type Part, type Word } from './word.ts';

/** a..h; what is shown of each is in `compress`. */
export type State = readonly [Word, Word, Word, Word, Word, Word, Word, Word];

/** Schedule words from this index on enter sums only, so their carries are left in. */
const LAST_REDUCED = 61;

/**
 * The compression function of SHA-256 (FIPS 180-4, 6.2.2): eight words of state and the sixteen of
 * a block to the next state. ~2,800 rows.
 *
 * Of the state that comes in, a, b, c, e, f, g are proven to lie in [0, 2^32); d and h only enter
 * sums, so any integer below 2^40 congruent to the word mod 2^32 will do. `words` are below 2^32,
 * shown by the caller. Of the state that goes out, a, b, c, e, f, g are the words once they are
 * shown to be below 2^32 (by the next compression, or by the caller); d and h are congruent to them
 * and less than 2^32 larger than the d and h that came in.
 */
export function compress(context: CircuitContext, state: State, words: readonly Word[]): State {
  const rows = context.xorRows;
  const schedule = messageSchedule(rows, words);
  let [a, b, c, d, e, f, g, h] = state;
  a = raise(rows, a);
  b = raise(rows, b);
  e = raise(rows, e);
  let bc = xor(rows, b, c);
  for (const [t, w] of schedule.entries()) {
    const last = t === ROUND.length - 1;
    const sigma1 = bigSigma1(rows, e);
    const ef = xor(rows, e, f);
    const eg = xor(rows, e, g);
    const sigma0 = bigSigma0(rows, a);
    const abc = xor(rows, a, bc);
    if (!last) bc = xor(rows, a, b);
    // Ch = (f + g - (e^f) + (e^g)) / 2, Maj = (a + b + c - (a^b^c)) / 2: all sums are doubled
    const twiceT1 = sum(
      rows,
      [
        [2n, h],
        [2n, sigma1],
        [2n, w],
        [1n, f],
        [1n, g],
        [-1n, ef],
        [1n, eg],
      ],
      2n * ROUND[t]!,
    );
    const forE: Part[] = [
      [2n, d],
      [1n, twiceT1],
    ];
    const forA: Part[] = [
      [1n, twiceT1],
      [2n, sigma0],
      [1n, a],
      [1n, b],
      [1n, c],
      [-1n, abc],
    ];
    // the last round's two words only serve the feed-forward
    if (last) {
      forE.push([2n, state[4]]);
      forA.push([2n, state[0]]);
    }
    [h, g, f] = [g, f, e];
    e = reduce(rows, forE, 2n);
    [d, c, b] = [c, b, a];
    a = reduce(rows, forA, 2n);
  }
  const fed = (word: Word, initial: Word): Part[] => [
    [1n, word],
    [1n, initial],
  ];
  return [
    a,
    reduce(rows, fed(b, state[1]), 1n),
    reduce(rows, fed(c, state[2]), 1n),
    sum(rows, fed(d, state[3])),
    e,
    reduce(rows, fed(f, state[5]), 1n),
    reduce(rows, fed(g, state[6]), 1n),
    sum(rows, fed(h, state[7])),
  ];
}

function messageSchedule(rows: XorRows, words: readonly Word[]): Word[] {
  if (words.length !== 16) throw Error(`a block has 16 words, not ${words.length}`);
  const schedule = words.map((word, t) => (t === 0 ? word : raise(rows, word)));
  for (let t = 16; t < ROUND.length; t++) {
    const parts: Part[] = [
      [1n, schedule[t - 16]!],
      [1n, smallSigma0(rows, schedule[t - 15]!)],
      [1n, schedule[t - 7]!],
      [1n, smallSigma1(rows, schedule[t - 2]!)],
    ];
    schedule.push(t <= LAST_REDUCED ? reduce(rows, parts, 1n) : sum(rows, parts));
  }
  return schedule;
}

/** x xor y, x raised. */
function xor(rows: XorRows, x: Word, y: Word): Word {
  return plain(rows.xor(x.cell, asOperand(y)).out);
}
