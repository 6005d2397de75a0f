import { GATE } from '../../../../src/circuits/kimchi/gates.ts';
import { rulesOf } from '../gates/index.ts';
import { COLUMNS, P, mod } from '../field.ts';
import { lookupsOf, patternsOf, tablesOf, type Lookup, type Tables } from '../lookups.ts';
import { classOf } from '../wiring.ts';
import type { Captured } from '../capture.ts';

/** Number of a variable: all cells that the copy constraints hold equal are one. */
export type Variable = number;
/** The values of the variables in a witness. */
export type Values = (variable: Variable) => bigint;

/** Half a Generic row: sum of left, right and out terms, the product of left and right, a constant. */
export interface Half {
  readonly row: number;
  readonly cells: readonly [Variable, Variable, Variable];
  readonly coeffs: readonly [bigint, bigint, bigint, bigint, bigint];
}

/**
 * Of half a row: a bit, a product (with whatever else) or a sum. Of a lookup: a read of a table with
 * values, or of a set of numbers, 12 bits included. Else a gate.
 */
export type Kind = 'bit' | 'product' | 'sum' | 'read' | 'member' | 'gate';

/** What can be left out of a circuit alone. */
export interface Constraint {
  readonly row: number;
  readonly kind: Kind;
  /** Kind of its gate; with the first column where a row holds several constraints. */
  readonly name: string;
  readonly variables: readonly Variable[];
  readonly half?: Half;
  /** Of a lookup in a runtime table, which holds or not together with the other reads. */
  readonly read?: (values: Values) => Lookup;
  /** Of every other constraint. */
  readonly holds: (values: Values) => boolean;
}

/**
 * A captured circuit as variables and constraints. A constraint is half a Generic row, one lookup of a
 * Lookup row, or all of another gate with the lookups that come with it.
 */
export class System {
  readonly honest: readonly bigint[];
  readonly constraints: readonly Constraint[];
  readonly tables: Tables;
  /** Constraints that read a variable, by their number. */
  readonly uses: readonly (readonly number[])[];
  private readonly variableAt: Int32Array;
  /** Variables that half a row of their own holds at 0. */
  private readonly zeros = new Set<Variable>();

  constructor(
    readonly captured: Captured,
    constraints?: readonly Constraint[],
  ) {
    const { gates, witness } = captured;
    this.variableAt = new Int32Array((gates.length + 1) * COLUMNS).fill(-1);
    const honest: bigint[] = [];
    for (let row = 0; row <= gates.length; row++) {
      for (let col = 0; col < COLUMNS; col++) {
        if (this.variableAt[row * COLUMNS + col] !== -1) continue;
        const cells = row < gates.length ? classOf(captured, { row, col }) : [{ row, col }];
        for (const cell of cells) this.variableAt[cell.row * COLUMNS + cell.col] = honest.length;
        honest.push(witness[row]?.[col] ?? 0n);
      }
    }
    this.honest = honest;
    this.tables = tablesOf(gates, captured.tables);
    gates.forEach(({ kind, coeffs }, row) => {
      if (kind !== GATE.generic) return;
      for (const [col, first] of [
        [0, 0],
        [3, 5],
      ] as const) {
        const [l = 0n, ...others] = coeffs.slice(first, first + 5);
        if (l !== 0n && others.every((c) => c === 0n)) this.zeros.add(this.variable(row, col));
      }
    });
    this.constraints = constraints ?? this.readConstraints();
    const uses: number[][] = honest.map(() => []);
    this.constraints.forEach(({ variables }, number) => {
      for (const variable of new Set(variables)) uses[variable]!.push(number);
    });
    this.uses = uses;
  }

  /** The same circuit with these of its constraints. */
  of(constraints: readonly Constraint[]): System {
    return new System(this.captured, constraints);
  }

  variable(row: number, col: number): Variable {
    return this.variableAt[row * COLUMNS + col]!;
  }

  /** The 15 values of a row. */
  row(row: number, values: Values): bigint[] {
    return Array.from({ length: COLUMNS }, (_, col) => values(this.variable(row, col)));
  }

