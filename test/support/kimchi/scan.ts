import { rulesOf } from './gates/index.ts';
import { P, mod } from './field.ts';
import { PADDING, evaluate, violationsAt } from './evaluate.ts';
import { RuntimeReads, lookupsOf, patternsOf, tablesOf, type Lookup } from './lookups.ts';
import { variableClasses } from './wiring.ts';
import type { Captured } from './capture.ts';
import type { Cell, Gate } from './types.ts';

/** A variable that can be changed alone, to `value`, without anything refusing it. */
export interface Unbound {
  readonly cells: readonly Cell[];
  readonly gates: readonly string[];
  readonly honest: bigint;
  readonly value: bigint;
}

export interface ScanOptions {
  /** Look at every n-th variable only. Default 1. */
  sample?: number;
  /** Source of the large changes, so that a finding can be repeated. Default: a fixed sequence. */
  random?: () => bigint;
}

/**
 * Change every variable alone - with all it is wired to - and list those that nothing refuses.
 * Tried: plus and minus one, 0, 1, the negative, and a large value. Throws when the honest witness
 * itself has failures. A variable on the list is unbound: explain it or fix it. One not on it may
 * still be free together with others.
 */
export function scanUnbound(captured: Captured, options: ScanOptions = {}): Unbound[] {
  const { sample = 1, random = sequence() } = options;
  const [failure] = evaluate(captured);
  if (failure) throw Error(`scan: honest witness fails at row ${failure.row}: ${failure.what}`);
  const scanner = new Scanner(captured);
  return variableClasses(captured).flatMap((cells, i) => {
    if (i % sample !== 0) return [];
    const honest = scanner.value(cells);
    const tries = new Set([honest + 1n, honest - 1n, 0n, 1n, -honest, random()].map(mod));
    tries.delete(honest);
    for (const value of tries) {
      if (!scanner.refuses(cells, value)) {
        return [{ cells, gates: scanner.gatesOf(cells), honest, value }];
      }
    }
    return [];
  });
}

/** The honest witness of a circuit, with quick answers about one changed variable. */
class Scanner {
  private readonly witness;
  private readonly patterns;
  private readonly tables;
  private readonly reads = new RuntimeReads();

  constructor(private readonly captured: Captured) {
    this.witness = captured.witness.map((row) => row.slice());
    this.patterns = patternsOf(captured.gates);
    this.tables = tablesOf(captured.gates, captured.tables);
    captured.gates.forEach((_, row) => {
      for (const lookup of this.runtimeLookups(row)) this.reads.add(lookup);
    });
  }

  value([first]: readonly Cell[]): bigint {
    return first ? (this.row(first.row)[first.col] ?? 0n) : 0n;
  }

  gatesOf(cells: readonly Cell[]): string[] {
    return [...new Set(cells.map(({ row }) => rulesOf(this.gate(row).kind).name))];
  }

  refuses(cells: readonly Cell[], value: bigint): boolean {
    const honest = this.value(cells);
    const rows = [...new Set(cells.map((cell) => cell.row))];
    const runtimeRows = rows.filter((row) => this.patterns[row] === 'pairs');
    const before = runtimeRows.flatMap((row) => this.runtimeLookups(row));
    this.set(cells, value);
    const refused = this.violated(rows) || this.runtimeRefuses(before, runtimeRows);
    this.set(cells, honest);
    return refused;
  }

  private violated(rows: readonly number[]): boolean {
    for (const row of rows) {
      if (violationsAt(this.gate(row), row, this.witness).length > 0) return true;
      const previous = this.captured.gates[row - 1];
      if (previous && violationsAt(previous, row - 1, this.witness).length > 0) return true;
      if (this.lookups(row).some((lookup) => this.tables.contains(lookup) === false)) return true;
    }
    return false;
  }

  private runtimeRefuses(before: readonly Lookup[], rows: readonly number[]): boolean {
    const after = rows.flatMap((row) => this.runtimeLookups(row));
    for (const lookup of before) this.reads.remove(lookup);
    for (const lookup of after) this.reads.add(lookup);
    const refused = after.some((lookup) => !this.reads.agree(lookup));
    for (const lookup of after) this.reads.remove(lookup);
    for (const lookup of before) this.reads.add(lookup);
    return refused;
  }

  private lookups(row: number): Lookup[] {
    const pattern = this.patterns[row];
    return pattern === undefined ? [] : lookupsOf(pattern, this.row(row));
  }

  private runtimeLookups(row: number): Lookup[] {
    if (this.patterns[row] !== 'pairs') return [];
    return this.lookups(row).filter((lookup) => this.tables.contains(lookup) === undefined);
  }

  private set(cells: readonly Cell[], value: bigint): void {
    for (const { row, col } of cells) this.row(row)[col] = value;
  }

  private gate(row: number): Gate {
    const gate = this.captured.gates[row];
    if (gate === undefined) throw Error(`no gate at row ${row}`);
    return gate;
  }

  private row(row: number): bigint[] {
    return this.witness[row] ?? [...PADDING];
  }
}

/** Large values that differ from one to the next and are the same in every run. */
function sequence(): () => bigint {
  let state = 0x9e3779b97f4a7c15f39cc0605cedc835n;
  return () => (state = (state * state + 0xb7e151628aed2a6abf7158809cf4f3c7n) % P);
}
