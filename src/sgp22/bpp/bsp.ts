/**
 * BSP, the secure channel inside a bound profile package: SCP03t of SGP.22 2.5.3 and 2.6.4, after
 * GlobalPlatform amendment D. AES-128-CBC, then AES-CMAC chained over all segments.
 */
import { cbc, cmac, ecb } from '@noble/ciphers/aes.js';
import { equalBytes } from '@noble/ciphers/utils.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes } from '../../bytes.ts';
import { type Received, tagged } from '../codec/codec.ts';
import { content } from '../codec/primitives.ts';
import { CRT_AES, CRT_KEY_BYTES } from '../messages/bound-profile-package.ts';
import { BppError } from './errors.ts';

const BLOCK = 16;

/** Bytes of a CMAC that a segment carries; all 16 are chained. */
const MAC = 8;

/** Longest segment, with tag, length and MAC (SGP.22 2.5.3). */
export const MAX_SEGMENT = 1_020;

/** Tag and length of a segment above 255 bytes. */
const HEADER = 4;

/** Most bytes of data in one segment with MAC only. */
export const MAX_MAC_ONLY = MAX_SEGMENT - HEADER - MAC;

/** Most bytes of data in one encrypted segment: whole blocks, of which padding takes one byte. */
export const MAX_ENCRYPTED = Math.floor(MAX_MAC_ONLY / BLOCK) * BLOCK - 1;

/** A segment as it arrived: its content ends with the MAC. */
export type Segment = Received<{ readonly content: Uint8Array }>;

/** Three times 16 bytes. */
export interface BspKeys {
  readonly initialMacChaining: Uint8Array;
  readonly encryption: Uint8Array;
  readonly mac: Uint8Array;
}

/**
 * Session keys from the x coordinate of the key agreement, 32 bytes: X9.63 KDF with SHA-256
 * (BSI TR-03111 4.3.3; SGP.22 annex G). `eid` is 16 bytes.
 */
export function deriveSessionKeys(
  sharedSecret: Uint8Array,
  hostId: Uint8Array,
  eid: Uint8Array,
): BspKeys {
  const sharedInfo = concatBytes(
    Uint8Array.of(CRT_AES, CRT_KEY_BYTES, hostId.length),
    hostId,
    Uint8Array.of(eid.length),
    eid,
  );
  const block = (counter: number) =>
    sha256(concatBytes(sharedSecret, Uint8Array.of(0, 0, 0, counter), sharedInfo));
  const key = concatBytes(block(1), block(2));
  return {
    initialMacChaining: key.slice(0, BLOCK),
    encryption: key.slice(BLOCK, 2 * BLOCK),
    mac: key.slice(2 * BLOCK, 3 * BLOCK),
  };
}

/**
 * One direction of the channel. Segments are protected, or opened, in the order of the package:
 * each one moves chaining value and counter on. After an error the channel must not be used.
 */
export class Bsp {
  readonly #encryption: Uint8Array;
  readonly #mac: Uint8Array;
  #chaining: Uint8Array;
  /** Counts all segments, also those with MAC only. */
  #counter = 1;

  constructor({ initialMacChaining, encryption, mac }: BspKeys) {
    this.#encryption = encryption;
    this.#mac = mac;
    this.#chaining = initialMacChaining;
  }

  /** Segment of this tag with at most MAX_ENCRYPTED bytes, encrypted. */
  encrypt(tag: number, data: Uint8Array): Uint8Array {
    if (data.length > MAX_ENCRYPTED) throw RangeError('too much data for a segment');
    const padding = new Uint8Array(BLOCK - (data.length % BLOCK));
    padding[0] = 0x80;
    return this.#seal(tag, this.#cbc().encrypt(concatBytes(data, padding)));
  }

  /** Segment of this tag with at most MAX_MAC_ONLY bytes, in the clear. */
  authenticate(tag: number, data: Uint8Array): Uint8Array {
    if (data.length > MAX_MAC_ONLY) throw RangeError('too much data for a segment');
    return this.#seal(tag, data);
  }

  /** Data of an encrypted segment. Throws BppError. */
  decrypt(segment: Segment): Uint8Array {
    // MAC, counter and ICV first: only authentic bytes are decrypted
    const cipher = this.#cbc();
    const encrypted = this.#unseal(segment);
    if (encrypted.length === 0 || encrypted.length % BLOCK !== 0) {
      throw new BppError('scp03tStructureError', 'the data of a segment are not whole blocks');
    }
    const padded = cipher.decrypt(encrypted);
    const end = padded.findLastIndex((byte) => byte !== 0);
    if (padded[end] !== 0x80 || padded.length - end > BLOCK) {
      throw new BppError('scp03tStructureError', 'a segment has no valid padding');
    }
    return padded.slice(0, end);
  }

  /** Data of a segment in the clear. Throws BppError. */
  verify(segment: Segment): Uint8Array {
    return this.#unseal(segment);
  }

  #cbc() {
    const counter = new Uint8Array(BLOCK);
    new DataView(counter.buffer).setUint32(BLOCK - 4, this.#counter);
    const icv = ecb(this.#encryption, { disablePadding: true }).encrypt(counter);
    return cbc(this.#encryption, icv, { disablePadding: true });
  }

  #seal(tag: number, data: Uint8Array): Uint8Array {
    const seal = (mac: Uint8Array) => tagged(tag, content).put(concatBytes(data, mac), 'a segment');
    return seal(this.#next(seal(new Uint8Array(MAC)).subarray(0, -MAC)));
  }

  #unseal({ der, content }: Segment): Uint8Array {
    if (content.length < MAC) throw new BppError('scp03tStructureError', 'a segment has no MAC');
    const mac = this.#next(der.subarray(0, -MAC));
    if (!equalBytes(mac, content.subarray(-MAC))) {
      throw new BppError('scp03tSecurityError', 'a segment has a wrong MAC');
    }
    return content.slice(0, -MAC);
  }

  /** MAC over tag, length and data, the length counting the MAC itself. */
  #next(header: Uint8Array): Uint8Array {
    this.#chaining = cmac(concatBytes(this.#chaining, header), this.#mac);
    this.#counter++;
    return this.#chaining.subarray(0, MAC);
  }
}
