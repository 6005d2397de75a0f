/** In the shared proving process: the rows of the programs that it has compiled so far. */
import type { RowCount } from '../../../bench/row-counts.ts';

const rows: Record<string, RowCount> = {};

export function noteRows(counts: readonly [string, RowCount][]): void {
  Object.assign(rows, Object.fromEntries(counts));
}

export function programRows(): Record<string, RowCount> {
  return rows;
}
