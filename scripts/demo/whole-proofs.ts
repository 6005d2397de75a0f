/**
 * What somebody can compare who has whole proofs: not their public fields alone, but every commitment, evaluation and
 * challenge in them, those of the proofs that were verified inside included.
 */
import type { PresentationBundle, ProofEnvelope } from 'zkcx';

/** Below this a number is a mode, a role, a time or a size, and says nothing. */
const SMALL = 1n << 40n;

/** Every number of some proofs. Throws if a proof holds none that can be read. */
export function numbersOf(...proofs: readonly ProofEnvelope[]): ReadonlySet<bigint> {
  const numbers = proofs.flatMap(({ program, proof }) => {
    const { publicInput, publicOutput } = proof;
    const inside = numbersIn(Buffer.from(proof.proof, 'base64').toString('latin1'));
    if (inside.length === 0) throw Error(`the proof of ${program} cannot be read`);
    return [...publicInput.map(BigInt), ...publicOutput.map(BigInt), ...inside];
  });
  return new Set(numbers.filter((number) => number >= SMALL));
}

/** All that a server got in a session. */
export const numbersOfSession = ({ presentation, possession, pseudonym }: PresentationBundle) =>
  new Set([
    ...numbersOf(presentation, possession),
    ...(pseudonym === undefined ? [] : [BigInt(pseudonym)]),
  ]);

export const common = (a: ReadonlySet<bigint>, b: ReadonlySet<bigint>): bigint[] =>
  [...a].filter((number) => b.has(number));

/** Field elements of 32 bytes, and challenges in limbs of eight, as the proof system writes them. */
const numbersIn = (text: string): bigint[] =>
  [...text.matchAll(/\b0x([0-9A-Fa-f]{64})\b|\b([0-9a-f]{16})\b/g)].map(([, element, limb]) =>
    BigInt(`0x${element ?? limb}`),
  );
