import { P, mod } from '../field.ts';
import type { Captured } from '../capture.ts';
import type { Lookup } from '../lookups.ts';
import { PIN, Rules, termsOf } from './rules.ts';
import { System, inverse, residue, type Constraint, type Half, type Variable } from './system.ts';

/** Values of variables that differ from the honest witness. */
export type Move = ReadonlyMap<Variable, bigint>;

export interface JointScan {
  /** Moves that nothing refuses: another witness for the same inputs. */
  readonly unbound: readonly Move[];
  /** Constraints that alone refuse a move: without one of them, that move would pass. */
  readonly noticed: ReadonlySet<Constraint>;
  /** The others, but for those on constants and pinned inputs alone, and entries of tables that nothing reads. */
  readonly missed: readonly Constraint[];
  readonly system: System;
}

/** Equations that a move may be mended at, one after the other, before it counts as refused. */
const DEPTH = 2;

/**
 * Move variables of a circuit, one alone or two in an equation that still holds, each with all that
 * follows from them, and mend what equations then say by moving further variables in them. Every
 * constraint of the circuit judges the result.
 *
 * The inputs of the circuit should be `pinned`, or they count among what is unbound.
 */
export function jointScan(captured: Captured): JointScan {
  const search = new Search(captured);
  search.run();
  return search;
}

class Search implements JointScan {
  readonly system: System;
  readonly unbound: Move[] = [];
  readonly noticed = new Set<Constraint>();
  private readonly rules: Rules;
  /** For each variable the rules, by their number, that it is an input of. */
  private readonly followers = new Map<Variable, number[]>();
  private readonly isPin: readonly boolean[];
  private readonly reads: Reads;

  constructor(captured: Captured) {
    this.system = new System(captured);
    this.rules = new Rules(this.system);
    this.rules.all.forEach(({ inputs }, number) => {
      for (const input of new Set(inputs)) {
        this.followers.set(input, [...(this.followers.get(input) ?? []), number]);
      }
    });
    this.isPin = this.system.constraints.map(({ half }) => half?.coeffs[0] === PIN);
    this.reads = new Reads(this.system);
  }

  get missed(): Constraint[] {
    return this.system.constraints.filter(
      (constraint, number) =>
        !this.noticed.has(constraint) &&
        !this.reads.isAlone(number) &&
        !constraint.variables.every((variable) => this.rules.given.has(variable)),
    );
  }

  run(): void {
    const { honest, constraints, uses } = this.system;
    honest.forEach((value, variable) => {
      if (uses[variable]!.length === 0) return;
      for (const step of this.steps(variable))
        this.attempt(new Map([[variable, value + step]]), DEPTH);
      for (const other of [0n, 1n, 2n]) this.attempt(new Map([[variable, other]]), DEPTH);
    });
    for (const { half } of constraints) {
      if (half !== undefined && half.coeffs[3] === 0n) this.pairsOf(half);
    }
  }

  /** Two variables of an equation at a time, so far that it still holds. */
  private pairsOf(half: Half): void {
    const { honest } = this.system;
    const terms = termsOf(half);
    for (const [i, [x, a]] of terms.entries()) {
      for (const [y, b] of terms.slice(i + 1)) {
        const ratio = mod(a * inverse(b));
        const other = inverse(ratio);
        // the last: so that x - 2^32 y moves by one, where y is kept on top of a word in x
        const onTop = inverse(1n + (ratio << 32n));
        for (const step of [...this.steps(x), other, -other, onTop, -onTop]) {
          this.attempt(
            new Map([
              [x, honest[x]! + step],
              [y, honest[y]! - ratio * step],
            ]),
            DEPTH,
          );
        }
      }
    }
  }

  /** By one, and by what moves another variable of an equation by one or out of 12 bits. */
  private steps(variable: Variable): Set<bigint> {
    const steps = new Set([1n, P - 1n]);
    for (const number of this.system.uses[variable]!) {
      const { half } = this.system.constraints[number]!;
      if (half === undefined || steps.size > 16) continue;
      const terms = new Map(termsOf(half));
      const own = terms.get(variable);
      if (own === undefined) continue;
      for (const [other, c] of terms) {
        if (other === variable) continue;
        const ratio = c * inverse(own);
        for (const step of [ratio, -ratio, ratio << 12n, -ratio << 12n]) steps.add(mod(step));
      }
    }
    return steps;
  }

