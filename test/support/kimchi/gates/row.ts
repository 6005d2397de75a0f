import { P } from '../field.ts';

/** What a gate can see: its own row, the row after it, its coefficients. */
export interface Row {
  readonly curr: readonly bigint[];
  readonly next: readonly bigint[];
  readonly coeffs: readonly bigint[];
}

/** A gate kind: which cells it reads, and the names of its equations that a row violates. */
export interface GateRules {
  readonly name: string;
  violations(row: Row): string[];
  /** Columns of its own row, and of the next one, that an equation or lookup of the gate reads. */
  reads(coeffs: readonly bigint[]): { curr: readonly number[]; next: readonly number[] };
}

/** Columns `first` to `last`, both included. */
export function columns(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

/** Column of a row; a missing one would be a mistake of this harness. */
export function at(row: readonly bigint[], col: number): bigint {
  const value = row[col];
  if (value === undefined) throw Error(`no column ${col}`);
  return value;
}

export function isZero(x: bigint): boolean {
  return x === 0n || x % P === 0n;
}

export function isCrumb(x: bigint): boolean {
  return x >= 0n && x < 4n;
}

/** Horner: `high`, and behind it the digits in some columns of a row, each of so many bits. */
export function append(
  high: bigint,
  row: readonly bigint[],
  cols: readonly number[],
  bits: bigint,
): bigint {
  let sum = high;
  for (const col of cols) sum = (sum << bits) + at(row, col);
  return sum;
}
