/**
 * What somebody can compare who has whole proofs: not their public fields alone, but every commitment, evaluation and
 * challenge in them, those of the proofs that were verified inside included.
 */
import type { AnyEnvelope, PresentationBundle } from 'zkcx';

/** Below this a number is a mode, a role, a time or a size, and says nothing. */
const SMALL = 1n << 40n;

/** Every number of some proofs. Throws if a proof holds none that can be read. */
export function numbersOf(...proofs: readonly AnyEnvelope[]): ReadonlySet<bigint> {
  const numbers = proofs.flatMap(({ program, proof }) => {
    const bytes = Buffer.from(proof.proof, 'base64');
    const isPlain = !('publicOutput' in proof);
    const inside = isPlain ? numbersInBytes(bytes) : numbersIn(bytes.toString('latin1'));
    if (inside.length === 0) throw Error(`the proof of ${program} cannot be read`);
    const output = isPlain ? [] : proof.publicOutput;
    return [...[...proof.publicInput, ...output].map(BigInt), ...inside];
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

/** A plain proof is numbers of 32 bytes, little-endian. */
const numbersInBytes = (bytes: Buffer): bigint[] =>
  Array.from({ length: bytes.length / 32 }, (_, i) =>
    BigInt(
      `0x${Buffer.from(bytes.subarray(32 * i, 32 * i + 32))
        .reverse()
        .toString('hex')}`,
    ),
  );

/** Field elements of 32 bytes, and challenges in limbs of eight, as the proof system writes them. */
const numbersIn = (text: string): bigint[] =>
  [...text.matchAll(/\b0x([0-9A-Fa-f]{64})\b|\b([0-9a-f]{16})\b/g)].map(([, element, limb]) =>
    BigInt(`0x${element ?? limb}`),
  );
