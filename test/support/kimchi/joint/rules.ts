/**
 * Which values of a witness follow from which: what an honest prover computes again after a value has
 * changed, read from the gates alone. A rule is a guess at the way of the prover and proves nothing;
 * a wrong one only makes the search in `search.ts` miss something.
 */
import { GATE } from '../../../../src/circuits/kimchi/gates.ts';
import { P, mod } from '../field.ts';
import { poseidonStates, roundsOf } from '../gates/poseidon.ts';
import { multiplication, rangeCheck, xorChain } from './recompute.ts';
import { signed, solve, type Unknown } from './solve.ts';
import { inverse, residue, type Half, type System, type Values, type Variable } from './system.ts';

export interface Rule {
  readonly inputs: readonly Variable[];
  readonly outputs: readonly Variable[];
  /** The outputs; undefined where the prover would find none. */
  compute(values: Values, moves: ReadonlyMap<Variable, bigint>): readonly bigint[] | undefined;
}

/** Coefficient of the half row that pins an input of a circuit to its value, see `pinned`. */
export const PIN = 0x70696en;

const POSEIDON = 2;

export class Rules {
  /** In an order in which each comes after those that its inputs follow from. */
  readonly all: readonly Rule[];
  /** Variables that are constants of the circuit, or inputs that are pinned to a value. */
  readonly given = new Set<Variable>();
  readonly pins = new Set<Variable>();
  private readonly found: Rule[] = [];
  private readonly ruleOf = new Map<Variable, Rule>();
  private readonly linear = new Map<Variable, Half>();

  constructor(private readonly system: System) {
    const halves = system.constraints.flatMap(({ half }) => (half === undefined ? [] : [half]));
    for (const half of halves) {
      const [only, ...others] = termsOf(half);
      if (only === undefined || others.length > 0 || half.coeffs[3] !== 0n) continue;
      this.given.add(only[0]);
      if (only[1] === PIN) this.pins.add(only[0]);
    }
    this.addReads();
    this.addGates();
    const left = halves.filter((half) => !this.defines(half));
    for (const half of left) this.addUnknowns(half);
    this.all = this.sorted();
  }

  private isFree(variable: Variable): boolean {
    return !this.given.has(variable) && !this.ruleOf.has(variable);
  }

  /** Add a rule for those of the outputs that follow from nothing else yet. */
  private add(rule: Rule): boolean {
    const places = rule.outputs.flatMap((variable, i) => (this.isFree(variable) ? [i] : []));
    if (
      places.length === 0 ||
      this.dependOn(rule.inputs, new Set(places.map((i) => rule.outputs[i]!)))
    )
      return false;
    const outputs = places.map((i) => rule.outputs[i]!);
    const compute: Rule['compute'] = (values, moves) => {
      const all = rule.compute(values, moves);
      return all && places.map((i) => all[i]!);
    };
    const added = { inputs: rule.inputs, outputs, compute };
    this.found.push(added);
    for (const variable of outputs) this.ruleOf.set(variable, added);
    return true;
  }

