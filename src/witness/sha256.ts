/**
 * The compression function of SHA-256 (FIPS 180-4, 6.2.2) in plain TypeScript: libraries give digests,
 * not the state in between that the message programs start from.
 */
import { INITIAL, ROUND } from '../circuits/gadgets/sha256/constants.ts';

export const BLOCK_BYTES = 64;

const K = ROUND.map(Number);

/** The eight chaining words, below 2^32 and most significant first, after whole 64-byte blocks. */
export function chainingWords(blocks: Uint8Array): number[] {
  if (blocks.length % BLOCK_BYTES !== 0)
    throw RangeError(`${blocks.length} bytes: no whole blocks`);
  const state = INITIAL.map(Number);
  for (let at = 0; at < blocks.length; at += BLOCK_BYTES) {
    const next = compressBlock(state, blocks.subarray(at, at + BLOCK_BYTES));
    next.forEach((word, i) => (state[i] = (state[i]! + word) >>> 0));
  }
  return state;
}

/** The working variables after the rounds, before they are added to the state. */
function compressBlock(state: readonly number[], block: Uint8Array): number[] {
  const view = new DataView(block.buffer, block.byteOffset, BLOCK_BYTES);
  const w = Array.from({ length: 16 }, (_, t) => view.getUint32(4 * t));
  for (let t = 16; t < K.length; t++) {
    const [x, y] = [w[t - 15]!, w[t - 2]!];
    const sigma0 = rotr(x, 7) ^ rotr(x, 18) ^ (x >>> 3);
    const sigma1 = rotr(y, 17) ^ rotr(y, 19) ^ (y >>> 10);
    w.push((w[t - 16]! + sigma0 + w[t - 7]! + sigma1) | 0);
  }
  type Eight = [number, number, number, number, number, number, number, number];
  let [a, b, c, d, e, f, g, h] = state as Eight;
  for (const [t, k] of K.entries()) {
    const sigma1 = rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25);
    const t1 = (h + sigma1 + ((e & f) ^ (~e & g)) + k + w[t]!) | 0;
    const sigma0 = rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22);
    const t2 = (sigma0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0];
  }
  return [a, b, c, d, e, f, g, h];
}

function rotr(x: number, by: number): number {
  return (x >>> by) | (x << (32 - by));
}
