/**
 * DER elements with tags of up to three bytes (X.690 clauses 8.1, 10.1), which SGP.22 messages have and
 * certificates have not: the latter are read by `DerCursor`.
 *
 * A tag is a number made of its identifier bytes, as the standard prints it: 0x30, 0x5f37, 0xbf38.
 * What was read keeps the bytes as received, because signatures cover those and no re-encoding.
 */
import { concatBytes } from '../bytes.ts';
import { ZkcxError } from '../errors.ts';

/** One element. `der` and `content` are views of the input, not copies. */
export interface Tlv {
  readonly tag: number;
  /** The whole element as received, header included. */
  readonly der: Uint8Array;
  readonly content: Uint8Array;
  /** Name of the field in error messages. */
  readonly what: string;
}

/** A decoded message or part of one, with the bytes that it was read from. */
export type Received<T> = T & { readonly der: Uint8Array };

/** Longer tags do not occur in RSP; X.690 allows any size. */
const MAX_TAG_BYTES = 3;

/** An element of this tag with a minimal definite length. Contents are put one after the other. */
export function encodeTlv(tag: number, ...content: Uint8Array[]): Uint8Array {
  const length = content.reduce((total, part) => total + part.length, 0);
  return concatBytes(tlvHeader(tag, length), ...content);
}

/** Tag and minimal definite length of an element with `length` content bytes. */
export function tlvHeader(tag: number, length: number): Uint8Array {
  const bytes = bigEndian(length);
  const lengthBytes = length < 0x80 ? [length] : [0x80 | bytes.length, ...bytes];
  return Uint8Array.of(...bigEndian(tag), ...lengthBytes);
}

/** A tag as people write it: 0xbf38. */
function tlvTagName(tag: number): string {
  return '0x' + tag.toString(16).padStart(2, '0');
}

/**
 * Reads the elements of some bytes, front to back. Elements come in the order of the standard;
 * `end` tolerates unknown ones after those that were asked for, as EXTENSIBILITY IMPLIED says,
 * `finish` does not.
 */
export class TlvReader {
  readonly #bytes: Uint8Array;
  readonly #what: string;
  readonly #nested: boolean;
  readonly #asked = new Set<number>();
  #position = 0;

  /** `what` names the bytes; `nested` says that they are the content of an element. */
  constructor(bytes: Uint8Array, what: string, nested = false) {
    this.#bytes = bytes;
    this.#what = what;
    this.#nested = nested;
  }

  get done(): boolean {
    return this.#position === this.#bytes.length;
  }

  /** Tag of the next element, undefined at the end. Throws ERR_DER_* if there is no valid tag. */
  peek(): number | undefined {
    return this.done ? undefined : this.#tag(this.#position, this.#what).tag;
  }

  /** Next element, whatever its tag. Throws ERR_DER_MISSING at the end. */
  any(what: string): Tlv {
    const start = this.#position;
    if (this.done) throw new ZkcxError('ERR_DER_MISSING', `${what} is missing`);
    const { tag, next } = this.#tag(start, what);
    const { from, length } = this.#length(next, what);
    const end = from + length;
    if (end > this.#bytes.length) throw this.#beyond(what);
    this.#position = end;
    const der = this.#bytes.subarray(start, end);
    return { tag, der, content: der.subarray(from - start), what };
  }

  /** Next element, which must have this tag. Throws ERR_DER_TAG, ERR_DER_MISSING. */
  element(tag: number, what: string): Tlv {
    this.#asked.add(tag);
    const found = this.peek();
    if (found !== undefined && found !== tag) {
      throw new ZkcxError(
        'ERR_DER_TAG',
        `${what} must have tag ${tlvTagName(tag)}, found ${tlvTagName(found)}`,
        { reason: tlvTagName(found) },
      );
    }
    return this.any(what);
  }

  /** Next element if it has this tag. */
  optional(tag: number, what: string): Tlv | undefined {
    this.#asked.add(tag);
    return this.peek() === tag ? this.any(what) : undefined;
  }

  /**
   * The known elements were read. Well-formed unknown ones may follow and are skipped; one with a
   * tag that was asked for is out of order or there twice, and throws ERR_DER_TAG. Returns the
   * bytes of the unknown elements.
   */
  end(): Uint8Array {
    const rest = this.#bytes.subarray(this.#position);
    while (!this.done) {
      const { tag } = this.any(`an unknown element of ${this.#what}`);
      if (this.#asked.has(tag)) {
        throw new ZkcxError(
          'ERR_DER_TAG',
          `${this.#what} has ${tlvTagName(tag)} twice or out of order`,
          { reason: tlvTagName(tag) },
        );
      }
    }
    return rest;
  }

  /** Nothing may follow. Throws ERR_DER_TRAILING. */
  finish(): void {
    if (this.done) return;
    const extra = this.#bytes.length - this.#position;
    throw new ZkcxError('ERR_DER_TRAILING', `${this.#what} is followed by ${extra} bytes`);
  }

  #byte(offset: number, what: string): number {
    const byte = this.#bytes[offset];
    if (byte === undefined) throw this.#beyond(what);
    return byte;
  }

