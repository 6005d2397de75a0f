/**
 * The joint scan of bytes and of the parts of SHA-256: two variables of an equation are moved at once so that it still holds, with all
 * that follows from them, and nothing passes. Every constraint of a gadget
 * is the only one to refuse some move, so it is noticed when it is missing; those that are not are
 * counted, with the reason.
 */
import { describe, expect, test } from '@jest/globals';
import type { CircuitContext } from '../../../src/circuits/kimchi/context.ts';
import { existsOne } from '../../../src/circuits/kimchi/gates.ts';
import { capture } from '../../support/kimchi/index.ts';
import { jointScan, pinned } from '../../support/kimchi/joint/index.ts';
import { BYTES } from './gadgets/bytes.ts';
import { SHA256 } from './gadgets/sha256.ts';
import { INVERSE, reasons, testScans, TWICE } from './scans.ts';

const TOPS =
  'range checks of words that a table entry holds: the entry would have to move with them';

testScans(SHA256, {
  Sigma0: { scanned: 12 },
  'Sigma0 with chunks on top': { scanned: 12 },
  Sigma1: { scanned: 12 },
  'Sigma1 with chunks on top': { scanned: 12 },
  sigma0: { scanned: 12 },
  'sigma0 with chunks on top': { scanned: 12 },
  sigma1: { scanned: 13 },
  'sigma1 with chunks on top': { scanned: 13 },
  reduction: { scanned: 6 },
  'choice of the digest': { scanned: 83, missed: { member: 14 }, why: TOPS },
  'choice of the digest by a number that is range-checked': {
    scanned: 86,
    unbound: 1,
    missed: { member: 15 },
    why: reasons(
      TOPS,
      "another number of blocks is another digest, and the number is the prover's here",
    ),
  },
  'limbs of the digest': {
    scanned: 26,
    missed: { member: 3 },
    why: 'scaled lookups of high parts: the word is below 2^32 and its low part in range',
  },
  padding: {
    scanned: 29,
    unbound: 3,
    missed: { member: 2, product: 3, read: 10, sum: 10 },
    why: reasons('how the zeros are split into steps', TWICE),
  },
});

testScans(BYTES, {
  'range of 30 bits': { scanned: 8 },
  'memory and position': { scanned: 37, missed: { read: 1, sum: 2 }, why: TWICE },
  TLV: { scanned: 13, missed: { read: 1, sum: 2 }, why: TWICE },
  'short TLV': { scanned: 9, missed: { sum: 1 }, why: TWICE },
  'large header': { scanned: 35, missed: { bit: 4, read: 1, sum: 6 }, why: TWICE },
  'serial number': { scanned: 19, missed: { product: 2, read: 1, sum: 2 }, why: TWICE },
  UTCTime: {
    scanned: 68,
    unbound: 1,
    missed: { bit: 6, member: 1, product: 4, read: 1, sum: 5 },
    why: reasons(INVERSE, TWICE),
  },
  GeneralizedTime: {
    scanned: 68,
    unbound: 1,
    missed: { bit: 5, member: 1, product: 4, read: 2, sum: 5 },
    why: reasons(INVERSE, TWICE),
  },
});

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
