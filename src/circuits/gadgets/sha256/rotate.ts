import type { Field } from 'o1js';
import { existsOne } from '../../kimchi/gates.ts';
import type { Operand, XorResult, XorRows } from '../../kimchi/xor.ts';
import { expand, plain, raised, sum, valueOf, type Word } from './word.ts';

const MASK = (1n << 32n) - 1n;

/**
 * A rotation or shift by j <= 12 bits as one linear equation
 *   result r + source x + chunk k = 0,  0 <= k < 2^12,
 * which for words r, x in [0, 2^32) has only the intended r as solution:
 *   right  2^12 r = 2^(12-j) x + (2^32-1) k     (r = x rotated right)
 *   left   2^12 x = 2^(12-j) r + (2^32-1) k     (x = r rotated right)
 *   shift  2^12 r = 2^(12-j) x - k              (r = x >> j)
 * Modulo 2^(12-j) each says k = 2^(12-j) m with 0 <= m < 2^j, and then, for instance, 2^j r = x - m
 * + 2^32 m forces m = x mod 2^j. All sides are below 2^45, so equality mod the field order is
 * equality.
 */
export interface Movement {
  readonly result: bigint;
  readonly source: bigint;
  readonly chunk: bigint;
  apply(x: bigint): { result: bigint; chunk: bigint };
}

const SCALE = 1n << 12n;

export function rotateRight(by: number): Movement {
  const j = movementBits(by);
  return {
    result: SCALE,
    source: -(1n << (12n - j)),
    chunk: -MASK,
    apply: (x) => ({ result: rotr(x, j), chunk: (x & ((1n << j) - 1n)) << (12n - j) }),
  };
}

export function rotateLeft(by: number): Movement {
  const j = movementBits(by);
  return {
    result: 1n << (12n - j),
    source: -SCALE,
    chunk: MASK,
    apply: (x) => ({ result: rotr(x, 32n - j), chunk: (x >> (32n - j)) << (12n - j) }),
  };
}

export function shiftRight(by: number): Movement {
  const j = movementBits(by);
  return {
    result: SCALE,
    source: -(1n << (12n - j)),
    chunk: 1n,
    apply: (x) => ({ result: x >> j, chunk: (x & ((1n << j) - 1n)) << (12n - j) }),
  };
}

function movementBits(by: number): bigint {
  if (by < 1 || by > 12) throw Error(`movement by ${by} bits`);
  return BigInt(by);
}

function rotr(x: bigint, by: bigint): bigint {
  return ((x >> by) | (x << (32n - by))) & MASK;
}

/** The moved word as first operand of an XOR. Half a row and a lookup. */
function movedFirst(rows: XorRows, x: Word, movement: Movement): Field {
  const cell = existsOne(() => movement.apply(valueOf(x) & MASK).result + (1n << 32n));
  const chunk = existsOne(() => movement.apply(valueOf(x) & MASK).chunk);
  rows.range12(chunk);
  const { terms, constant } = expand([
    [movement.result, raised(cell)],
    [movement.source, x],
    [movement.chunk, plain(chunk)],
  ]);
  rows.assertLinear(terms, constant);
  return cell;
}

/** The moved word as second operand of the next XOR. Half a row and often no lookup. */
function movedSecond(rows: XorRows, x: Word, movement: Movement): Operand {
  const { operand, chunk, weight } = rows.operand(
    () => movement.apply(valueOf(x) & MASK).result,
    () => movement.apply(valueOf(x) & MASK).chunk,
  );
  // cell = r + 2^32 weight k
  const { terms, constant } = expand([
    [movement.result, plain(operand.cell)],
    [movement.source, x],
    [movement.chunk - ((movement.result * weight) << 32n), plain(chunk)],
  ]);
  rows.assertLinear(terms, constant);
  return operand;
}

/** x xor (x moved), x raised. */
function xorMoved(rows: XorRows, x: Word, movement: Movement): XorResult {
  return rows.xor(x.cell, movedSecond(rows, x, movement));
}

/** (x moved) xor (y moved). */
function xorBothMoved(rows: XorRows, x: Word, byX: Movement, y: Word, byY: Movement): Word {
  const first = movedFirst(rows, x, byX);
  return plain(rows.xor(first, movedSecond(rows, y, byY)).out);
}

/** Sigma_0 of FIPS 180-4 (4.4): rotations by 2, 13, 22. */
export function bigSigma0(rows: XorRows, a: Word): Word {
  const inner = plain(xorMoved(rows, a, rotateRight(11)).out);
  return xorBothMoved(rows, inner, rotateRight(2), a, rotateLeft(10));
}

/** Sigma_1 (4.5): rotations by 6, 11, 25. */
export function bigSigma1(rows: XorRows, e: Word): Word {
  const inner = plain(xorMoved(rows, e, rotateRight(5)).out);
  return xorBothMoved(rows, inner, rotateRight(6), e, rotateLeft(7));
}

/** sigma_0 (4.6): rotations by 7, 18, shift by 3. */
export function smallSigma0(rows: XorRows, w: Word): Word {
  const inner = plain(xorMoved(rows, w, rotateRight(11)).out);
  return xorBothMoved(rows, inner, rotateRight(7), w, shiftRight(3));
}

/** sigma_1 (4.7): rotations by 17, 19, shift by 10. The 16 of 17 is a swap of the halves. */
export function smallSigma1(rows: XorRows, w: Word): Word {
  const { out, outHigh } = xorMoved(rows, w, rotateRight(2));
  // out = low + 2^16 high, swapped = high + 2^16 low
  const swapped = sum(rows, [
    [1n << 16n, plain(out)],
    [-MASK, plain(outHigh)],
  ]);
  return xorBothMoved(rows, swapped, rotateRight(1), w, shiftRight(10));
}
