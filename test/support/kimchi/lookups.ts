import { GATE } from '../../../src/circuits/kimchi/gates.ts';
import { at } from './gates/row.ts';
import type { Gate, RuntimeTable } from './types.ts';

/** A row of a lookup: (table, three columns); shorter tables are padded with zeros. */
export interface Lookup {
  readonly table: bigint;
  readonly entry: readonly [bigint, bigint, bigint];
  /** First column of the lookup, to name it. */
  readonly column: number;
}

type Pattern = 'xor' | 'pairs' | 'limbs3to6' | 'limbs7to10';

/** Which lookups a gate puts on its own row and on the next one. */
const PATTERNS: ReadonlyMap<number, { own: Pattern; next?: Pattern }> = new Map([
  [GATE.lookup, { own: 'pairs' }],
  [GATE.rangeCheck0, { own: 'limbs3to6' }],
  [GATE.rangeCheck1, { own: 'limbs3to6', next: 'limbs3to6' }],
  [GATE.foreignFieldMul, { own: 'limbs7to10', next: 'limbs7to10' }],
  [GATE.xor16, { own: 'xor' }],
]);

const XOR_TABLE = 0n;
const TWELVE_BIT_TABLE = 1n;

/** The pattern of each row, from its own gate or the one before; two on one row break kimchi. */
export function patternsOf(gates: readonly Gate[]): (Pattern | undefined)[] {
  return gates.map((gate, row) => {
    const own = PATTERNS.get(gate.kind)?.own;
    const before = gates[row - 1];
    const inherited = before && PATTERNS.get(before.kind)?.next;
    if (own !== undefined && inherited !== undefined) {
      throw Error(`row ${row}: the gate before looks up on this row, which has its own lookups`);
    }
    return own ?? inherited;
  });
}

export function lookupsOf(pattern: Pattern, values: readonly bigint[]): Lookup[] {
  const v = (col: number) => at(values, col);
  switch (pattern) {
    case 'xor':
      return [0, 1, 2, 3].map((i) => ({
        table: XOR_TABLE,
        entry: [v(3 + i), v(7 + i), v(11 + i)],
        column: 3 + i,
      }));
    case 'pairs':
      return [1, 3, 5].map((col) => ({
        table: v(0),
        entry: [v(col), v(col + 1), 0n],
        column: col,
      }));
    case 'limbs3to6':
      return [3, 4, 5, 6].map((col) => ({
        table: TWELVE_BIT_TABLE,
        entry: [v(col), 0n, 0n],
        column: col,
      }));
    case 'limbs7to10':
      return [7, 8, 9, 10].map((col) => ({
        table: TWELVE_BIT_TABLE,
        entry: [v(col), 0n, 0n],
        column: col,
      }));
  }
}

/** The fixed tables of a circuit, and its runtime tables' indices. */
export interface Tables {
  /** undefined when the answer depends on the values that the prover gives a runtime table. */
  contains(lookup: Lookup): boolean | undefined;
}

/**
 * Table 0 (xor of nibbles) is in the circuit when an Xor16 gate is, table 1 (12 bits) when a gate
 * with 12-bit limbs is; a Lookup gate alone brings neither. The table is padded with zeros under
 * id 0, so (0, 0, 0) is always in table 0.
 */
export function tablesOf(gates: readonly Gate[], runtime: readonly RuntimeTable[]): Tables {
  const kinds = new Set(gates.map((gate) => gate.kind));
  const hasXor = kinds.has(GATE.xor16);
  const hasTwelve = [GATE.rangeCheck0, GATE.rangeCheck1, GATE.foreignFieldMul].some((kind) =>
    kinds.has(kind),
  );
  const indices = new Map(runtime.map((table) => [BigInt(table.id), new Set(table.indices)]));
  return {
    contains({ table, entry: [x, y, z] }) {
      if (table === XOR_TABLE) {
        if (x === 0n && y === 0n && z === 0n) return true;
        return hasXor && x < 16n && y < 16n && (x ^ y) === z;
      }
      if (table === TWELVE_BIT_TABLE) return hasTwelve && x < 4096n && y === 0n && z === 0n;
      return indices.get(table)?.has(x) === true ? undefined : false;
    },
  };
}

/** Whether all reads of an index of a runtime table can be true at once: they agree on its value. */
export class RuntimeReads {
  private readonly reads = new Map<bigint, Map<bigint, Map<bigint, number>>>();

  add({ table, entry: [index, value] }: Lookup): void {
    const values = this.valuesAt(table, index);
    values.set(value, (values.get(value) ?? 0) + 1);
  }

  remove({ table, entry: [index, value] }: Lookup): void {
    const values = this.valuesAt(table, index);
    const count = values.get(value) ?? 0;
    if (count > 1) values.set(value, count - 1);
    else values.delete(value);
  }

  agree({ table, entry: [index] }: Lookup): boolean {
    return this.valuesAt(table, index).size <= 1;
  }

  /** The value that is read most often at an index, 0 if it is never read. */
  value(table: bigint, index: bigint): bigint {
    const counts = [...this.valuesAt(table, index)].sort(([, a], [, b]) => b - a);
    return counts[0]?.[0] ?? 0n;
  }

  private valuesAt(table: bigint, index: bigint): Map<bigint, number> {
    let byIndex = this.reads.get(table);
    if (byIndex === undefined) this.reads.set(table, (byIndex = new Map()));
    let values = byIndex.get(index);
    if (values === undefined) byIndex.set(index, (values = new Map()));
    return values;
  }
}
