import type { Field } from 'o1js';
import type { CircuitContext } from '../kimchi/context.ts';
import { existsOne } from '../kimchi/gates.ts';
import type { ByteMemory, Position } from './memory.ts';

/** One DER element: where it starts, where its content starts and ends, content length. */
export interface Tlv {
  readonly tag: Field;
  readonly start: Position;
  readonly content: Position;
  readonly end: Position;
  readonly length: Field;
}

/**
 * Read the header of the TLV at a position: one-byte tag, minimal definite length.
 *
 * Four bytes are taken as one number and split into bytes t, a, b, c, each range-checked:
 *   short form   a < 128                  length a            header 2
 *   form 81      a = 0x81, b >= 128       length b            header 3
 *   form 82      a = 0x82, 256 b + c >= 256  length 256 b + c  header 4
 * The bits of the forms are the prover's, but each is tied to a, so exactly one fits. The end is
 * not compared with anything: callers show that it is where the outer element says.
 * The memory must have four more bytes after the start (SHA-256 padding has nine). ~9 rows.
 */
export function readTlv(context: CircuitContext, memory: ByteMemory, start: Position): Tlv {
  const after = memory.advance(start, 4);
  const word = memory.between(start, after, 4);
  const [tag, a, b, c] = [24n, 16n, 8n, 0n].map((shift) => {
    const byte = existsOne(() => (word.toBigInt() >> shift) & 255n);
    memory.assertByte(byte);
    return byte;
  }) as [Field, Field, Field, Field];
  context.assertLinear([
    [1n << 24n, tag],
    [1n << 16n, a],
    [1n << 8n, b],
    [1n, c],
    [-1n, word],
  ]);

  const long1 = existsOne(() => (a.toBigInt() === 0x81n ? 1n : 0n));
  const long2 = existsOne(() => (a.toBigInt() === 0x82n ? 1n : 0n));
  context.assertBit(long1);
  context.assertBit(long2);
  const long = context.linear([
    [1n, long1],
    [1n, long2],
  ]);
  context.assertBit(long);
  // The long form: a = 0x81 long1 + 0x82 long2. The short form: `short` = a < 128.
  const short = existsOne(() => (long.toBigInt() === 0n ? a.toBigInt() : 0n));
  context.range12(context.linear([[32n, short]]));
  context.range12(short);
  context.assertLinear([
    [1n, short],
    [0x81n, long1],
    [0x82n, long2],
    [-1n, a],
  ]);
  // long: short must be 0, else a = short + 0x81 would be a second reading
  context.assertProduct(long, short, context.constant(0n));

  const first = context.product(long1, b);
  const pair = context.linear([
    [256n, b],
    [1n, c],
  ]);
  const second = context.product(long2, pair);
  // minimal: b >= 128 in form 81, 256 b + c >= 256 in form 82
  const excess1 = context.linear([
    [1n, first],
    [-128n, long1],
  ]);
  context.range12(excess1);
  const excess2 = context.linear([
    [1n, second],
    [-256n, long2],
  ]);
  context.rangeBits(excess2, 16);

  const length = context.linear([
    [1n, short],
    [1n, first],
    [1n, second],
  ]);
  const header = context.linear(
    [
      [1n, long1],
      [2n, long2],
    ],
    2n,
  );
  const content = memory.advance(start, header);
  const end = memory.advance(content, length);
  return { tag, start, content, end, length };
}

/** As `readTlv` for elements of at most 127 bytes of content: two bytes of header. ~4 rows. */
export function readShortTlv(context: CircuitContext, memory: ByteMemory, start: Position): Tlv {
  const content = memory.advance(start, 2);
  const tag = existsOne(() => {
    const word = content.prefix.toBigInt() - 65536n * start.prefix.toBigInt();
    return modulo(word) >> 8n;
  });
  memory.assertByte(tag);
  const length = context.linear([
    ...memory.betweenTerms(start, content, 2),
    [-256n, tag],
  ]);
  // length < 128, scaled and plain: see CircuitContext.rangeBits
  context.rangeBits(length, 7);
  const end = memory.advance(content, length);
  return { tag, start, content, end, length };
}

const ORDER = 0x40000000000000000000000000000000224698fc094cf91b992d30ed00000001n;

function modulo(x: bigint): bigint {
  const rest = x % ORDER;
  return rest < 0n ? rest + ORDER : rest;
}
