/**
 * A lookup for circuits that need none. In a program of the proof system either every method has a runtime
 * table or none does, and all programs here are compiled to have some.
 */
import { TABLE } from '../../params.ts';
import type { CircuitContext } from '../kimchi/context.ts';

/** A table of one pinned value, and its read. 1 row. */
export function readOne(context: CircuitContext): void {
  const one = context.constant(1n);
  const table = context.table(TABLE.one, [1n]);
  table.insert(1n, one);
  table.read(one, one);
}
