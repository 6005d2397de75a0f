import { o1jsInternal } from '../../../../src/circuits/kimchi/gates.ts';
import { P } from '../field.ts';
import { at, columns, isZero, type GateRules } from './row.ts';

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

/** Five rounds of the permutation: MDS times the 7th powers, plus the round constants (coeffs). */
export const poseidon: GateRules = {
  name: 'Poseidon',
  violations: ({ curr, next, coeffs }) =>
    STATES.flatMap((start, round) => {
      const powers = columns(start, start + 2).map((col) => seventhPower(at(curr, col)));
      const after = STATES[round + 1];
      return MDS.flatMap((row, i) => {
        const sum = powers.reduce((total, power, j) => total + at(row, j) * power, 0n);
        const result = after === undefined ? at(next, i) : at(curr, after + i);
        return isZero(sum + at(coeffs, 3 * round + i) - result) ? [] : [`round ${round}`];
      });
    }),
  reads: () => ({ curr: columns(0, 14), next: columns(0, 2) }),
};
