/**
 * Poseidon in a run of the prover. That of o1js takes half the time of most runs; this one computes the same values
 * for the same variables, in their order. `harness.kimchi.test.ts` compares the two.
 */
import { Field } from 'o1js';
import { exists, existsOne } from '../../../src/circuits/kimchi/gates.ts';
import type { FieldConst } from './assembly.ts';
import { mod } from './field.ts';
import { poseidonStates, ROUNDS } from './gates/poseidon.ts';

/** A constant, a variable, a sum, a multiple: as o1js writes what it computes with. */
type FieldVar =
  | readonly [0, FieldConst]
  | readonly [1, number]
  | readonly [2, FieldVar, FieldVar]
  | readonly [3, FieldConst, FieldVar];
type MlArray = readonly [0, ...FieldVar[]];
export type Hash = (state: MlArray, input: MlArray) => MlArray;

const STATE = 3;
const RATE = 2;
const ZERO: FieldVar = [0, [0, 0n]];

/** What `Snarky.poseidon.update` does in a run of the prover, but for asserting what is so by itself. */
export const hashValues: Hash = ([, ...first], [, ...input]) => {
  let state = first;
  const blocks = Math.max(1, Math.ceil(input.length / RATE));
  for (let block = 0; block < blocks; block++) {
    state = permuted(
      state.map((old, i) => (i < RATE ? sealed([2, old, input[RATE * block + i] ?? ZERO]) : old)),
    );
  }
  return [0, ...state];
};

/** The state after the last round. Those of all rounds are variables, the first one too, which is not used. */
function permuted(state: readonly FieldVar[]): FieldVar[] {
  const states = exists((ROUNDS.length + 1) * STATE, () => {
    const first = state.map(valueOf);
    return [...first, ...poseidonStates(first, ROUNDS).flat()];
  });
  return states.slice(-STATE).map(({ value }) => value as FieldVar);
}

/** A variable for a sum, unless it is one, or a constant. As in o1js, the constant 0 gets one too. */
function sealed(sum: FieldVar): FieldVar {
  const { constant, terms } = linear(sum);
  const [term, ...others] = terms;
  if (term === undefined && constant !== 0n) return [0, [0, constant]];
  if (term?.factor === 1n && others.length === 0 && constant === 0n) return [1, term.variable];
  return existsOne(() => valueOf(sum)).value as FieldVar;
}

interface Linear {
  readonly constant: bigint;
  readonly terms: readonly { readonly factor: bigint; readonly variable: number }[];
}

function linear(sum: FieldVar, factor = 1n): Linear {
  switch (sum[0]) {
    case 0:
      return { constant: mod(factor * sum[1][1]), terms: [] };
    case 1:
      return { constant: 0n, terms: [{ factor, variable: sum[1] }] };
    case 2: {
      const [x, y] = [linear(sum[1], factor), linear(sum[2], factor)];
      return { constant: mod(x.constant + y.constant), terms: [...x.terms, ...y.terms] };
    }
    case 3:
      return linear(sum[2], mod(factor * sum[1][1]));
  }
}

const valueOf = (value: FieldVar) => Field(value as never).toBigInt();
