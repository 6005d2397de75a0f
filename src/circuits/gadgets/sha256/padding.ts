import type { Field } from 'o1js';
import type { Bit, CircuitContext } from '../../kimchi/context.ts';
import { existsOne } from '../../kimchi/gates.ts';
import { inRange, type IntegerIn } from '../../kimchi/integer.ts';
import type { Walk } from '../walk.ts';

export const BLOCK_BYTES = 64;

/** Bytes that a message needs beyond its own: 0x80 and its length in bits. */
const PADDING_BYTES = 9;

/** A number of blocks of a memory. */
export type BlockCount = IntegerIn<4>;
const MAX_BLOCKS = 15;

/** Bytes of a message: less than 128 MiB. */
export type MessageLength = IntegerIn<27>;

/**
 * Assert that the memory holds a message of `length` bytes with its padding (FIPS 180-4, 5.1.1) and
 * nothing but zeros after it; the number of blocks, in [1, blocks]. `length` need not be
 * range-checked, this shows 0 <= length <= 64 blocks - 9. ~70 rows for 12 blocks.
 *
 * `total` is the length that the padding tells: more than `length` where the memory holds only the
 * end of a message.
 *
 * S(p) is the memory's prefix number: the bytes before p as a number mod the field order; k <= 31
 * bytes from p on are the integer S(p + k) - 256^k S(p).
 */
export function assertPadding(walk: Walk, length: Field, total?: MessageLength): BlockCount {
  const { context, memory } = walk;
  if (memory.size % BLOCK_BYTES !== 0) throw Error(`memory of ${memory.size} bytes: no full block`);
  const inMemory = memory.size / BLOCK_BYTES;
  if (inMemory > MAX_BLOCKS) throw Error(`memory of ${inMemory} blocks: at most ${MAX_BLOCKS}`);
  const used = usedBlocks(context, inMemory, length);
  const blocks = inRange<4>(context.sum(used, 1n));
  // 64 blocks = length + 9 + zeros with 0 <= zeros < 64: one solution, as `blocks` is an integer
  const zeros = context.linear(
    [
      [BigInt(BLOCK_BYTES), blocks],
      [-1n, length],
    ],
    -BigInt(PADDING_BYTES),
  );
  context.rangeBits(zeros, 6);

  const start = memory.at(length);
  let position = memory.advance(start, 1);
  context.assertLinear(
    [
      [1n, position.prefix],
      [-256n, start.prefix],
    ],
    -0x80n,
  );
  // the zeros, in three steps of at most 31 bytes
  const first = existsOne(() => least(zeros.toBigInt(), 31n));
  const second = existsOne(() => least(zeros.toBigInt() - first.toBigInt(), 31n));
  const third = context.linear([
    [1n, zeros],
    [-1n, first],
    [-1n, second],
  ]);
  for (const step of [first, second, third]) {
    const next = memory.advance(position, step);
    context.assertProduct(memory.power(step), position.prefix, next.prefix);
    position = next;
  }
  // 64-bit big-endian length in bits
  const end = memory.advance(position, 8);
  context.assertLinear([...memory.betweenTerms(position, end, 8), [-8n, total ?? length]]);
  assertZerosAfter(walk, used);
  return blocks;
}

/**
 * As `assertPadding`, where the first `hashed` blocks of the memory were hashed before; asserts that the
 * message does not end in them. The number of blocks that are left, at least 1.
 */
export function assertPaddingBehind(
  walk: Walk,
  hashed: number,
  length: Field,
  total: MessageLength,
): BlockCount {
  const { context } = walk;
  context.range12(context.sub(length, BigInt(BLOCK_BYTES * hashed)));
  const blocks = assertPadding(walk, length, total);
  // 64 blocks > length >= 64 hashed
  return inRange(context.sub(blocks, BigInt(hashed)));
}

/** Bits that say whether the second, third, ... block is used: a run of ones, then zeros. */
function usedBlocks(context: CircuitContext, blocks: number, length: Field): Bit[] {
  const used: Bit[] = [];
  for (let block = 1; block < blocks; block++) {
    const bit = context.bit(
      () => length.toBigInt() + BigInt(PADDING_BYTES) > BigInt(BLOCK_BYTES * block),
    );
    const before = used.at(-1);
    if (before !== undefined) context.assertZeroUnless(before, bit);
    used.push(bit);
  }
  return used;
}

/** Every byte of an unused block is zero. 2 rows a block. */
function assertZerosAfter(walk: Walk, used: readonly Bit[]): void {
  const { context, memory } = walk;
  for (const [i, bit] of used.entries()) {
    const at = (offset: number) => memory.prefixAt(BLOCK_BYTES * (i + 1) + offset);
    // Windows of 31, 31 and 2 bytes: their sum is below 3 * 2^248, so it is 0 only if all are.
    const whole = 256n ** 31n;
    const total = context.linear([
      [-whole, at(0)],
      [1n - whole, at(31)],
      [1n - 256n ** 2n, at(62)],
      [1n, at(64)],
    ]);
    context.assertZeroUnless(bit, total);
  }
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