  private attempt(moves: Move, depth: number): void {
    const { honest, constraints } = this.system;
    const state = this.follow(moves);
    if (state === undefined || state.size === 0) return;
    const values = (variable: Variable) => state.get(variable) ?? honest[variable]!;
    const touched = new Set([...state.keys()].flatMap((variable) => this.system.uses[variable]!));
    const reads: number[] = [];
    const refusals: number[][] = [];
    let isPinned = false;
    for (const number of touched) {
      const { read, holds } = constraints[number]!;
      if (read !== undefined) reads.push(number);
      if (holds(values)) continue;
      if (this.isPin[number]) isPinned = true;
      else refusals.push([number]);
    }
    refusals.push(...this.reads.contradictions(reads, values));
    if (refusals.length === 0) {
      if (!isPinned) this.unbound.push(state);
      return;
    }
    const alone = refusals.reduce((all, some) => all.filter((number) => some.includes(number)));
    for (const number of alone) this.noticed.add(constraints[number]!);
    if (depth > 0 && refusals.length <= 3) this.mend(refusals, moves, values, depth);
  }

  /** Solve one of the refusing equations for each variable that was not moved on purpose. */
  private mend(
    refusals: readonly number[][],
    moves: Move,
    values: (variable: Variable) => bigint,
    depth: number,
  ): void {
    for (const [number] of refusals) {
      const { half } = this.system.constraints[number ?? -1] ?? {};
      if (half === undefined || half.coeffs[3] !== 0n) continue;
      for (const [variable, c] of termsOf(half)) {
        const { given, pins } = this.rules;
        if (moves.has(variable) || (given.has(variable) && !pins.has(variable))) continue;
        const value = mod(values(variable) - residue(half, values) * inverse(c));
        this.attempt(new Map([...moves, [variable, value]]), depth - 1);
      }
      return;
    }
  }

  /** The moves with what follows from them; undefined where the prover would find no witness. */
  private follow(moves: Move): Map<Variable, bigint> | undefined {
    const { honest } = this.system;
    const state = new Map<Variable, bigint>();
    const values = (variable: Variable) => state.get(variable) ?? honest[variable]!;
    const open = new Set<number>();
    const set = (variable: Variable, value: bigint) => {
      const reduced = mod(value);
      if (reduced === honest[variable]) return;
      state.set(variable, reduced);
      for (const number of this.followers.get(variable) ?? []) open.add(number);
    };
    for (const [variable, value] of moves) set(variable, value);
    while (open.size > 0) {
      const first = Math.min(...open);
      open.delete(first);
      const { outputs, compute } = this.rules.all[first]!;
      const computed = compute(values, moves);
      if (computed === undefined) return undefined;
      outputs.forEach((variable, i) => {
        if (!moves.has(variable)) set(variable, computed[i]!);
      });
    }
    return state;
  }
}

/** The lookups in runtime tables: the values that are read at an index must agree. */
class Reads {
  private readonly at = new Map<string, number[]>();
  private readonly keys = new Map<number, string>();

  constructor(private readonly system: System) {
    system.constraints.forEach(({ read }, number) => {
      if (read === undefined) return;
      const key = keyOf(read((variable) => system.honest[variable]!));
      this.keys.set(number, key);
      this.at.set(key, [...(this.at.get(key) ?? []), number]);
    });
  }

  /** Whether nothing else reads or pins the index that this lookup reads. */
  isAlone(number: number): boolean {
    const key = this.keys.get(number);
    return key !== undefined && this.at.get(key)!.length === 1;
  }

  /** For each index at which reads disagree, those of which each alone could be left out. */
  contradictions(moved: readonly number[], values: (variable: Variable) => bigint): number[][] {
    const lookups = new Map(moved.map((n) => [n, this.system.constraints[n]!.read!(values)]));
    const keys = new Set(moved.flatMap((n) => [this.keys.get(n)!, keyOf(lookups.get(n)!)]));
    const result: number[][] = [];
    for (const key of keys) {
      const byValue = new Map<bigint, number[]>();
      const add = (number: number, { entry: [, value] }: Lookup) =>
        byValue.set(value, [...(byValue.get(value) ?? []), number]);
      for (const number of this.at.get(key) ?? []) {
        const honest = (variable: Variable) => this.system.honest[variable]!;
        if (!lookups.has(number)) add(number, this.system.constraints[number]!.read!(honest));
      }
      for (const [number, lookup] of lookups) if (keyOf(lookup) === key) add(number, lookup);
      if (byValue.size <= 1) continue;
      const single = [...byValue.values()].filter((numbers) => numbers.length === 1);
      result.push(byValue.size === 2 ? single.flat() : []);
    }
    return result;
  }
}

function keyOf({ table, entry: [index] }: Lookup): string {
  return `${table}:${index}`;
}
