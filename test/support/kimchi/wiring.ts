import { rulesOf } from './gates/index.ts';
import { COLUMNS, WIRED_COLUMNS, mod } from './field.ts';
import { patternsOf } from './lookups.ts';
import type { Captured } from './capture.ts';
import type { Cell, Witness } from './types.ts';

const keyOf = ({ row, col }: Cell) => row * COLUMNS + col;
const cellOf = (key: number): Cell => ({ row: Math.floor(key / COLUMNS), col: key % COLUMNS });

/** All cells that the copy constraints hold equal to this one, itself included. */
export function classOf(captured: Captured, cell: Cell): Cell[] {
  const cells = [cell];
  if (cell.col >= WIRED_COLUMNS) return cells;
  for (let next = wire(captured, cell); keyOf(next) !== keyOf(cell); next = wire(captured, next)) {
    cells.push(next);
  }
  return cells;
}

function wire(captured: Captured, { row, col }: Cell): Cell {
  const next = captured.gates[row]?.wires[col];
  if (next === undefined) throw Error(`no cell (${row}, ${col}) in the circuit`);
  return next;
}

/** Whether an equation or a lookup reads each cell; index is row * 15 + column. */
function readCells(captured: Captured): Uint8Array {
  const { gates } = captured;
  const read = new Uint8Array(gates.length * COLUMNS);
  const patterns = patternsOf(gates);
  gates.forEach((gate, row) => {
    const { curr, next } = rulesOf(gate.kind).reads(gate.coeffs);
    for (const col of curr) read[row * COLUMNS + col] = 1;
    if (row + 1 < gates.length) for (const col of next) read[(row + 1) * COLUMNS + col] = 1;
    const inherited = patterns[row];
    if (inherited === 'limbs3to6') for (let col = 3; col <= 6; col++) read[row * COLUMNS + col] = 1;
    if (inherited === 'limbs7to10') {
      for (let col = 7; col <= 10; col++) read[row * COLUMNS + col] = 1;
    }
  });
  return read;
}

/**
 * One class a variable: every wiring cycle of two or more cells, and every lone cell that a gate
 * reads. What is left out are cells that nothing reads and nothing is equal to.
 */
export function variableClasses(captured: Captured): Cell[][] {
  const read = readCells(captured);
  const seen = new Uint8Array(read.length);
  const classes: Cell[][] = [];
  for (let key = 0; key < read.length; key++) {
    if (seen[key] === 1) continue;
    const cells = classOf(captured, cellOf(key));
    for (const cell of cells) seen[keyOf(cell)] = 1;
    if (cells.length > 1 || read[key] === 1) classes.push(cells);
  }
  return classes;
}

/** One cell of each variable, see `variableClasses`. */
export function variableCells(captured: Captured): Cell[] {
  return variableClasses(captured).map(([first]) => first as Cell);
}

export interface Change extends Cell {
  readonly value: bigint;
}

/**
 * A copy of the witness (the honest one, unless given) with each cell, and all that is wired to it,
 * set to a value. Values are reduced modulo the native field; later changes win.
 */
export function tamper(
  captured: Captured,
  changes: readonly Change[],
  witness: Witness = captured.witness,
): Witness {
  const changed = witness.map((row) => row.slice());
  for (const { row, col, value } of changes) {
    for (const cell of classOf(captured, { row, col })) {
      const target = changed[cell.row];
      if (target === undefined) throw Error(`no row ${cell.row} in the witness`);
      target[cell.col] = mod(value);
    }
  }
  return changed;
}
