/**
 * To compile a program o1js runs each of its methods three times: first for the kinds of its gates and
 * the proofs that it takes, then twice in Pickles. The first run costs as much as the others and builds all
 * gates to forget them. Where the kinds are known, it is cut short: a method declares its inputs, and
 * `withContext` leaves its body out.
 */
import { Provable } from 'o1js';

/** Kinds of gates, by o1js's names, of each method in the order of the methods' names. */
export type GateKinds = readonly (readonly string[])[];

type Analyze = typeof Provable.constraintSystem;

let outline = false;

/** Whether the body of a method is to be left out now. */
export const isOutline = (): boolean => outline;

/** Compile a program whose kinds of gates are known. False ones give another verification key, or an error. */
export function compileKnowing<T>(kinds: GateKinds, compile: () => Promise<T>): Promise<T> {
  const rest = [...kinds];
  return analyzingBy(
    (analyze) => async (circuit) => {
      const types = rest.shift();
      if (types === undefined) return analyze(circuit);
      const system = await analyze(() => {
        // a method reaches its `withContext` before it waits for anything
        outline = true;
        try {
          return circuit();
        } finally {
          outline = false;
        }
      });
      const gates = types.map((type) => ({ type, wires: [], coeffs: [] }));
      return { ...system, gates } as Awaited<ReturnType<Analyze>>;
    },
    compile,
  );
}

/** Compile a program, and note the kinds of its gates. */
export async function compileNotingKinds<T>(
  compile: () => Promise<T>,
): Promise<{ compiled: T; kinds: GateKinds }> {
  const kinds: string[][] = [];
  const compiled = await analyzingBy(
    (analyze) => async (circuit) => {
      const system = await analyze(circuit);
      kinds.push([...new Set<string>(system.gates.map(({ type }) => type))].toSorted());
      return system;
    },
    compile,
  );
  return { compiled, kinds };
}

async function analyzingBy<T>(
  replace: (analyze: Analyze) => Analyze,
  compile: () => Promise<T>,
): Promise<T> {
  const analyze = Provable.constraintSystem;
  Provable.constraintSystem = replace(analyze);
  try {
    return await compile();
  } finally {
    Provable.constraintSystem = analyze;
  }
}