  #tag(start: number, what: string): { tag: number; next: number } {
    let tag = this.#byte(start, what);
    let next = start + 1;
    if ((tag & 0x1f) !== 0x1f) return { tag, next };
    for (let more = true; more; next++) {
      const byte = this.#byte(next, what);
      more = byte >= 0x80;
      // X.690 8.1.2.4: numbers from 31 on, no leading zero group
      const padded = next === start + 1 && (byte === 0x80 || byte < 0x1f);
      if (padded || next - start >= MAX_TAG_BYTES) {
        throw new ZkcxError('ERR_DER_TAG_LONG', `${what} has a tag that is padded or too long`);
      }
      tag = 256 * tag + byte;
    }
    return { tag, next };
  }

  #length(offset: number, what: string): { from: number; length: number } {
    const first = this.#byte(offset, what);
    if (first < 0x80) return { from: offset + 1, length: first };
    if (first === 0x80) {
      throw new ZkcxError('ERR_DER_INDEFINITE', `${what} has an indefinite length`);
    }
    const count = first & 0x7f;
    if (count > 4) {
      throw new ZkcxError('ERR_DER_LENGTH_SIZE', `${what} has a length of ${count} bytes`);
    }
    let length = 0;
    for (let i = 1; i <= count; i++) length = 256 * length + this.#byte(offset + i, what);
    if (length < 0x80 || length < 256 ** (count - 1)) {
      throw new ZkcxError('ERR_DER_LENGTH_MINIMAL', `${what} has a length that is not minimal`);
    }
    return { from: offset + 1 + count, length };
  }

  #beyond(what: string): ZkcxError {
    return this.#nested
      ? new ZkcxError('ERR_DER_OVERRUN', `${what} is longer than the element around it`)
      : new ZkcxError('ERR_DER_TRUNCATED', `The input ends inside ${what}; it was cut off`);
  }
}

/** The one element that the bytes consist of. Throws ERR_DER_TRAILING if anything follows it. */
export function onlyTlv(bytes: Uint8Array, tag: number, what: string): Tlv {
  const reader = new TlvReader(bytes, what);
  const element = reader.element(tag, what);
  reader.finish();
  return element;
}

/** A reader of an element's content. */
export function inside(element: Tlv): TlvReader {
  return new TlvReader(element.content, element.what, true);
}

/** The elements of a SEQUENCE OF, each of this tag. */
export function listOf(element: Tlv, tag: number, what: string): Tlv[] {
  const reader = inside(element);
  const list: Tlv[] = [];
  while (!reader.done) list.push(reader.element(tag, what));
  return list;
}

function bigEndian(value: number): number[] {
  const bytes = [value & 0xff];
  for (let rest = Math.floor(value / 256); rest > 0; rest = Math.floor(rest / 256)) {
    bytes.unshift(rest & 0xff);
  }
  return bytes;
}
