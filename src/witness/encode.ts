/** Plain values as the circuits take them. */
import { Field } from 'o1js';
import type { PermittedBase } from '../asn1/types.ts';
import { bytesToBigint } from '../bytes.ts';
import { Constraints, Octets, Organisation, PublicKey, Signature } from '../circuits/claims.ts';
import { MAX_BASES, TBS_BLOCKS } from '../params.ts';

const LIMB = (1n << 88n) - 1n;

/** Three 88-bit limbs, least significant first. */
export function limbs(value: bigint): Field[] {
  return [0n, 88n, 176n].map((shift) => Field((value >> shift) & LIMB));
}

/** The number of 88-bit limbs, least significant first. */
export function fromLimbs(parts: readonly Field[]): bigint {
  return parts.reduceRight((sum, limb) => (sum << 88n) + limb.toBigInt(), 0n);
}

export function publicKey({ x, y }: { x: bigint; y: bigint }): PublicKey {
  return new PublicKey({ x: limbs(x), y: limbs(y) });
}

export function signature({ r, s }: { r: bigint; s: bigint }): Signature {
  return new Signature({ r: limbs(r), s: limbs(s) });
}

/** At most 31 bytes. */
export function octets(bytes: Uint8Array): Octets {
  return new Octets({ length: Field(bytes.length), value: Field(bytesToBigint(bytes)) });
}

/** At most 64 bytes, folded already. */
export function organisation(folded: Uint8Array): Organisation {
  const chunks = [0, 31, 62].map((from) => Field(bytesToBigint(folded.subarray(from, from + 31))));
  return new Organisation({ length: Field(folded.length), chunks });
}

/** A TBSCertificate as the circuit's memory. */
export function paddedTbs(tbs: Uint8Array): Field[] {
  return paddedBytes(tbs, TBS_BLOCKS);
}

/**
 * Bytes with their SHA-256 padding (FIPS 180-4, 5.1.1), then zeros up to so many 64-byte blocks: one field
 * a byte.
 */
export function paddedBytes(bytes: Uint8Array, blocks: number): Field[] {
  const buffer = new Uint8Array(64 * blocks);
  const end = 64 * Math.ceil((bytes.length + 9) / 64);
  if (end > buffer.length) throw RangeError(`${bytes.length} bytes and ${blocks} blocks`);
  buffer.set(bytes);
  buffer[bytes.length] = 0x80;
  new DataView(buffer.buffer).setBigUint64(end - 8, 8n * BigInt(bytes.length));
  return Array.from(buffer, (byte) => Field(byte));
}

/** At most MAX_BASES bases, organisations folded; what is left over is zero. */
export function constraints(bases: readonly PermittedBase[]): Constraints {
  const none = new Uint8Array();
  return new Constraints({
    count: Field(bases.length),
    bases: Array.from({ length: MAX_BASES }, (_, i) => ({
      organisation: organisation(bases[i]?.organisation ?? none),
      iin: octets(asciiBytes(bases[i]?.iin ?? '')),
    })),
  });
}

function asciiBytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
