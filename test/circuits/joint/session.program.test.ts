/**
 * The joint scan of `possession` without ECDSA: two variables of an equation are moved at once so that it still holds, with
 * all that follows from them, and nothing passes. What is missed is counted, with the reason. Refreshes and presentations are
 * hashes that follow from each other, many rows deep: they are scanned variable by variable, where they are tested.
 */
import { jest } from '@jest/globals';
import { SESSION } from './gadgets/session.ts';
import { INVERSE, reasons, testScans } from './scans.ts';

jest.setTimeout(600_000);

const KEY =
  'limbs of the key that lend to each other, packed the same: the signature, which is left out here, has them in range';
const HASHES =
  'what a hash takes in: it gives another statement, and no other way to it is found; statement.kimchi changes each';
const TWICE =
  'whether there is an order is asserted to be a bit twice: by its type, and by the method';
const RANGES = 'range checks of digest limbs that lend to each other: several have to be left out';
const UNUSED = 'the secret, and server and salt of the order, where there is none';

testScans(SESSION, {
  'a possession with all that it can show': {
    scanned: 272,
    unbound: 3,
    missed: { bit: 2, member: 6, product: 5, sum: 39 },
    why: reasons(KEY, HASHES, TWICE, RANGES),
  },
  'a possession with nothing to show': {
    scanned: 272,
    unbound: 8,
    missed: { bit: 2, member: 6, product: 7, sum: 20 },
    why: reasons(KEY, HASHES, TWICE, RANGES, UNUSED, INVERSE),
  },
  'a table of one value': { scanned: 1 },
});
