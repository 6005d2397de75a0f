/**
 * What hides a witness in a plain proof: the last rows of each column that depends on it are random. A proof shows each
 * such column at two points. Here the part of those evaluations that the known rows determine is computed, from the
 * witness and the challenges of the proof; the rest is the mask.
 */
import { P, decodeFields, mod } from './field.ts';
import { lookupsOf, patternsOf, type Lookup } from './lookups.ts';
import type { Gate } from './types.ts';

/** Rows of a column that are random. */
export const ZK_ROWS = 3;
const TWELVE_BIT_TABLE = 1n;

/** What the prover is given, for a circuit with joint lookups of pairs. */
export interface Given {
  readonly domainLog2: number;
  /** Primitive root of unity of the domain. */
  readonly omega: bigint;
  readonly gates: readonly Gate[];
  /** By column; rows that are not there are zero. */
  readonly witness: readonly (readonly bigint[])[];
  readonly runtimeTables: readonly {
    readonly id: bigint;
    readonly indices: readonly bigint[];
    readonly values: readonly bigint[];
  }[];
  /** Whether kimchi's own table of 12 bits is in the circuit. */
  readonly hasTwelveBits: boolean;
  /** Lookups that a row has places for. */
  readonly maxPerRow: number;
}

export interface Challenges {
  readonly zeta: bigint;
  readonly beta: bigint;
  readonly gamma: bigint;
  readonly jointCombiner: bigint;
}

/** Columns up to their random rows, by name. */
export type Columns = ReadonlyMap<string, readonly bigint[]>;

/** All columns that depend on the witness, and the table, which does so by its runtime part alone. */
export function knownColumns(given: Given, { beta, gamma, jointCombiner }: Challenges): Columns {
  const n = 2 ** given.domainLog2;
  const rows = n - ZK_ROWS - 1;
  const combine = (table: bigint, entry: readonly bigint[]) =>
    mod(
      entry.reduceRight((sum, x) => mod(sum * jointCombiner + x), 0n) +
        jointCombiner * jointCombiner * table,
    );
  const { table, runtime } = tableOf(given, combine, n);
  const patterns = patternsOf(given.gates);
  const lookups = Array.from({ length: rows }, (_, row) => {
    const pattern = patterns[row];
    const values = given.witness.map((column) => column[row] ?? 0n);
    const read: Lookup[] = pattern === undefined ? [] : lookupsOf(pattern, values);
    return read.map(({ table: id, entry }) => combine(id, entry.slice(0, 2)));
  });
  const sorted = sort(table.slice(0, rows), lookups, given.maxPerRow);
  const aggregation = [1n];
  const factor = mod(gamma * (1n + beta));
  for (let row = 0; row < rows; row++) {
    const below = sorted.map((column, i) =>
      i % 2 === 0 ? [column[row]!, column[row + 1]!] : [column[row + 1]!, column[row]!],
    );
    const denominator = below.reduce((all, [a, b]) => mod(all * (factor + a! + beta * b!)), 1n);
    const read = lookups[row]!;
    const padded = [...read, ...Array.from({ length: given.maxPerRow - read.length }, () => 0n)];
    const numerator = padded.reduce((all, x) => mod(all * (gamma + x) * (1n + beta)), 1n);
    const step = mod(numerator * (factor + table[row]! + beta * table[row + 1]!));
    aggregation.push(mod(aggregation[row]! * step * inverse(denominator)));
  }
  return new Map<string, readonly bigint[]>([
    ...given.witness.map((column, i): [string, readonly bigint[]] => [`witness ${i}`, column]),
    ...sorted.map((column, i): [string, readonly bigint[]] => [`sorted ${i}`, column]),
    ['aggregation', aggregation],
    ['runtime table', runtime],
    ['table', table],
  ]);
}

type Combine = (table: bigint, entry: readonly bigint[]) => bigint;

/** Fixed tables, then runtime tables, then zeros; and what of it is the prover's. */
function tableOf({ hasTwelveBits, runtimeTables }: Given, combine: Combine, n: number) {
  const table: bigint[] = [];
  const runtime: bigint[] = [];
  if (hasTwelveBits) {
    for (let x = 0n; x < 4096n; x++) table.push(combine(TWELVE_BIT_TABLE, [x, 0n]));
  }
  for (const { id, indices, values } of runtimeTables) {
    for (const [i, index] of indices.entries()) {
      runtime[table.length] = values[i]!;
      table.push(combine(id, [index, values[i]!]));
    }
  }
  return {
    table: Array.from({ length: n }, (_, i) => table[i] ?? 0n),
    runtime: Array.from({ length: n }, (_, i) => runtime[i] ?? 0n),
  };
}

/** The table with every read beside what it reads, in columns of which each second one runs backwards. */
function sort(
  table: readonly bigint[],
  lookups: readonly (readonly bigint[])[],
  maxPerRow: number,
): bigint[][] {
  const rows = table.length;
  const counts = new Map<bigint, number>(table.map((value) => [value, 1]));
  const add = (value: bigint, count: number) => {
    const before = counts.get(value);
    if (before === undefined) throw Error('a lookup is not in the table');
    counts.set(value, before + count);
  };
  for (const read of lookups) {
    for (const value of read) add(value, 1);
    add(0n, maxPerRow - read.length);
  }
  const all: bigint[] = [];
  for (const value of table) {
    for (let i = counts.get(value)!; i > 0; i--) all.push(value);
    counts.set(value, 1);
  }
  const columns = Array.from({ length: maxPerRow + 1 }, (_, i) =>
    all.slice(i * rows, (i + 1) * rows),
  );
  columns.forEach((column, i) => column.push(columns[i + 1]?.[0] ?? column.at(-1)!));
  return columns.map((column, i) => (i % 2 === 1 ? column.toReversed() : column));
}

/** The polynomials that have these values on the domain, each at a point; the random rows count as zero. */
export function evaluateAt(columns: Columns, point: bigint, { domainLog2, omega }: Given) {
  const n = 2 ** domainLog2;
  const powers = [1n];
  for (let i = 1; i < n; i++) powers.push(mod(powers[i - 1]! * omega));
  const inverses = inverseAll(powers.map((power) => mod(point - power)));
  const scale = mod((power(point, BigInt(n)) - 1n) * inverse(BigInt(n)));
  const weights = powers.map((root, i) => mod(root * mod(scale * inverses[i]!)));
  const at = (column: readonly bigint[]) =>
    column
      .slice(0, n - ZK_ROWS)
      .reduce((sum, value, i) => (value === 0n ? sum : mod(sum + value * weights[i]!)), 0n);
  return new Map([...columns].map(([name, column]) => [name, at(column)]));
}

export const fieldOf = (bytes: Uint8Array): bigint => decodeFields(Uint8Array.from(bytes))[0]!;

export function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let rest = exponent, square = base; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = mod(result * square);
    square = mod(square * square);
  }
  return result;
}

export const inverse = (x: bigint): bigint => power(mod(x), P - 2n);

/** Of all at once, for one inversion. */
function inverseAll(values: readonly bigint[]): bigint[] {
  const products = [1n];
  for (const value of values) products.push(mod(products.at(-1)! * value));
  let rest = inverse(products.at(-1)!);
  const inverses: bigint[] = [];
  for (let i = values.length - 1; i >= 0; i--) {
    inverses[i] = mod(rest * products[i]!);
    rest = mod(rest * values[i]!);
  }
  return inverses;
}
