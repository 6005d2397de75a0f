/**
 * The joint scan of the parts of ECDSA over P-256: two variables of an equation are moved at once so that it still holds, with all
 * that follows from them, and nothing passes. What is missed is counted, with the reason.
 */
import { P256 } from './gadgets/p256.ts';
import { reasons, testScans } from './scans.ts';

const OPERANDS =
  'sums that are operands of a product mod p: another slope or point would have to follow from them, which p256/points and p256/verify try';
const QUOTIENTS =
  'bounds of elements and quotients, where a false product has to be forged with them: p256/product';

testScans(P256, {
  'a point': {
    scanned: 46,
    missed: { bit: 2, sum: 2 },
    why: 'a bit and the curve equation: the points that break them are in p256/points',
  },
  'a number at most n - 1': { scanned: 7 },
  'the sum of two points, in the table': { scanned: 43, missed: { sum: 12 }, why: OPERANDS },
  'the sum of two points, in the loop': { scanned: 44, missed: { sum: 14 }, why: OPERANDS },
  'a step of the loop': { scanned: 67, missed: { sum: 19 }, why: OPERANDS },
  'two steps of the loop, the last one to a known point': {
    scanned: 136,
    missed: { member: 6, sum: 40 },
    why: reasons(OPERANDS, QUOTIENTS),
  },
  'a read of the table of points': {
    scanned: 589,
    missed: { member: 48, sum: 162 },
    why: reasons(OPERANDS, QUOTIENTS),
  },
  'scalars from the digits': { scanned: 27 },
  'relations of the scalars': {
    scanned: 33,
    missed: { member: 3, product: 2 },
    why: 'the sign, and quotients that are too large, where a false product has to be forged with them: p256/product',
  },
  'r from the x of R': { scanned: 5 },
});
