import { o1jsInternal } from '../../../../src/circuits/kimchi/internal.ts';
import { P } from '../field.ts';
import { at, columns, type GateRules } from './row.ts';

const { poseidonParamsKimchiFp } = (await import(
  o1jsInternal('./bindings/crypto/constants.js')
)) as { poseidonParamsKimchiFp: { mds: string[][]; roundConstants: string[][] } };

/** A state, or what is added to one, or a row of the matrix. */
type Three = readonly [bigint, bigint, bigint];

const threes = (rows: string[][]) => rows.map((row) => row.map(BigInt) as unknown as Three);

const MDS = threes(poseidonParamsKimchiFp.mds) as [Three, Three, Three];

/** The constants of each round of the permutation. */
export const ROUNDS: readonly Three[] = threes(poseidonParamsKimchiFp.roundConstants);

/** First column of the state before each of the five rounds; the state after is in the next row. */
const STATES = [0, 6, 9, 12, 3] as const;

/** What a run of the prover takes to the 7th power is asked for again when its witness is evaluated. */
const powers = new Map<bigint, bigint>();
const MOST_POWERS = 100_000;

function seventhPower(x: bigint): bigint {
  const known = powers.get(x);
  if (known !== undefined) return known;
  const square = (x * x) % P;
  const fourth = (square * square) % P;
  const power = (fourth * ((square * x) % P)) % P;
  if (powers.size === MOST_POWERS) powers.clear();
  powers.set(x, power);
  return power;
}

/** The state after a round: MDS times the 7th powers, plus the round's constants. */
function roundOf([x, y, z]: Three, [c0, c1, c2]: Three): Three {
  const [a, b, c] = [seventhPower(x), seventhPower(y), seventhPower(z)];
  const row = ([p, q, r]: Three, constant: bigint) => (p * a + q * b + r * c + constant) % P;
  return [row(MDS[0], c0), row(MDS[1], c1), row(MDS[2], c2)];
}

/** The states after each of some rounds, by their constants. Takes and gives values below the order of the field. */
export function poseidonStates(first: readonly bigint[], rounds: readonly Three[]): Three[] {
  let state = first as unknown as Three;
  return rounds.map((constants) => (state = roundOf(state, constants)));
}

/** The constants of the five rounds of a row. */
export const roundsOf = (coeffs: readonly bigint[]): Three[] =>
  STATES.map((_, round) => coeffs.slice(3 * round, 3 * round + 3) as unknown as Three);

/** Five rounds of the permutation; the round constants are the coefficients. */
export const poseidon: GateRules = {
  name: 'Poseidon',
  violations: ({ curr, next, coeffs }) => {
    const violated: string[] = [];
    STATES.forEach((start, round) => {
      const constants: Three = [
        at(coeffs, 3 * round),
        at(coeffs, 3 * round + 1),
        at(coeffs, 3 * round + 2),
      ];
      const state: Three = [at(curr, start), at(curr, start + 1), at(curr, start + 2)];
      const after = STATES[round + 1];
      roundOf(state, constants).forEach((expected, i) => {
        const found = after === undefined ? at(next, i) : at(curr, after + i);
        if (found !== expected) violated.push(`round ${round}`);
      });
    });
    return violated;
  },
  reads: () => ({ curr: columns(0, 14), next: columns(0, 2) }),
};
