/** Mina's base58check, where a node spells a field element with it: version byte, bin_prot tag, 32 bytes. */
import { createHash } from 'node:crypto';

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const STATE_HASH = 16;
const TAG = 1;
/** Version, tag, field element with its least byte first, checksum. */
const BYTES = 1 + 1 + 32 + 4;

/** Field element of a state hash; undefined for another text. */
export function stateHashField(text: string): bigint | undefined {
  // a leading 1 stands for a byte more
  if (text.startsWith('1')) return undefined;
  let number = 0n;
  for (const letter of text) {
    const digit = ALPHABET.indexOf(letter);
    if (digit < 0) return undefined;
    number = number * 58n + BigInt(digit);
  }
  const hex = number.toString(16).padStart(2 * BYTES, '0');
  if (hex.length !== 2 * BYTES || !hex.startsWith(hexByte(STATE_HASH) + hexByte(TAG))) {
    return undefined;
  }
  const bytes = Buffer.from(hex, 'hex');
  const checksum = sha256(sha256(bytes.subarray(0, -4))).subarray(0, 4);
  if (!checksum.equals(bytes.subarray(-4))) return undefined;
  const field = bytes.subarray(2, -4).toReversed();
  return BigInt(`0x${Buffer.from(field).toString('hex')}`);
}

const hexByte = (byte: number) => byte.toString(16).padStart(2, '0');

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();
