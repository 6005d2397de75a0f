import { P, mod } from '../field.ts';
import type { Captured } from '../capture.ts';
import { Reads } from './reads.ts';
import { PIN, Rules, termsOf } from './rules.ts';
import { System, inverse, residue, type Constraint, type Half, type Variable } from './system.ts';

/** Values of variables that differ from the honest witness. */
export type Move = ReadonlyMap<Variable, bigint>;

export interface JointScan {
  /** Moves that nothing refuses, one for each set of variables: another witness for the same inputs. */
  readonly unbound: readonly Move[];
  /**
   * The constraints that are asked for: all but those on constants and pinned inputs alone, and entries
   * of tables that nothing reads. What stands before the last pin made inputs and is not of the gadget.
   */
  readonly scanned: readonly Constraint[];
  /** Those of which none alone refuses a move. Without one of the others, some move would pass. */
  readonly missed: readonly Constraint[];
  readonly system: System;
}

/** Equations that a move may be mended at, one after the other, before it counts as refused. */
const DEPTH = 2;
/** More constraints than these refuse a move for good. */
const MOST_REFUSALS = 3;

/**
 * Move variables of a circuit, one alone or two in an equation that still holds, each with all that
 * follows from them, and mend what equations then say by moving further variables in them. Every
 * constraint of the circuit judges the result.
 *
 * The inputs of the circuit should be `pinned`, or they count among what is unbound. Constraints can be
 * left out, as if the circuit had been built without them.
 */
export function jointScan(
  captured: Captured,
  { without = () => false }: { without?: (constraint: Constraint, system: System) => boolean } = {},
): JointScan {
  const whole = new System(captured);
  const left = whole.constraints.filter((constraint) => !without(constraint, whole));
  const search = new Search(left.length < whole.constraints.length ? whole.of(left) : whole);
  search.run();
  return search;
}

class Search implements JointScan {
  readonly system: System;
  /** Constraints that alone refuse a move. */
  private readonly noticed = new Set<Constraint>();
  /** Moves that passed, by their variables. */
  private readonly passed = new Map<string, Move>();
  private readonly rules: Rules;
  /** For each variable the rules, by their number, that it is an input of. */
  private readonly followers = new Map<Variable, number[]>();
  private readonly isPin: readonly boolean[];
  private readonly reads: Reads;
  /** The witness that is asked about: the honest one but for the moves of the attempt under way. */
  private readonly current: bigint[];
  private readonly values = (variable: Variable) => this.current[variable]!;
  /** The round in which a constraint was last asked. */
  private readonly asked: Uint32Array;
  private round = 0;

  constructor(system: System) {
    this.system = system;
    this.rules = new Rules(this.system);
    this.rules.all.forEach(({ inputs }, number) => {
      for (const input of new Set(inputs)) {
        this.followers.set(input, [...(this.followers.get(input) ?? []), number]);
      }
    });
    this.isPin = this.system.constraints.map(({ half }) => half?.coeffs[0] === PIN);
    this.reads = new Reads(this.system);
    this.current = [...this.system.honest];
    this.asked = new Uint32Array(this.system.constraints.length);
  }

  get unbound(): Move[] {
    return [...this.passed.values()];
  }

  get scanned(): Constraint[] {
    const { constraints } = this.system;
    const first = constraints[this.isPin.lastIndexOf(true)]?.row ?? 0;
    return constraints.filter(
      ({ row, variables }, number) =>
        row >= first &&
        !this.reads.isAlone(number) &&
        !variables.every((variable) => this.rules.given.has(variable)),
    );
  }

  get missed(): Constraint[] {
    return this.scanned.filter((constraint) => !this.noticed.has(constraint));
  }

  run(): void {
    const { honest, constraints, uses } = this.system;
    honest.forEach((value, variable) => {
      if (uses[variable]!.length === 0 || this.isConstant(variable)) return;
      const moved = [...this.steps(variable)].map((step) => mod(value + step));
      for (const other of new Set([...moved, 0n, 1n, 2n])) {
        this.attempt(new Map([[variable, other]]), DEPTH);
      }
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
        if (this.isConstant(x) || this.isConstant(y)) continue;
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
    const state = this.follow(moves);
    const further = state.size === 0 ? [] : this.judge(moves, state, depth);
    for (const variable of state.keys()) this.current[variable] = this.system.honest[variable]!;
    for (const next of further) this.attempt(next, depth - 1);
  }

  /** Ask all constraints about a state that `current` shows; the moves that mend what refuses it. */
  private judge(moves: Move, state: Move, depth: number): Move[] {
    const { constraints } = this.system;
    this.round++;
    const reads: number[] = [];
    const refusals: number[][] = [];
    let isPinned = false;
    for (const variable of state.keys()) {
      for (const number of this.system.uses[variable]!) {
        if (this.asked[number] === this.round) continue;
        this.asked[number] = this.round;
        const { read, holds } = constraints[number]!;
        if (read !== undefined) reads.push(number);
        if (holds(this.values)) continue;
        if (this.isPin[number]) isPinned = true;
        else refusals.push([number]);
        // none of them alone, and too many to mend
        if (refusals.length > MOST_REFUSALS) return [];
      }
    }
    refusals.push(...this.reads.contradictions(reads, this.values));
    if (refusals.length === 0) {
      if (!isPinned) this.passed.set([...state.keys()].sort().join(), state);
      return [];
    }
    const alone = refusals.reduce((all, some) => all.filter((number) => some.includes(number)));
    for (const number of alone) this.noticed.add(constraints[number]!);
    if (depth === 0 || refusals.length > MOST_REFUSALS) return [];
    return this.mends(refusals, moves);
  }

  /** Solve one of the refusing equations for each variable that was not moved on purpose. */
  private mends(refusals: readonly number[][], moves: Move): Move[] {
    for (const [number] of refusals) {
      const { half } = this.system.constraints[number ?? -1] ?? {};
      if (half === undefined || half.coeffs[3] !== 0n) continue;
      const left = residue(half, this.values);
      return termsOf(half).flatMap(([variable, c]): Move[] => {
        if (moves.has(variable) || this.isConstant(variable)) return [];
        const value = mod(this.values(variable) - left * inverse(c));
        return [new Map([...moves, [variable, value]])];
      });
    }
    return [];
  }

  /** A constant of the circuit: its own row refuses whatever moves it. */
  private isConstant(variable: Variable): boolean {
    return this.rules.given.has(variable) && !this.rules.pins.has(variable);
  }

  /** The moves with what follows from them, which `current` shows then. */
  private follow(moves: Move): Map<Variable, bigint> {
    const { honest } = this.system;
    const state = new Map<Variable, bigint>();
    const open = new Set<number>();
    const set = (variable: Variable, value: bigint) => {
      const reduced = mod(value);
      if (reduced === honest[variable]) return;
      state.set(variable, reduced);
      this.current[variable] = reduced;
      for (const number of this.followers.get(variable) ?? []) open.add(number);
    };
    for (const [variable, value] of moves) set(variable, value);
    while (open.size > 0) {
      let first = Infinity;
      for (const number of open) if (number < first) first = number;
      open.delete(first);
      const { outputs, compute } = this.rules.all[first]!;
      // where nothing can be found, all stays as it was
      const computed = compute(this.values, moves);
      outputs.forEach((variable, i) => {
        if (computed !== undefined && !moves.has(variable)) set(variable, computed[i]!);
      });
    }
    return state;
  }
}
