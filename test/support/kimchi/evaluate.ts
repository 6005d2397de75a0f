import { rulesOf } from './gates/index.ts';
import { COLUMNS, WIRED_COLUMNS } from './field.ts';
import { RuntimeReads, lookupsOf, patternsOf, tablesOf, type Lookup } from './lookups.ts';
import type { Captured } from './capture.ts';
import type { Failure, Gate, Witness } from './types.ts';

/** The rows that kimchi pads a circuit with. */
export const PADDING: readonly bigint[] = Array.from({ length: COLUMNS }, () => 0n);

/** The equations of one gate that a witness violates. */
export function violationsAt(gate: Gate, row: number, witness: Witness): string[] {
  const curr = witness[row];
  if (curr === undefined) throw Error(`the witness has no row ${row}`);
  return rulesOf(gate.kind).violations({
    curr,
    next: witness[row + 1] ?? PADDING,
    coeffs: gate.coeffs,
  });
}

/**
 * Everything that kimchi would refuse in a witness (the honest one, unless given): gate equations,
 * lookups in fixed and runtime tables, copy constraints. Empty when it would be accepted.
 *
 * A runtime table's values are the prover's, so of it only this is known: a read index is one of
 * the table's, and all reads of an index see the same value.
 */
export function evaluate(captured: Captured, witness: Witness = captured.witness): Failure[] {
  const { gates } = captured;
  const patterns = patternsOf(gates);
  const tables = tablesOf(gates, captured.tables);
  const reads = new RuntimeReads();
  const runtime: { row: number; lookup: Lookup }[] = [];
  const failures: Failure[] = [];

  gates.forEach((gate, row) => {
    const fail = (what: string) => failures.push({ row, gate: rulesOf(gate.kind).name, what });
    violationsAt(gate, row, witness).forEach(fail);
    const values = witness[row] ?? PADDING;
    const pattern = patterns[row];
    for (const lookup of pattern === undefined ? [] : lookupsOf(pattern, values)) {
      const contained = tables.contains(lookup);
      if (contained === false) fail(describe(lookup, 'is not in the table'));
      if (contained !== undefined) continue;
      reads.add(lookup);
      runtime.push({ row, lookup });
    }
    for (let col = 0; col < WIRED_COLUMNS; col++) {
      const target = gate.wires[col];
      if (target && witness[target.row]?.[target.col] !== values[col]) {
        fail(`column ${col} differs from (${target.row}, ${target.col}) that it is wired to`);
      }
    }
  });

  for (const { row, lookup } of runtime) {
    if (reads.agree(lookup) || reads.value(lookup.table, lookup.entry[0]) === lookup.entry[1])
      continue;
    const gate = gates[row] as Gate;
    const what = describe(lookup, 'contradicts other reads of the index');
    failures.push({ row, gate: rulesOf(gate.kind).name, what });
  }
  return failures;
}

function describe({ table, entry, column }: Lookup, what: string): string {
  return `lookup in column ${column}: (${entry.join(', ')}) ${what} ${table}`;
}
