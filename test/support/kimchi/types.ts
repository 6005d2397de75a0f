import type { CircuitContext } from '../../../src/circuits/kimchi/context.ts';

/** The body of a circuit. It must be synchronous: kimchi is driven without Pickles here. */
export type Circuit = (context: CircuitContext) => void;

export interface Cell {
  readonly row: number;
  readonly col: number;
}

/** One gate: its kind as kimchi numbers it, the cell each of columns 0..6 is wired to. */
export interface Gate {
  readonly kind: number;
  readonly wires: readonly Cell[];
  readonly coeffs: readonly bigint[];
}

/** A runtime table as the circuit fixes it: its values are the prover's. */
export interface RuntimeTable {
  readonly id: number;
  readonly indices: readonly bigint[];
}

/** `witness[row][col]`, 15 columns, values reduced modulo the native field. */
export type Witness = bigint[][];

/** Why a witness is not accepted. `row` is where the violated gate, lookup or wire starts. */
export interface Failure {
  readonly row: number;
  readonly gate: string;
  readonly what: string;
}
