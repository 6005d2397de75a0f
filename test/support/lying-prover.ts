/**
 * A prover that computes everything as the circuit tells it, except for chosen hints. What follows
 * from a lie is computed from the lie, so that only what really binds the hint can refuse it.
 */
import { snarky } from './kimchi/bindings.ts';
import { evaluate, P, witnessOf } from './kimchi/index.ts';
import type { Captured, Circuit, Witness } from './kimchi/index.ts';

/** A value that the prover chose: its number in the run, the value, the function that asks for it. */
export interface Hint {
  readonly number: number;
  readonly value: bigint;
  readonly source: string;
}

type Values = [0, ...[0, bigint][]];
type Finish = (values: 0 | [0, Values]) => unknown;
interface Run {
  enterAsProver(size: number): Finish;
}
const run = snarky.run as unknown as Run;

/** Methods of the context that ask for free hints; what the others ask for an equation determines. */
const FREE = /\b(equals|rangeBits|assertNonZero)\b/;
const CONTEXT = /\/kimchi\/(context|arithmetic)\.ts/;
/** States of a hash are no hints: they follow from its inputs. */
const HASH = '/kimchi/hashing.ts';
/** A bit is the hint of whoever asks the context for it. */
const BIT = /\bbit\b.*\/kimchi\/arithmetic\.ts/;

/** Asked for by `CircuitContext.equals`. */
export function isComparison({ source }: Hint): boolean {
  return /\bequals\b/.test(source);
}

/** The witness of a run in which the hints of these numbers have these values. */
export async function witnessWithLies(
  captured: Captured,
  circuit: Circuit,
  lies: ReadonlyMap<number, bigint>,
): Promise<Witness> {
  return hooked(captured, circuit, (number, value) => lies.get(number) ?? value);
}

/** The hints of an honest run with a function or a path of `sources` in their call stack. */
export async function hintsOf(
  captured: Captured,
  circuit: Circuit,
  sources: RegExp,
): Promise<Hint[]> {
  const hints: Hint[] = [];
  await hooked(captured, circuit, (number, value) => {
    const stack = new Error().stack ?? '';
    const frames = stack
      .split('\n')
      .filter((line) => line.includes('/src/circuits/') && !BIT.test(line));
    const [asking] = frames;
    const determined =
      stack.includes(HASH) || (asking !== undefined && CONTEXT.test(asking) && !FREE.test(asking));
    if (asking !== undefined && sources.test(stack) && !determined) {
      hints.push({ number, value, source: asking.trim() });
    }
    return value;
  });
  return hints;
}

/**
 * Tell one lie at a time - 0, 1, one more, one less, and `more` - about every hint,
 * and return those that the circuit takes. A lie after which no further hint can be found counts
 * as refused.
 */
export async function acceptedLies(
  captured: Captured,
  circuit: Circuit,
  hints: readonly Hint[],
  more: (value: bigint) => bigint[] = () => [],
): Promise<(Hint & { lie: bigint })[]> {
  const accepted: (Hint & { lie: bigint })[] = [];
  for (const hint of hints) {
    const { number, value } = hint;
    const lies = new Set([0n, 1n, value + 1n, value - 1n, ...more(value)].map(modP));
    lies.delete(value);
    for (const lie of lies) {
      let witness: Witness;
      try {
        witness = await witnessWithLies(captured, circuit, new Map([[number, lie]]));
      } catch {
        continue;
      }
      if (evaluate(captured, witness).length === 0) accepted.push({ ...hint, lie });
    }
  }
  return accepted;
}

async function hooked(
  captured: Captured,
  circuit: Circuit,
  choose: (number: number, value: bigint) => bigint,
): Promise<Witness> {
  const original = run.enterAsProver;
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 30;
  let count = 0;
  run.enterAsProver = (size) => {
    const finish = original(size);
    const first = count;
    count += size;
    return (values) => {
      if (values === 0) return finish(0);
      const [, [, ...fields]] = values;
      const chosen = fields.map((field, i): [0, bigint] => [0, modP(choose(first + i, field[1]))]);
      return finish([0, [0, ...chosen]]);
    };
  };
  const restarting: Circuit = (context) => {
    count = 0;
    circuit(context);
  };
  try {
    return await witnessOf(captured, restarting, { unchecked: true });
  } finally {
    run.enterAsProver = original;
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function modP(value: bigint): bigint {
  const rest = value % P;
  return rest < 0n ? rest + P : rest;
}
