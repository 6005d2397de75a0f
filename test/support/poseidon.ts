/**
 * Poseidon of Mina (x^7, 55 full rounds, width 3, rate 2) once more, in bigints and from its description: what
 * checks hashes of the package without its code. Only the constants are those that o1js ships.
 */
import { poseidonParamsKimchiFp } from '../../node_modules/o1js/dist/node/bindings/crypto/constants.js';

/** Order of the Pallas base field. */
export const P = 0x40000000000000000000000000000000224698fc094cf91b992d30ed00000001n;

const { mds, roundConstants } = poseidonParamsKimchiFp as {
  mds: string[][];
  roundConstants: string[][];
};
const MATRIX = mds.map((row) => row.map(BigInt));
const ROUNDS = roundConstants.map((row) => row.map(BigInt));

function permute(state: readonly bigint[]): bigint[] {
  return ROUNDS.reduce(
    (before, constants) => {
      const powers = before.map((x) => {
        const square = (x * x) % P;
        return (((square * square) % P) * ((square * x) % P)) % P;
      });
      return MATRIX.map(
        (row, i) => row.reduce((sum, factor, j) => sum + factor * powers[j]!, constants[i]!) % P,
      );
    },
    [...state],
  );
}

/** Inputs two by two, the last one beside 0 if it is alone. */
function absorb(state: readonly bigint[], inputs: readonly bigint[]): bigint[] {
  let [a, b, c] = state as [bigint, bigint, bigint];
  for (let i = 0; i < inputs.length; i += 2)
    [a, b, c] = permute([(a + inputs[i]!) % P, (b + (inputs[i + 1] ?? 0n)) % P, c]) as [
      bigint,
      bigint,
      bigint,
    ];
  return [a, b, c];
}

/** Hash under a domain: its name, ASCII, little-endian, is absorbed alone before the inputs. */
export function hash(domain: string, inputs: readonly (bigint | string)[]): bigint {
  const name = [...domain].reduceRight((sum, one) => 256n * sum + BigInt(one.charCodeAt(0)), 0n);
  return absorb(absorb([0n, 0n, 0n], [name]), inputs.map(BigInt))[0]!;
}
