import { Field } from 'o1js';

/** Order of the native field (Pasta Fp). */
export const P: bigint = Field.ORDER;

export const COLUMNS = 15;
/** Only these take part in the copy constraints. */
export const WIRED_COLUMNS = 7;

export function mod(x: bigint): bigint {
  const rest = x % P;
  return rest < 0n ? rest + P : rest;
}

const BYTES = 32;

/** Little-endian field elements of 32 bytes each, one after the other. */
export function decodeFields(bytes: Uint8Array): bigint[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fields: bigint[] = [];
  for (let at = 0; at < bytes.length; at += BYTES) {
    const low = view.getBigUint64(at, true) | (view.getBigUint64(at + 8, true) << 64n);
    const high = view.getBigUint64(at + 16, true) | (view.getBigUint64(at + 24, true) << 64n);
    fields.push(low | (high << 128n));
  }
  return fields;
}

export function encodeFields(fields: readonly bigint[]): Uint8Array {
  const bytes = new Uint8Array(fields.length * BYTES);
  const view = new DataView(bytes.buffer);
  fields.forEach((field, i) => {
    for (let word = 0; word < 4; word++) {
      view.setBigUint64(
        i * BYTES + word * 8,
        (field >> BigInt(64 * word)) & (2n ** 64n - 1n),
        true,
      );
    }
  });
  return bytes;
}