  private dependOn(variables: readonly Variable[], targets: ReadonlySet<Variable>): boolean {
    const seen = new Set<Variable>();
    const open = [...variables];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (targets.has(next)) return true;
      if (seen.has(next)) continue;
      seen.add(next);
      open.push(...(this.ruleOf.get(next)?.inputs ?? []));
    }
    return false;
  }

  /** What a runtime table says at an index that is no constant. */
  private addReads(): void {
    const honest = (variable: Variable) => this.system.honest[variable]!;
    const entries = new Map<bigint, Map<bigint, Variable>>();
    const reads = this.system.constraints.filter(({ read }) => read !== undefined);
    for (const { read, variables } of reads) {
      const [, index, value] = variables as [Variable, Variable, Variable];
      if (!this.given.has(index)) continue;
      const { table, entry } = read!(honest);
      if (!entries.has(table)) entries.set(table, new Map());
      entries.get(table)!.set(entry[0], value);
    }
    for (const { read, variables } of reads) {
      const [, index, value] = variables as [Variable, Variable, Variable];
      const table = entries.get(read!(honest).table);
      if (this.given.has(index) || table === undefined) continue;
      this.add({
        inputs: [index, ...table.values()],
        outputs: [value],
        compute: (values) => {
          const found = table.get(values(index));
          return found === undefined ? undefined : [values(found)];
        },
      });
    }
  }

  private addGates(): void {
    const { gates } = this.system.captured;
    gates.forEach(({ kind, coeffs }, row) => {
      if (kind === GATE.xor16 && gates[row - 1]?.kind !== GATE.xor16) {
        let length = 1;
        while (gates[row + length]?.kind === GATE.xor16) length++;
        this.add(xorChain(this.system, row, length));
      }
      if (kind === GATE.rangeCheck0) this.add(rangeCheck(this.system, row, coeffs[0] === 1n));
      if (kind === GATE.rangeCheck1) this.add(rangeCheck(this.system, row, false));
      if (kind === GATE.foreignFieldMul) this.add(multiplication(this.system, row, coeffs));
      if (kind === POSEIDON) this.add(this.poseidon(row, coeffs));
    });
  }

  private poseidon(row: number, coeffs: readonly bigint[]): Rule {
    const cells = [6, 7, 8, 9, 10, 11, 12, 13, 14, 3, 4, 5];
    const next = [0, 1, 2];
    const at = (of: number) => (col: number) => this.system.variable(of, col);
    return {
      inputs: next.map(at(row)),
      outputs: [...cells.map(at(row)), ...next.map(at(row + 1))],
      compute: (values) => poseidonStates(next.map(at(row)).map(values), roundsOf(coeffs)).flat(),
    };
  }

  /** A half row that ends with -1 times a new variable: a sum or a product was made there. */
  private defines(half: Half): boolean {
    if (this.inverts(half)) return true;
    const terms = termsOf(half);
    const [last, coefficient] = terms.at(-1) ?? [];
    const isProduct = half.coeffs[3] !== 0n;
    if (last === undefined || coefficient !== P - 1n) return false;
    // an equation about one variable makes none
    if (isProduct ? half.cells.indexOf(last) < 2 : terms.length < 2) return false;
    const inputs = inputsOf(half).filter((variable) => variable !== last);
    const added = this.add({
      inputs,
      outputs: [last],
      compute: (values) => {
        const rest = (variable: Variable) => (variable === last ? 0n : values(variable));
        return [residue(half, rest)];
      },
    });
    if (added && half.coeffs[3] === 0n) this.linear.set(last, half);
    return added;
  }

  /** x inverse = 1, or (x - value) inverse = 1 - bit, where the inverse of 0 may be any: it is 0 then. */
  private inverts({ cells: [x, second, third], coeffs: [l, r, o, m, c] }: Half): boolean {
    if (l !== 0n || m !== 1n || c !== P - 1n) return false;
    if (o === 1n) {
      return this.add({
        inputs: [x],
        outputs: [second, third],
        compute: (values) => {
          const difference = mod(values(x) + r);
          return [inverse(difference), difference === 0n ? 1n : 0n];
        },
      });
    }
    if (r !== 0n || o !== 0n) return false;
    const compute: Rule['compute'] = (values) => [inverse(values(x))];
    return this.add({ inputs: [x], outputs: [second], compute });
  }

  /** An equation that is left: its free variables follow from the others, see `solve`. */
  private addUnknowns(half: Half): void {
    if (half.coeffs[3] !== 0n) return;
    const terms = new Map<Variable, bigint>();
    const constant = this.expand(half, 1n, terms);
    const unknowns = [...terms]
      .filter(([variable]) => this.isFree(variable))
      .map(([variable, c]) => ({ variable, c: signed(c), honest: this.system.honest[variable]! }));
    if (unknowns.length === 0) return;
    const outputs = unknowns.map(({ variable }) => variable);
    const inputs = [...terms.keys()].filter((variable) => !outputs.includes(variable));
    this.add({
      inputs,
      outputs,
      compute: (values, moves) => {
        const isMoved = ({ variable }: Unknown) => moves.has(variable);
        const moved = unknowns.filter(isMoved).map(({ variable }) => variable);
        const known = [...inputs, ...moved];
        const sum = known.reduce((total, v) => total + terms.get(v)! * values(v), constant);
        const solved = solve(
          mod(-sum),
          unknowns.filter((unknown) => !isMoved(unknown)),
        );
        return outputs.map((variable) => solved.get(variable) ?? values(variable));
      },
    });
  }

  /** The terms of half a row, with sums that stand in nothing else written out; its constant. */
  private expand(half: Half, factor: bigint, terms: Map<Variable, bigint>): bigint {
    let constant = factor * half.coeffs[4];
    for (const [variable, coefficient] of termsOf(half)) {
      const weight = mod(factor * coefficient);
      const definition = this.linear.get(variable);
      if (
        definition !== half &&
        definition !== undefined &&
        this.system.uses[variable]!.length === 2
      ) {
        // 0 = sum - variable
        const inner = new Map<Variable, bigint>();
        constant += this.expand(definition, weight, inner);
        inner.delete(variable);
        for (const [v, c] of inner) terms.set(v, mod((terms.get(v) ?? 0n) + c));
      } else {
        terms.set(variable, mod((terms.get(variable) ?? 0n) + weight));
      }
    }
    return mod(constant);
  }

  private sorted(): Rule[] {
    const order: Rule[] = [];
    const seen = new Set<Rule>();
    const visit = (first: Rule) => {
      const open: [Rule, boolean][] = [[first, false]];
      for (let next = open.pop(); next !== undefined; next = open.pop()) {
        const [rule, isReady] = next;
        if (isReady) order.push(rule);
        if (isReady || seen.has(rule)) continue;
        seen.add(rule);
        open.push([rule, true]);
        for (const input of rule.inputs) {
          const before = this.ruleOf.get(input);
          if (before !== undefined && !seen.has(before)) open.push([before, false]);
        }
      }
    };
    this.found.forEach(visit);
    return order;
  }
}

/** Linear terms of half a row, one a variable. */
export function termsOf({ cells, coeffs }: Half): [Variable, bigint][] {
  const terms = new Map<Variable, bigint>();
  cells.forEach((variable, i) => {
    const c = coeffs[i as 0 | 1 | 2];
    if (c !== 0n) terms.set(variable, mod((terms.get(variable) ?? 0n) + c));
  });
  return [...terms].filter(([, c]) => c !== 0n);
}

function inputsOf(half: Half): Variable[] {
  const [x, y] = half.cells;
  const linear = termsOf(half).map(([variable]) => variable);
  return [...new Set(half.coeffs[3] === 0n ? linear : [x, y, ...linear])];
}
