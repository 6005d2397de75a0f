/** Plain proofs cut into their numbers, for whoever changes them. */
import type { PlainEnvelope } from '../../src/prover/envelope.ts';

/** Bytes of a coordinate or a field element. */
export const NUMBER_BYTES = 32;
/** Numbers in a proof of a circuit with lookups and runtime tables before the opening: x and y of 30 commitments. */
const COMMITMENTS = 2 * (15 + 1 + 7 + 5 + 1 + 1);
const ROUNDS = 14;
/** L and R of each round, delta; then z1 and z2; then sg. */
const OPENING = 4 * ROUNDS + 2;

export const bytesOf = ({ proof }: PlainEnvelope): Buffer => Buffer.from(proof.proof, 'base64');

export const withBytes = (envelope: PlainEnvelope, bytes: Uint8Array): PlainEnvelope => ({
  ...envelope,
  proof: { ...envelope.proof, proof: Buffer.from(bytes).toString('base64') },
});

/** Where the points of such a proof begin, in numbers. */
export const POINTS: readonly number[] = [
  ...Array.from({ length: (COMMITMENTS + OPENING) / 2 }, (_, i) => 2 * i),
  COMMITMENTS + OPENING + 2,
];

/** Where its field elements are. */
export function scalarsOf(bytes: Uint8Array): number[] {
  const coordinates = new Set(POINTS.flatMap((at) => [at, at + 1]));
  return Array.from({ length: bytes.length / NUMBER_BYTES }, (_, i) => i).filter(
    (i) => !coordinates.has(i),
  );
}

export function numberAt(bytes: Uint8Array, i: number): bigint {
  const number = Buffer.from(bytes.subarray(NUMBER_BYTES * i, NUMBER_BYTES * (i + 1))).reverse();
  return BigInt(`0x${number.toString('hex')}`);
}

/** The same bytes with another number, of up to 256 bits, at a place. */
export function withNumber(bytes: Uint8Array, i: number, value: bigint): Buffer {
  const changed = Buffer.from(bytes);
  const number = Buffer.from(value.toString(16).padStart(2 * NUMBER_BYTES, '0'), 'hex').reverse();
  number.copy(changed, NUMBER_BYTES * i);
  return changed;
}

/** Cut out, or put in again, some numbers. */
export const without = (bytes: Uint8Array, i: number, count = 1): Buffer =>
  Buffer.concat([bytes.subarray(0, NUMBER_BYTES * i), bytes.subarray(NUMBER_BYTES * (i + count))]);
export const doubled = (bytes: Uint8Array, i: number, count = 1): Buffer =>
  Buffer.concat([bytes.subarray(0, NUMBER_BYTES * (i + count)), bytes.subarray(NUMBER_BYTES * i)]);

export function swapped(bytes: Uint8Array, i: number, j: number, count = 1): Buffer {
  const changed = Buffer.from(bytes);
  const part = (at: number) =>
    Buffer.from(bytes.subarray(NUMBER_BYTES * at, NUMBER_BYTES * (at + count)));
  part(j).copy(changed, NUMBER_BYTES * i);
  part(i).copy(changed, NUMBER_BYTES * j);
  return changed;
}
