import { type Field, Poseidon } from 'o1js';
import { GATE, Gates, exists, existsOne } from '../../../src/circuits/kimchi/gates.ts';
import { emitProduct } from './product.ts';

const slice = (x: bigint, at: number, bits: number) =>
  (x >> BigInt(at)) & ((1n << BigInt(bits)) - 1n);
const slices = (x: bigint, bits: number, positions: number[]) =>
  positions.map((at) => slice(x, at, bits));
/** `count` positions from `first` down. */
const down = (first: number, count: number, step: number) =>
  Array.from({ length: count }, (_, i) => first - step * i);

const FIRST = 0xfedcba9876543210abcdefn;
const SECOND = 0x0123456789abcdef012345n;
const THIRD = 0xbcde0000123456789abcden;
const WORDS = [0xbeef_1234n, 0xcafe_9876n] as const;

function emitRangeCheck0(value: bigint, compact: boolean): void {
  const twelve = exists(6, () => slices(value, 12, down(76, 6, 12)));
  const crumbs = exists(8, () => slices(value, 2, down(14, 8, 2)));
  Gates.rangeCheck0(
    existsOne(() => value),
    twelve,
    crumbs,
    compact,
  );
}

function emitRangeCheck1(value: bigint): void {
  const current = [
    ...slices(value, 2, [86]),
    ...slices(value, 12, down(74, 4, 12)),
    ...slices(value, 2, down(36, 8, 2)),
  ];
  const next = [
    ...slices(value, 2, [20, 18, 16]),
    1n,
    2n,
    3n,
    4n,
    ...slices(value, 2, down(14, 8, 2)),
  ];
  const [v2, v12] = [existsOne(() => value), existsOne(() => 0n)];
  Gates.rangeCheck1(
    v2,
    v12,
    exists(13, () => current),
    exists(15, () => next),
  );
}

function emitXor(): void {
  for (const shift of [0n, 16n]) {
    const [p, q] = [WORDS[0] >> shift, WORDS[1] >> shift];
    const nibbles = [p, q, p ^ q].flatMap((word) => slices(word, 4, [0, 4, 8, 12]));
    const [in1, in2, out, ...rest] = exists(15, () => [p, q, p ^ q, ...nibbles]);
    Gates.xor(in1 as Field, in2 as Field, out as Field, ...rest);
  }
  Gates.raw(
    GATE.zero,
    exists(3, () => [0n, 0n, 0n]),
    [],
  );
}

/** 3 * 5 = 15 and 7 * 2 - 14 = 0. */
function emitGeneric(): void {
  const coefficients = [0n, 0n, -1n, 1n, 0n, 7n, -1n, 0n, 0n, 0n];
  Gates.raw(
    GATE.generic,
    exists(6, () => [3n, 5n, 15n, 2n, 14n, 0n]),
    coefficients,
  );
}

/**
 * A circuit with every gate kind in use. Each value is a variable of its own where kimchi allows
 * it, so that a test can change every cell alone.
 */
export function everyGate(): void {
  emitRangeCheck0(FIRST, false);
  emitRangeCheck0(SECOND, true);
  Gates.raw(
    GATE.zero,
    exists(2, () => [THIRD, SECOND + (THIRD << 88n)]),
    [],
  );
  emitRangeCheck1(THIRD);
  emitXor();
  emitProduct();
  Poseidon.hash(exists(2, () => [1n, 2n]));
  emitGeneric();
}
