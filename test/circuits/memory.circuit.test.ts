import { beforeAll, describe, expect, test } from '@jest/globals';
import { bytesToBigint } from '../../src/bytes.ts';
import { existsOne } from '../../src/circuits/kimchi/gates.ts';
import { evaluate, P, tamper } from '../support/kimchi/index.ts';
import type { Captured, Change } from '../support/kimchi/index.ts';
import { acceptedLies, hintsOf } from '../support/lying-prover.ts';
import { MemoryCircuit } from './memory-circuit.ts';

const SIZE = 48;
const TEXT = new TextEncoder().encode('Zwölf BOXKÄMPFER jagen Viktor quer über den Deich');
const BYTES = TEXT.slice(0, SIZE);

/** Inputs of the reads below: an index and a length. */
let [from, length] = [5n, 20n];

const reads = new MemoryCircuit(
  SIZE,
  ({ memory }) => {
    const start = memory.at(existsOne(() => from));
    const size = existsOne(() => length);
    const end = memory.advance(start, size);
    return {
      fixed: memory.between(start, memory.advance(start, 3), 3),
      span: memory.span(start, end, size),
      folded: memory.foldedSpan(start, end, size),
      constant: memory.span(memory.atConstant(0), start, start.index),
    };
  },
  ({ fixed, span, folded, constant }) => ({
    fixed: fixed.toBigInt(),
    span: span.toBigInt(),
    folded: folded.toBigInt(),
    constant: constant.toBigInt(),
  }),
);

const fold = (bytes: Uint8Array) =>
  bytes.map((byte) => (byte >= 65 && byte <= 90 ? byte + 32 : byte));

describe('ByteMemory', () => {
  let captured: Captured;
  beforeAll(async () => {
    captured = await reads.build(BYTES);
  });

  test.each([
    [0n, 0n],
    [0n, 31n],
    [5n, 20n],
    [17n, 31n],
    [31n, 1n],
  ])('reads at %i, %i bytes', async (start, bytes) => {
    [from, length] = [start, bytes];
    const { witness, values } = await reads.run(BYTES);
    const [first, last] = [Number(start), Number(start + bytes)];
    expect(evaluate(captured, witness)).toEqual([]);
    expect(values).toEqual({
      fixed: bytesToBigint(BYTES.slice(first, first + 3)),
      span: bytesToBigint(BYTES.slice(first, last)),
      folded: bytesToBigint(fold(BYTES.slice(first, last))),
      constant: bytesToBigint(BYTES.slice(0, first)),
    });
    [from, length] = [5n, 20n];
  });

  test('has no hint that the prover can lie about', async () => {
    const hints = await hintsOf(captured, reads.circuit, /gadgets\/memory/);
    // the folded value of each byte; of the reads a prefix each, a power a span, two folded prefixes
    expect(hints.length).toBe(SIZE + 3 + 3 + 2);

    const lies = (value: bigint) => [value + 256n, value - 256n, value + (1n << 64n)];
    const some = [...hints.slice(0, 3), ...hints.slice(SIZE)];
    expect(await acceptedLies(captured, reads.circuit, some, lies)).toEqual([]);
  });

  /** Changes of the inputs and of everything that follows from them, as a forger would make them. */
  async function forged(bytes: readonly bigint[]): Promise<boolean> {
    const bent = new MemoryCircuit(SIZE, () => undefined);
    const honest = await bent.build(BYTES);
    const cells = BYTES.map((_, i) => i);
    const prefixes: bigint[] = [0n];
    for (const byte of bytes) prefixes.push((256n * prefixes.at(-1)! + byte) % P);
    const original: bigint[] = [0n];
    for (const byte of BYTES) original.push((256n * original.at(-1)! + BigInt(byte)) % P);
    const changes: Change[] = [];
    honest.witness.forEach((row, r) => {
      // prefix equations: 256 S + byte - S' = 0
      for (const c of [0, 3]) {
        const i = original.indexOf(row[c] ?? -1n);
        const next = row[c + 2];
        if (i < 0 || i >= cells.length || next !== original[i + 1]) continue;
        changes.push({ row: r, col: c, value: prefixes[i]! });
        changes.push({ row: r, col: c + 1, value: bytes[i]! });
        changes.push({ row: r, col: c + 2, value: prefixes[i + 1]! });
      }
    });
    expect(changes.length).toBeGreaterThanOrEqual(3 * SIZE);
    return evaluate(honest, tamper(honest, changes)).length === 0;
  }

  test('refuses a byte that borrows from the one before', async () => {
    const bytes = Array.from(BYTES, BigInt);
    expect(await forged(bytes)).toBe(true);
    bytes[9]! += 256n;
    bytes[8]! -= 1n;
    expect(await forged(bytes)).toBe(false);
  });

  test.each([256n, -1n, 1n << 200n])('refuses a byte of %i', async (byte) => {
    const one = new MemoryCircuit(1, ({ memory }) => memory.bytes[0]!);
    const honest = await one.build(Uint8Array.of(7));
    const cell = honest.witness.flatMap((row, r) =>
      row.slice(0, 7).flatMap((value, col) => (value === 7n ? [{ row: r, col }] : [])),
    );
    expect(cell.length).toBeGreaterThan(0);
    const changed = cell.map((place): Change => ({ ...place, value: byte }));
    expect(evaluate(honest, tamper(honest, changed))).not.toEqual([]);
  });

  test.each([
    ['before the first byte', -1n, 1n],
    ['after the last byte', 49n, 0n],
    ['across the end', 40n, 20n],
    ['of 32 bytes', 2n, 32n],
    ['of -1 bytes', 5n, -1n],
  ])('refuses to read %s', async (_, start, bytes) => {
    [from, length] = [start, bytes];
    expect(await reads.accepts(BYTES)).toBe(false);
    [from, length] = [5n, 20n];
  });

  test('has a pinned number of rows', async () => {
    const empty = await new MemoryCircuit(768, () => undefined).build(new Uint8Array(768));
    expect(empty.gates.length).toBe(2036);
  });
});