  private readConstraints(): Constraint[] {
    const { gates } = this.captured;
    const patterns = patternsOf(gates);
    return gates.flatMap(({ kind }, row): Constraint[] => {
      if (kind === GATE.zero) return [];
      if (kind === GATE.generic) return [0, 3].flatMap((col) => this.half(row, col));
      if (kind === GATE.lookup) return this.lookups(row);
      return [this.whole(row, patterns)];
    });
  }

  private half(row: number, col: number): Constraint[] {
    const first = col === 0 ? 0 : 5;
    const { coeffs } = this.captured.gates[row]!;
    const [l, r, o, m, c] = [0, 1, 2, 3, 4].map((i) => coeffs[first + i] ?? 0n) as [
      bigint,
      bigint,
      bigint,
      bigint,
      bigint,
    ];
    if (l === 0n && r === 0n && o === 0n && m === 0n) return [];
    const [x, y, z] = [0, 1, 2].map((i) => this.variable(row, col + i)) as [number, number, number];
    const read = [...(l || m ? [x] : []), ...(r || m ? [y] : []), ...(o ? [z] : [])];
    const half: Half = { row, cells: [x, y, z], coeffs: [l, r, o, m, c] };
    const holds = (values: Values) => residue(half, values) === 0n;
    const kind = m === 0n ? 'sum' : x === y && l === P - 1n && c === 0n ? 'bit' : 'product';
    return [{ row, kind, name: `Generic ${col}`, variables: read, half, holds }];
  }

  /** Equal lookups of a row, which fill it up, are one. */
  private lookups(row: number): Constraint[] {
    const seen = new Set<string>();
    return [1, 3, 5].flatMap((col) => {
      const variables = [0, col, col + 1].map((c) => this.variable(row, c));
      if (seen.has(variables.join())) return [];
      seen.add(variables.join());
      const [table, index, value] = variables as [Variable, Variable, Variable];
      const read = (values: Values): Lookup => ({
        table: values(table),
        entry: [values(index), values(value), 0n],
        column: col,
      });
      const isRuntime = this.tables.contains(read((v) => this.honest[v]!)) === undefined;
      const holds = (values: Values) => this.tables.contains(read(values)) !== false;
      const kind = this.zeros.has(value) ? 'member' : 'read';
      return [{ row, kind, name: `Lookup ${col}`, variables, holds, ...(isRuntime && { read }) }];
    });
  }

  private whole(row: number, patterns: ReturnType<typeof patternsOf>): Constraint {
    const { kind, coeffs } = this.captured.gates[row]!;
    const rules = rulesOf(kind);
    const reads = rules.reads(coeffs);
    const lookupRows = [row, row + 1].filter((at) => {
      const own = at === row || this.captured.gates[at]?.kind === GATE.zero;
      return own && patterns[at] !== undefined;
    });
    const holds = (values: Values) => {
      const [curr, next] = [this.row(row, values), this.row(row + 1, values)];
      if (rules.violations({ curr, next, coeffs }).length > 0) return false;
      return lookupRows.every((at) =>
        lookupsOf(patterns[at]!, at === row ? curr : next).every((l) => this.tables.contains(l)),
      );
    };
    const looked = lookupRows.includes(row + 1) ? Array.from({ length: 8 }, (_, i) => 3 + i) : [];
    const variables = [
      ...reads.curr.map((col) => this.variable(row, col)),
      ...[...reads.next, ...looked].map((col) => this.variable(row + 1, col)),
    ];
    return { row, kind: 'gate', name: rules.name, variables, holds };
  }
}

/** What half a row comes to, 0 where it holds. */
export function residue(
  { cells: [x, y, z], coeffs: [l, r, o, m, c] }: Half,
  values: Values,
): bigint {
  const [left, right] = [values(x), values(y)];
  return mod(l * left + r * right + o * values(z) + m * left * right + c);
}

/** 1/x mod the order of the native field. */
export function inverse(x: bigint): bigint {
  let [r0, r1] = [P, mod(x)];
  let [t0, t1] = [0n, 1n];
  while (r1 !== 0n) {
    const quotient = r0 / r1;
    [r0, r1] = [r1, r0 - quotient * r1];
    [t0, t1] = [t1, t0 - quotient * t1];
  }
  return mod(t0);
}
