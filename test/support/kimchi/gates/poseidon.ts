import { o1jsInternal } from '../../../../src/circuits/kimchi/gates.ts';
import { P, mod } from '../field.ts';
import { at, columns, type GateRules } from './row.ts';

const { poseidonParamsKimchiFp } = (await import(
  o1jsInternal('./bindings/crypto/constants.js')
)) as { poseidonParamsKimchiFp: { mds: string[][]; power: number } };

const MDS = poseidonParamsKimchiFp.mds.map((row) => row.map(BigInt));

/** First column of the state before each of the five rounds; the state after is in the next row. */
const STATES = [0, 6, 9, 12, 3] as const;

function seventhPower(x: bigint): bigint {
  const square = (x * x) % P;
  const fourth = (square * square) % P;
  return (fourth * ((square * x) % P)) % P;
}

/** The state after a round: MDS times the 7th powers, plus the round's constants. */
function roundOf(state: readonly bigint[], constants: readonly bigint[]): bigint[] {
  const powers = state.map(seventhPower);
  return MDS.map((row, i) => {
    const sum = powers.reduce((total, power, j) => total + at(row, j) * power, at(constants, i));
    return mod(sum);
  });
}

/** The states after each of the five rounds of a row, for its coefficients. */
export function poseidonStates(first: readonly bigint[], coeffs: readonly bigint[]): bigint[][] {
  const states: bigint[][] = [];
  for (let round = 0; round < STATES.length; round++) {
    states.push(roundOf(states.at(-1) ?? first, coeffs.slice(3 * round, 3 * round + 3)));
  }
  return states;
}

/** Five rounds of the permutation; the round constants are the coefficients. */
export const poseidon: GateRules = {
  name: 'Poseidon',
  violations: ({ curr, next, coeffs }) =>
    STATES.flatMap((start, round) => {
      const state = columns(start, start + 2).map((col) => at(curr, col));
      const after = STATES[round + 1];
      return roundOf(state, coeffs.slice(3 * round, 3 * round + 3)).flatMap((expected, i) => {
        const found = after === undefined ? at(next, i) : at(curr, after + i);
        return found === expected ? [] : [`round ${round}`];
      });
    }),
  reads: () => ({ curr: columns(0, 14), next: columns(0, 2) }),
};
