/**
 * A prover that lies at chosen hints and follows its own circuit in all else: what is computed
 * after a lie starts from it, so that only what the lie itself violates is left to refuse it.
 */
import { Field } from 'o1js';
import { snarky } from '../../support/kimchi/bindings.ts';
import {
  evaluate,
  witnessOf,
  type Captured,
  type Circuit,
  type Witness,
} from '../../support/kimchi/index.ts';

/** What a lie puts in place of the values of one call of `exists`. */
export type Lie = (values: readonly bigint[]) => bigint[];

type Option = 0 | [0, [0, ...[0, bigint][]]];
interface Run {
  enterAsProver(size: number): (option: Option) => unknown;
}

async function withHints<T>(
  rewrite: (call: number, values: bigint[]) => bigint[],
  body: () => Promise<T>,
): Promise<T> {
  const run = snarky.run as unknown as Run;
  const original = run.enterAsProver;
  let call = 0;
  run.enterAsProver = (size) => {
    const finish = original.call(run, size);
    return (option) => {
      if (option === 0) return finish(option);
      const values = option[1].slice(1).map((field) => (field as [0, bigint])[1]);
      const rewritten = rewrite(call++, values).map((value): [0, bigint] => [
        0,
        Field(value).toBigInt(),
      ]);
      return finish([0, [0, ...rewritten]]);
    };
  };
  try {
    return await body();
  } finally {
    run.enterAsProver = original;
  }
}

/** The values of every hint of an honest run, in the order of the calls. */
export async function recordHints(captured: Captured, circuit: Circuit): Promise<bigint[][]> {
  const hints: bigint[][] = [];
  await withHints(
    (_, values) => {
      hints.push(values);
      return values;
    },
    () => witnessOf(captured, circuit, { unchecked: true }),
  );
  return hints;
}

/** The witness of a run with lies at some hints. */
export function witnessWithLies(
  captured: Captured,
  circuit: Circuit,
  lies: ReadonlyMap<number, Lie>,
): Promise<Witness> {
  return withHints(
    (call, values) => lies.get(call)?.(values) ?? values,
    () => witnessOf(captured, circuit, { unchecked: true }),
  );
}

/** Hints with these values, which nothing reads, tell where a gadget's own hints begin and end. */
export const MARK = 0x6d61726bn << 200n;
export const END = 0x656e64n << 200n;

export interface AcceptedLie {
  /** Call of `exists` after the mark, place among its values, and what was put there. */
  readonly call: number;
  readonly place: number;
  readonly value: bigint;
  /** Whether the outputs changed. */
  readonly harmful: boolean;
}

/**
 * Lie at every hint between the marks, one at a time and each in several ways, and list the lies that
 * the circuit accepts: at every n-th call, and at the first `places` of its values, if that is too
 * many. `outputs` reads what the last run computed. A run that throws is a refusal:
 * there the gadget has no witness to offer.
 */
export async function acceptedLies(
  captured: Captured,
  circuit: Circuit,
  outputs: () => readonly bigint[],
  { every = 1, places = Infinity }: { every?: number; places?: number } = {},
): Promise<{ accepted: AcceptedLie[]; tried: number }> {
  const hints = await recordHints(captured, circuit);
  const honest = outputs().join();
  const start = hints.findIndex(([value]) => value === MARK) + 1;
  const end = hints.findIndex(([value]) => value === END);
  if (start === 0 || end < start) throw Error('the circuit has no marks');
  const accepted: AcceptedLie[] = [];
  let tried = 0;
  for (const [call, values] of hints.slice(start, end).entries()) {
    if (call % every !== 0) continue;
    for (const [place, value] of values.slice(0, places).entries()) {
      // off by one, another multiple of a word, a fraction, the largest 12-bit number
      for (const lie of [value + 1n, value - 1n, value + (1n << 32n), value + EIGHTH, 4095n]) {
        if (lie === value) continue;
        const lies = new Map([
          [start + call, (all: readonly bigint[]) => [...all].with(place, lie)],
        ]);
        tried++;
        let witness: Witness;
        try {
          witness = await witnessWithLies(captured, circuit, lies);
        } catch {
          continue;
        }
        if (evaluate(captured, witness).length > 0) continue;
        accepted.push({ call, place, value: lie, harmful: outputs().join() !== honest });
      }
    }
  }
  return { accepted, tried };
}

/** 1/8 in the native field. */
export const EIGHTH = Field(8).inv().toBigInt();
