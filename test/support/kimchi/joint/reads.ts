import type { System, Variable } from './system.ts';

/** Where a lookup reads, and what: the values that are read at an index must agree. */
interface Place {
  readonly table: bigint;
  readonly index: bigint;
  readonly value: bigint;
}

/** The lookups in runtime tables. */
export class Reads {
  /** Numbers of the lookups at an index of a table, in the honest witness. */
  private readonly at = new Map<bigint, Map<bigint, number[]>>();
  private readonly honest = new Map<number, Place>();

  constructor(private readonly system: System) {
    system.constraints.forEach(({ read }, number) => {
      if (read === undefined) return;
      const place = this.place(number, (variable) => system.honest[variable]!);
      this.honest.set(number, place);
      entryOf(entryOf(this.at, place.table, newMap), place.index, newList).push(number);
    });
  }

  /** Whether nothing else reads or pins the index that this lookup reads. */
  isAlone(number: number): boolean {
    const place = this.honest.get(number);
    return place !== undefined && this.at.get(place.table)!.get(place.index)!.length === 1;
  }

  /** For each index at which reads disagree, those of which each alone could be left out. */
  contradictions(moved: readonly number[], values: (variable: Variable) => bigint): number[][] {
    const places = new Map(moved.map((number) => [number, this.place(number, values)]));
    const touched = new Map<bigint, Map<bigint, number[]>>();
    for (const [number, place] of places) {
      const { table, index } = this.honest.get(number)!;
      entryOf(entryOf(touched, table, newMap), index, newList);
      entryOf(entryOf(touched, place.table, newMap), place.index, newList).push(number);
    }
    const result: number[][] = [];
    for (const [table, indices] of touched) {
      for (const [index, now] of indices) {
        const byValue = new Map<bigint, number[]>();
        const add = (number: number, { value }: Place) =>
          entryOf(byValue, value, newList).push(number);
        for (const number of this.at.get(table)?.get(index) ?? []) {
          if (!places.has(number)) add(number, this.honest.get(number)!);
        }
        for (const number of now) add(number, places.get(number)!);
        if (byValue.size <= 1) continue;
        const single = [...byValue.values()].filter((numbers) => numbers.length === 1);
        result.push(byValue.size === 2 ? single.flat() : []);
      }
    }
    return result;
  }

  private place(number: number, values: (variable: Variable) => bigint): Place {
    const { table, entry } = this.system.constraints[number]!.read!(values);
    const [index, value] = entry;
    return { table, index, value };
  }
}

const newMap = () => new Map<bigint, number[]>();
const newList = (): number[] => [];

/** The value at a key, made when it is first asked for. */
function entryOf<T>(map: Map<bigint, T>, key: bigint, make: () => T): T {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}
