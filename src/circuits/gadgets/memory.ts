import { Field } from 'o1js';
import type { CircuitContext, Term } from '../kimchi/context.ts';
import { existsOne } from '../kimchi/gates.ts';
import type { LookupTable } from '../kimchi/table.ts';
import { TABLE } from '../../params.ts';

/** Longest span that one field element holds as a number: 31 bytes. */
export const MAX_SPAN = 31;

/** A place in the memory: an index proven to lie in [0, size], and what precedes it. */
export interface Position {
  readonly index: Field;
  /** The bytes before `index` as one big-endian number mod the field order. */
  readonly prefix: Field;
}

/**
 * Bytes that can be read at positions known to the prover only.
 *
 * Two runtime tables hold, for every index p in [0, size], the prefix numbers
 *   S(0) = 0, S(p + 1) = 256 S(p) + byte(p)                 over the native field, and
 *   F(0) = 0, F(p + 1) = 256 F(p) + fold(byte(p)),          fold: A-Z to a-z, others unchanged.
 * The circuit computes both columns from the bytes and pins every entry, so a read of (p, S(p)) is
 * the true one and shows 0 <= p <= size. The n bytes from p on are, as a big-endian number,
 *   S(p + n) - 256^n S(p)   (mod the field order),
 * an exact integer for n <= 31, since 256^31 = 2^248 is below the order. Bytes are range-checked by
 * the table (byte -> fold(byte)) that yields the folding. ~2.8 rows a byte, once.
 */
export class ByteMemory {
  readonly size: number;
  readonly bytes: readonly Field[];
  private readonly context: CircuitContext;
  private readonly prefixes: readonly Field[];
  private readonly folded: readonly Field[];
  private readonly prefixTable: LookupTable;
  private readonly foldedTable: LookupTable;
  private readonly byteTable: LookupTable;
  private readonly powerTable: LookupTable;

  /** `bytes`: one variable a byte, unchecked; after this they are in [0, 255]. */
  constructor(context: CircuitContext, bytes: readonly Field[]) {
    this.context = context;
    this.bytes = bytes;
    this.size = bytes.length;
    this.byteTable = context.table(TABLE.memory.byte, range(256));
    for (const byte of range(256)) this.byteTable.insert(byte, Field(fold(byte)));
    this.powerTable = context.table(TABLE.memory.power, range(MAX_SPAN + 1));
    for (const n of range(MAX_SPAN + 1)) this.powerTable.insert(n, Field(256n ** n));

    const lower = bytes.map((byte) => {
      const value = existsOne(() => fold(byte.toBigInt()));
      this.byteTable.read(byte, value);
      return value;
    });
    this.prefixes = runningPrefix(context, bytes);
    this.folded = runningPrefix(context, lower);
    const indices = range(this.size + 1);
    this.prefixTable = context.table(TABLE.memory.prefix, indices);
    this.foldedTable = context.table(TABLE.memory.folded, indices);
    for (const index of indices) {
      this.prefixTable.insert(index, this.prefixes[Number(index)]!);
      this.foldedTable.insert(index, this.folded[Number(index)]!);
    }
  }

  /** Position of a constant index: no lookup. */
  atConstant(index: number): Position {
    return { index: this.context.constant(BigInt(index)), prefix: this.prefixes[index]! };
  }

  /** The bytes before a constant index as a number, see `Position`. Free. */
  prefixAt(index: number): Field {
    const prefix = this.prefixes[index];
    if (prefix === undefined) throw Error(`memory has no index ${index}`);
    return prefix;
  }

  /** Position of a variable index, proven to lie in [0, size]. 1/3 row. */
  at(index: Field): Position {
    const prefix = existsOne(() => this.entry(this.prefixes, index));
    this.prefixTable.read(index, prefix);
    return { index, prefix };
  }

  /** The position `distance` bytes on (constant or variable). 5/6 row. */
  advance(from: Position, distance: number | Field): Position {
    const terms: Term[] = [[1n, from.index]];
    if (typeof distance === 'number') {
      return this.at(this.context.linear(terms, BigInt(distance)));
    }
    return this.at(this.context.linear([...terms, [1n, distance]]));
  }

  /** The `length` <= 31 bytes between two positions that far apart, as a number. Half a row. */
  between(from: Position, to: Position, length: number): Field {
    return this.context.linear(this.betweenTerms(from, to, length));
  }

  /** The same as terms of a linear equation, to save the row where one is asserted anyway. */
  betweenTerms(from: Position, to: Position, length: number): Term[] {
    if (length < 0 || length > MAX_SPAN) throw Error(`between: ${length} bytes`);
    return [
      [1n, to.prefix],
      [-(256n ** BigInt(length)), from.prefix],
    ];
  }

  /** The bytes between two positions `length` apart; proves 0 <= length <= 31. 1 1/3 rows. */
  span(from: Position, to: Position, length: Field): Field {
    const { context } = this;
    const shifted = context.product(this.power(length), from.prefix);
    return context.sub(to.prefix, shifted);
  }

  /** As `span` with A-Z folded to a-z; reads its own two positions. 2 rows. */
  foldedSpan(from: Position, to: Position, length: Field): Field {
    const { context } = this;
    const before = this.foldedAt(from.index);
    const after = this.foldedAt(to.index);
    const shifted = context.product(this.power(length), before);
    return context.sub(after, shifted);
  }

  /** 256^n, and the proof that n is in [0, 31]. 1/3 row. */
  power(n: Field): Field {
    const value = existsOne(() => {
      const exponent = n.toBigInt();
      if (exponent > BigInt(MAX_SPAN)) throw Error('span longer than 31 bytes');
      return 256n ** exponent;
    });
    this.powerTable.read(n, value);
    return value;
  }

  /** In the prover only: the byte at an index, for hints. Constrains nothing. */
  peek(index: bigint): bigint {
    const byte = this.bytes[Number(index)];
    if (byte === undefined) throw Error('position outside the memory');
    return byte.toBigInt();
  }

  /** Assert 0 <= x <= 255. 1/3 row. */
  assertByte(x: Field): void {
    const value = existsOne(() => fold(x.toBigInt()));
    this.byteTable.read(x, value);
  }

  private foldedAt(index: Field): Field {
    const value = existsOne(() => this.entry(this.folded, index));
    this.foldedTable.read(index, value);
    return value;
  }

  /** In the prover: the value of a prefix column at an index. */
  private entry(column: readonly Field[], index: Field): bigint {
    const entry = column[Number(index.toBigInt())];
    if (entry === undefined) throw Error('position outside the memory');
    return entry.toBigInt();
  }
}

function runningPrefix(context: CircuitContext, bytes: readonly Field[]): Field[] {
  const prefixes: Field[] = [context.constant(0n)];
  for (const [i, byte] of bytes.entries()) {
    prefixes.push(
      context.linear([
        [256n, prefixes[i]!],
        [1n, byte],
      ]),
    );
  }
  return prefixes;
}

function range(size: number): bigint[] {
  return Array.from({ length: size }, (_, i) => BigInt(i));
}

/** ASCII A-Z to a-z; every other byte unchanged. */
function fold(byte: bigint): bigint {
  return byte >= 65n && byte <= 90n ? byte + 32n : byte;
}
