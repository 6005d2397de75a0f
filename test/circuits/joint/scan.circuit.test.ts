/**
 * Two variables of an equation moved at once so that it still holds, with all that follows from them, in
 * every gadget: nothing passes. And every constraint of a gadget is the only one to refuse some move, so
 * it is noticed when it is missing; those that are not are counted here, with the reason.
 */
import { describe, expect, test } from '@jest/globals';
import type { CircuitContext } from '../../../src/circuits/kimchi/context.ts';
import { existsOne } from '../../../src/circuits/kimchi/gates.ts';
import { capture } from '../../support/kimchi/index.ts';
import { jointScan, pinned } from '../../support/kimchi/joint/index.ts';
import { GADGETS } from './gadgets.ts';

interface Expected {
  /** Moves that nothing refuses: freedom of the prover by design. */
  readonly unbound?: number;
  /** Constraints of which none alone refuses a move that the scan finds. */
  readonly missed?: number;
  readonly why?: string;
}

const TOPS =
  'range checks of words that a table entry holds: the entry would have to move with them';
const INPUTS = 'numbers and places that follow from pinned bytes, which two checks at once hold';

const EXPECTED: Readonly<Record<keyof typeof GADGETS, Expected>> = {
  Sigma0: {},
  'Sigma0 with chunks on top': {},
  Sigma1: {},
  'Sigma1 with chunks on top': {},
  sigma0: {},
  'sigma0 with chunks on top': {},
  sigma1: {},
  'sigma1 with chunks on top': {},
  reduction: {},
  'choice of the digest': { missed: 14, why: TOPS },
  'limbs of the digest': { missed: 3, why: TOPS },
  'range of 30 bits': {},
  'memory and position': { missed: 9, why: INPUTS },
  padding: { unbound: 23, missed: 93, why: `how the zeros are split into steps; ${INPUTS}` },
  TLV: { missed: 3, why: INPUTS },
  'short TLV': { missed: 1, why: INPUTS },
  'large header': { missed: 11, why: INPUTS },
  'serial number': { missed: 11, why: INPUTS },
  UTCTime: { unbound: 4, missed: 22, why: `the inverse of 0 in a comparison; ${INPUTS}` },
  GeneralizedTime: { unbound: 4, missed: 23, why: `the inverse of 0 in a comparison; ${INPUTS}` },
  'extensions of an entry of a list': {
    unbound: 8,
    missed: 195,
    why: `the inverse of 0 in a comparison; ${INPUTS}`,
  },
  'a point of P-256': {
    missed: 4,
    why: 'a bit and the curve equation: the points that break them are in p256/points',
  },
};

test.each(Object.entries(GADGETS))(
  '%s',
  async (name, circuit) => {
    const { unbound, missed } = jointScan(await capture(circuit));
    const { unbound: free = 0, missed: unnoticed = 0 } = EXPECTED[name]!;
    expect({ unbound: unbound.length, missed: missed.length }).toEqual({
      unbound: free,
      missed: unnoticed,
    });
  },
  300_000,
);

describe('the scan itself', () => {
  /** value = word + 2^32 carry, of which `checks` says what is range-checked. */
  const split = (checks: { word: boolean; carry: boolean }) => (context: CircuitContext) => {
    const value = pinned(context, 0x3_1234_5678n);
    const [word, carry] = [existsOne(() => 0x1234_5678n), existsOne(() => 3n)];
    if (checks.word) context.rangeBits(word, 32);
    if (checks.carry) context.range12(carry);
    context.assertLinear([
      [1n, value],
      [-1n, word],
      [-(1n << 32n), carry],
    ]);
  };

  test.each([
    [{ word: true, carry: true }, false],
    [{ word: true, carry: false }, true],
    [{ word: false, carry: true }, true],
    [{ word: false, carry: false }, true],
  ])('of word and carry with %j finds another witness: %s', async (checks, isFree) => {
    const { unbound } = jointScan(await capture(split(checks)));
    expect(unbound.length > 0).toBe(isFree);
  });

  test('notices each range check of an equation', async () => {
    const { missed } = jointScan(await capture(split({ word: true, carry: true })));
    expect(missed).toEqual([]);
  });
});
