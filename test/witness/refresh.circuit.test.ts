/** What a holder gets of a refresh, and that nothing else than the blind is new. */
import { expect, test } from '@jest/globals';
import { Opening } from '../../src/circuits/claims.ts';
import { leafOf } from '../../src/witness/presentation.ts';
import { refreshWitness } from '../../src/witness/refresh.ts';
import { claimOf, OPENING } from '../circuits/refresh/refresh-circuit.ts';

const claim = claimOf(OPENING);
let byte = 0;
const random = (length: number) => new Uint8Array(length).fill(++byte);

test('is the opening under a blind of 31 random bytes, and its claim', () => {
  const seen: number[] = [];
  const counting = (length: number) => {
    seen.push(length);
    return random(length);
  };
  const { opening, witness, claim: refreshed } = refreshWitness(claim, OPENING, counting);
  expect(seen).toEqual([31]);
  expect(opening).toEqual(new Opening({ ...OPENING, blind: witness.blind }));
  expect(witness.opening).toEqual(OPENING);
  const { commitment, ...rest } = refreshed;
  expect(commitment).toEqual(Opening.commitment(opening));
  expect({ ...rest, commitment: claim.commitment }).toEqual({ ...claim });
});

test('made twice, and of a refresh, has another blind, commitment and leaf each time', () => {
  const first = refreshWitness(claim, OPENING, random);
  const second = refreshWitness(claim, OPENING, random);
  const hop = refreshWitness(first.claim, first.opening, random);
  const plans = [first, second, hop];
  const values = plans.flatMap(({ opening, claim: { commitment } }) => [
    opening.blind,
    commitment,
    leafOf(opening),
  ]);
  const own = [OPENING.blind, claim.commitment, leafOf(OPENING)];
  expect(new Set([...values, ...own].map(String)).size).toBe(12);
});
