import { createHash } from 'node:crypto';
import type { Field } from 'o1js';
import { walkOver } from '../../../src/circuits/gadgets/walk.ts';
import { sha256 } from '../../../src/circuits/gadgets/sha256/index.ts';
import type { CircuitContext } from '../../../src/circuits/kimchi/context.ts';
import { exists, existsOne } from '../../../src/circuits/kimchi/gates.ts';
import { END } from './hints.ts';

/** Bytes that look random and are the same in every run. */
export function message(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (167 * i + 13 * length + (i >> 3) * (i >> 5)) & 255);
}

/** The message with the padding of FIPS 180-4, then zeros to a whole number of blocks. */
export function padded(bytes: Uint8Array, blocks: number): bigint[] {
  const buffer = new Uint8Array(64 * blocks);
  buffer.set(bytes);
  buffer[bytes.length] = 0x80;
  const end = 64 * Math.ceil((bytes.length + 9) / 64);
  new DataView(buffer.buffer).setUint32(end - 4, 8 * bytes.length);
  return [...buffer].map(BigInt);
}

export function sha256Hex(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export function wordsHex(words: readonly bigint[]): string {
  return words.map((word) => word.toString(16).padStart(8, '0')).join('');
}

/** In a run that makes a witness: hand the values of some variables to the test. Marks the end. */
export function report(variables: readonly Field[], to: (values: bigint[]) => void): void {
  existsOne(() => {
    to(variables.map((x) => x.toBigInt()));
    return END;
  });
}

/** Bytes of a memory and a length, as witnesses; `digest` is what the last run computed. */
export class HashCircuit {
  digest = '';

  constructor(
    public bytes: bigint[],
    public length: bigint,
  ) {}

  readonly body = (context: CircuitContext): void => {
    const walk = walkOver(
      context,
      exists(this.bytes.length, () => this.bytes),
    );
    const length = existsOne(() => this.length);
    report(sha256(walk, length), (words) => (this.digest = wordsHex(words)));
  };

  /** Take an honestly padded message as input. */
  load(bytes: Uint8Array): void {
    this.bytes = padded(bytes, this.bytes.length / 64);
    this.length = BigInt(bytes.length);
  }
}
