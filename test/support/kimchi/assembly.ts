/**
 * From the variables of a run to the cells of the witness, as o1js 2.15.0 lays them out. Its own code for
 * this hashes every entry of every runtime table in every run, which takes three times as long as
 * the run itself; here the layout is read once and each witness is a copy. `harness.test.ts`
 * compares the two.
 */
import type { GateVector } from './bindings.ts';
import { COLUMNS, mod } from './field.ts';
import type { RuntimeTable, Witness } from './types.ts';

/** OCaml values as compiled to JavaScript: constant constructors are 0, blocks are arrays with a tag. */
type List<T> = 0 | [0, T, List<T>];
type Option<T> = 0 | [0, T];
type OcamlArray<T> = [0, ...T[]];
export type FieldConst = [0, bigint];
/** Tag 0: a variable of the run, by its number. Tag 1: one that o1js made of a linear combination. */
type Cell = [0 | 1, number];
type Combination = [0, List<[0, FieldConst, Cell]>, Option<FieldConst>];
type Tree<T> = 0 | [1, number, T] | [0, Tree<T>, number, T, number, Tree<T>];
/** The parts of a constraint system that are read, at their places, once its digest was asked for. */
export type ConstraintSystem = readonly unknown[] & {
  2: readonly [0, OcamlArray<Tree<Combination>>, ...unknown[]];
  3: List<OcamlArray<Option<Cell>>>;
  4: readonly [1, digest: unknown, GateVector];
  7: readonly [1, OcamlArray<[0, id: number, indices: OcamlArray<FieldConst>]>];
};

const NOTHING: Cell = [0, -1];

/** Where each cell of a circuit's witness comes from. */
export class Assembly {
  private readonly rows: readonly (readonly Cell[])[];
  private readonly combinations: ReadonlyMap<number, Combination>;

  constructor(system: ConstraintSystem) {
    this.combinations = readTable(system);
    this.rows = listed(system[3])
      .reverse()
      .map(([, ...cells]) =>
        Array.from({ length: COLUMNS }, (_, col) => {
          const cell = cells[col];
          return cell === undefined || cell === 0 ? NOTHING : cell[1];
        }),
      );
  }

  /** The witness of a run with these values of its variables. */
  witness([, ...variables]: readonly [0, ...FieldConst[]]): Witness {
    const known = new Map<number, bigint>();
    const value = ([kind, number]: Cell): bigint => {
      if (kind === 0) return number < 0 ? 0n : variables[number]![1];
      let result = known.get(number);
      if (result === undefined) {
        const [, terms, constant] = this.combinations.get(number)!;
        const sum = listed(terms).reduce((total, [, [, c], x]) => total + c * value(x), 0n);
        result = mod(sum + (constant === 0 ? 0n : constant[1][1]));
        known.set(number, result);
      }
      return result;
    };
    return this.rows.map((cells) => cells.map(value));
  }
}

/** The runtime tables of a circuit. */
export function runtimeTables(system: ConstraintSystem): RuntimeTable[] {
  const [, [, ...tables]] = system[7];
  return tables.map(([, id, [, ...indices]]) => ({ id, indices: indices.map(([, x]) => x) }));
}

function listed<T>(list: List<T>): T[] {
  const items: T[] = [];
  for (let rest = list; rest !== 0; rest = rest[2]) items.push(rest[1]);
  return items;
}

/** The combinations by number: o1js keeps them in a hash table whose buckets are trees. */
function readTable(system: ConstraintSystem): Map<number, Combination> {
  const entries = new Map<number, Combination>();
  const visit = (tree: Tree<Combination>): void => {
    if (tree === 0) return;
    if (tree[0] === 1) {
      entries.set(tree[1], tree[2]);
      return;
    }
    const [, left, number, combination, , right] = tree;
    visit(left);
    entries.set(number, combination);
    visit(right);
  };
  const [, [, ...buckets]] = system[2];
  buckets.forEach(visit);
  return entries;
}
