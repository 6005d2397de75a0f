/**
 * The joint scan of Merkle paths and the parts of revocation lists: two variables of an equation are moved at once
 * so that it still holds, with all that follows from them, and nothing passes. What is missed is counted, with the
 * reason.
 */
import { CRL } from './gadgets/crl.ts';
import { MERKLE } from './gadgets/merkle.ts';
import { INVERSE, reasons, testScans, TWICE } from './scans.ts';

const HASHES =
  'what a hash takes in: it gives another root, which is refused a second time where the root is known, and no other path is found to it. That a bit has to be one is in mutations, the range of keys in crl/insert';

testScans(MERKLE, {
  'a Merkle path to a root': { scanned: 38, missed: { sum: 9 }, why: HASHES },
});

testScans(CRL, {
  'extensions of an entry of a list': {
    scanned: 165,
    unbound: 1,
    missed: { bit: 3, member: 5, product: 20, read: 24, sum: 55 },
    why: reasons(INVERSE, TWICE),
  },
  'a serial number that is inserted': {
    scanned: 257,
    missed: { bit: 8, member: 4, product: 6, sum: 32 },
    why: HASHES,
  },
  'an insertion that is not used': {
    scanned: 257,
    unbound: 8,
    missed: { bit: 8, member: 4, product: 1 },
    why: reasons(
      "where nothing is inserted, the leaf, its path and the free one are the prover's",
      HASHES,
    ),
  },
  'the tail of a chunk': { scanned: 18 },
  'the tail before a chunk': { scanned: 8 },
});
