/** The parts of SHA-256. */
import { digestLimbs, selectDigest } from '../../../../src/circuits/gadgets/sha256/digest.ts';
import { assertPadding } from '../../../../src/circuits/gadgets/sha256/padding.ts';
import {
  bigSigma0,
  bigSigma1,
  smallSigma0,
  smallSigma1,
} from '../../../../src/circuits/gadgets/sha256/rotate.ts';
import {
  plain,
  raise,
  raised,
  reduce,
  type Word,
} from '../../../../src/circuits/gadgets/sha256/word.ts';
import type { CircuitContext } from '../../../../src/circuits/kimchi/context.ts';
import { existsOne } from '../../../../src/circuits/kimchi/gates.ts';
import { inRange } from '../../../../src/circuits/kimchi/integer.ts';
import type { XorRows } from '../../../../src/circuits/kimchi/xor.ts';
import type { Circuit } from '../../../support/kimchi/index.ts';
import { pinned } from '../../../support/kimchi/joint/index.ts';
import { message, padded } from '../../sha256/messages.ts';
import { type Gadgets, inMemory, pinnedAll } from './inputs.ts';

/** The word that is rotated, and those of the digest that is cut. */
export const WORD = 0xdeadbeefn;
export const WORDS: readonly bigint[] = Array.from(
  { length: 8 },
  (_, i) => (0x9e3779b9n * BigInt(i + 3)) % (1n << 32n),
);

/** A function of one word; `queued` lookups wait before it, so that tops carry chunks. */
const ofWord =
  (f: (rows: XorRows, x: Word) => Word, queued: number): Circuit =>
  (context) => {
    const rows = context.xorRows;
    const x = plain(pinned(context, WORD));
    for (let i = 0; i < queued; i++) rows.range12(context.constant(7n));
    f(rows, raise(rows, x));
  };

/**
 * States as `compress` returns them: d and h with excess, the others raised. The excess is 1, so that words
 * that are cut out of two states look like those of one.
 */
function states(context: CircuitContext, count: number) {
  return Array.from({ length: count }, (_, block) =>
    Array.from({ length: 8 }, (_unused, j) => {
      const isRaised = j % 4 !== 3;
      const word = (0x9e3779b9n * BigInt(block + 1) * BigInt(j + 7)) % (1n << 32n);
      const cell = pinned(context, word + (1n << 32n));
      return isRaised ? raised(cell) : plain(cell);
    }),
  ) as unknown as Parameters<typeof selectDigest>[1];
}

export const SHA256 = {
  Sigma0: ofWord(bigSigma0, 0),
  'Sigma0 with chunks on top': ofWord(bigSigma0, 4),
  Sigma1: ofWord(bigSigma1, 0),
  'Sigma1 with chunks on top': ofWord(bigSigma1, 4),
  sigma0: ofWord(smallSigma0, 0),
  'sigma0 with chunks on top': ofWord(smallSigma0, 4),
  sigma1: ofWord(smallSigma1, 0),
  'sigma1 with chunks on top': ofWord(smallSigma1, 4),
  reduction: (context) => {
    const rows = context.xorRows;
    const [a, b] = [0xffffffffn, 0xfffffff0n].map((value) => plain(pinned(context, value)));
    const word = reduce(
      rows,
      [
        [1n, a!],
        [1n, b!],
      ],
      1n,
    );
    rows.xor(word.cell, { cell: a!.cell, top: 0n });
  },
  'choice of the digest': (context) => {
    selectDigest(context, states(context, 3), inRange(pinned(context, 2n)));
  },
  // the prover's number of blocks, as a step of a revocation list has it; nothing else binds it
  'choice of the digest by a number that is range-checked': (context) => {
    const chained = states(context, 3);
    selectDigest(
      context,
      chained,
      context.rangeBits(
        existsOne(() => 2n),
        4,
      ),
    );
  },
  'limbs of the digest': (context) => {
    digestLimbs(
      context,
      pinnedAll(context, WORDS).map((word) => inRange<32>(word)),
    );
  },
  padding: inMemory(Uint8Array.from(padded(message(20), 1), Number), (walk) => {
    assertPadding(walk, pinned(walk.context, 20n));
  }),
} satisfies Gadgets;
