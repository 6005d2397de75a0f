/**
 * The DER reader of certificates, revocation lists and SGP.22 messages (X.690, clauses 8 and 10), and the
 * encoder of single elements.
 *
 * What was read keeps the bytes as received, because signatures cover those and no re-encoding.
 */
import { joinBytes } from '../bytes.ts';
import { ZkcxError } from '../errors.ts';
import { tagName } from './tags.ts';
import type { Span } from './types.ts';

/** Nesting below the outermost element; a certificate of the profile needs 14. */
export const MAX_DEPTH = 16;

/** What a reader is told about its bytes. */
export interface ReadOptions {
  /** Bytes of the largest tag, 1 to 3. Default 3: SGP.22 has none above. Certificates have 1. */
  readonly maxTagBytes?: number;
  /** The part of the bytes to read; default all. */
  readonly span?: Span;
  /** Elements around that part; default 0. */
  readonly depth?: number;
  /**
   * Read what cards make of BER: bytes 00 and FF between elements (ISO/IEC 7816-4, 5.2.2.1), and tags and lengths in
   * more bytes than they need. Default: refuse them.
   */
  readonly lenient?: boolean;
}

/** The same, with nothing left out. */
interface Source extends Required<Omit<ReadOptions, 'span'>> {
  readonly bytes: Uint8Array;
}

/** One element. Offsets count from the start of the bytes that the outermost reader was given. */
export class Tlv {
  readonly tag: number;
  /** Name of the field in error messages. */
  readonly what: string;
  /** Of the tag. */
  readonly start: number;
  /** Of the first byte after the header. */
  readonly contentStart: number;
  readonly end: number;
  readonly source: Source;

  constructor(
    source: Source,
    element: Pick<Tlv, 'tag' | 'what' | 'start' | 'contentStart' | 'end'>,
  ) {
    this.source = source;
    this.tag = element.tag;
    this.what = element.what;
    this.start = element.start;
    this.contentStart = element.contentStart;
    this.end = element.end;
  }

  /** The whole element as received, header included; a view, not a copy. */
  get der(): Uint8Array {
    return this.source.bytes.subarray(this.start, this.end);
  }

  /** A view, not a copy. */
  get content(): Uint8Array {
    return this.source.bytes.subarray(this.contentStart, this.end);
  }

  /** Where `der` lies. */
  get span(): Span {
    return { start: this.start, end: this.end };
  }

  /** Where `content` lies. */
  get contentSpan(): Span {
    return { start: this.contentStart, end: this.end };
  }
}

/**
 * Reads the elements of some bytes, front to back. Every element has a tag of at most `maxTagBytes`, a
 * definite length in its shortest form, and ends inside the bytes. When the expected elements were read,
 * `finish` says that nothing may follow, and `end` that unknown elements may, as EXTENSIBILITY IMPLIED
 * says.
 */
export class TlvReader {
  /** Offset past the last byte to read. */
  readonly limit: number;
  readonly #source: Source;
  readonly #what: string;
  readonly #asked = new Set<number>();
  #position: number;

  /** `what` names the bytes in error messages. Throws ERR_DER_DEPTH. */
  constructor(bytes: Uint8Array, what: string, options: ReadOptions = {}) {
    const { maxTagBytes = 3, span, depth = 0, lenient = false } = options;
    if (depth > MAX_DEPTH) {
      throw new ZkcxError('ERR_DER_DEPTH', `Elements are nested deeper than ${MAX_DEPTH} levels`);
    }
    this.#source = { bytes, maxTagBytes, depth, lenient };
    this.#what = what;
    this.#position = span?.start ?? 0;
    this.limit = span?.end ?? bytes.length;
    this.#skipPadding();
  }

  /** Offset of the next element. */
  get position(): number {
    return this.#position;
  }

  get done(): boolean {
    return this.#position === this.limit;
  }

  /** Tag of the next element, undefined at the end. Throws ERR_DER_* if there is no valid tag. */
  peek(): number | undefined {
    return this.done ? undefined : this.#tag(this.#position, this.#what).tag;
  }

  /**
   * Header of the next element, of which the content need not be there. Throws ERR_DER_MISSING at the
   * end, ERR_DER_TRUNCATED or ERR_DER_OVERRUN inside a header.
   */
  header(what: string): { tag: number; contentStart: number; length: number } {
    if (this.done) throw new ZkcxError('ERR_DER_MISSING', `${what} is missing`);
    const { tag, next } = this.#tag(this.#position, what);
    return { tag, ...this.#length(next, what) };
  }

  /** Next element, whatever its tag. Throws ERR_DER_MISSING at the end. */
  any(what: string): Tlv {
    const start = this.#position;
    const { tag, contentStart, length } = this.header(what);
    const end = contentStart + length;
    if (end > this.limit) throw this.#beyond(what);
    this.#position = end;
    this.#skipPadding();
    return new Tlv(this.#source, { tag, what, start, contentStart, end });
  }

  /** Next element, which must have this tag. Throws ERR_DER_TAG, ERR_DER_MISSING. */
  element(tag: number, what: string): Tlv {
    this.#asked.add(tag);
    const found = this.peek();
    if (found !== undefined && found !== tag) {
      throw new ZkcxError(
        'ERR_DER_TAG',
        `${what} must have tag ${tagName(tag)}, found ${tagName(found)}`,
        { reason: tagName(found) },
      );
    }
    return this.any(what);
  }

  /** Next element if it has this tag. */
  optional(tag: number, what: string): Tlv | undefined {
    this.#asked.add(tag);
    return this.peek() === tag ? this.any(what) : undefined;
  }

  /** A reader of the next element, which must have this tag. */
  enter(tag: number, what: string): TlvReader {
    return inside(this.element(tag, what));
  }

  /**
   * The known elements were read. Well-formed unknown ones may follow and are skipped; one with a
   * tag that was asked for is out of order or there twice, and throws ERR_DER_TAG. Returns the
   * bytes of the unknown elements.
   */
  end(): Uint8Array {
    const rest = this.#source.bytes.subarray(this.#position, this.limit);
    while (!this.done) {
      const { tag } = this.any(`an unknown element of ${this.#what}`);
      if (this.#asked.has(tag)) {
        throw new ZkcxError(
          'ERR_DER_TAG',
          `${this.#what} has ${tagName(tag)} twice or out of order`,
          { reason: tagName(tag) },
        );
      }
    }
    return rest;
  }

  /** Nothing may follow. Throws ERR_DER_TRAILING. */
  finish(): void {
    if (this.done) return;
    const extra = this.limit - this.#position;
    const where = this.#source.depth === 0 ? 'is followed by' : 'ends with';
    throw new ZkcxError('ERR_DER_TRAILING', `${this.#what} ${where} ${extra} unexpected bytes`);
  }

  #skipPadding(): void {
    const { bytes, lenient } = this.#source;
    if (!lenient) return;
    while (!this.done && (bytes[this.#position] === 0 || bytes[this.#position] === 0xff)) {
      this.#position++;
    }
  }

  #byte(offset: number, what: string): number {
    const byte = offset < this.limit ? this.#source.bytes[offset] : undefined;
    if (byte === undefined) throw this.#beyond(what);
    return byte;
  }

  #tag(start: number, what: string): { tag: number; next: number } {
    let tag = this.#byte(start, what);
    let next = start + 1;
    if ((tag & 0x1f) !== 0x1f) return { tag, next };
    const { maxTagBytes, lenient } = this.#source;
    for (let more = true; more; next++) {
      if (next - start >= maxTagBytes) {
        throw new ZkcxError('ERR_DER_TAG_LONG', `${what} has a tag above ${maxTagBytes} bytes`);
      }
      const byte = this.#byte(next, what);
      more = byte >= 0x80;
      // X.690 8.1.2.4: numbers from 31 on, no leading zero group
      if (!lenient && next === start + 1 && (byte === 0x80 || byte < 0x1f)) {
        throw new ZkcxError('ERR_DER_TAG_LONG', `${what} has a tag that is not minimal`);
      }
      tag = 256 * tag + byte;
    }
    return { tag, next };
  }

  #length(offset: number, what: string): { contentStart: number; length: number } {
    const first = this.#byte(offset, what);
    if (first < 0x80) return { contentStart: offset + 1, length: first };
    if (first === 0x80) {
      throw new ZkcxError('ERR_DER_INDEFINITE', `${what} has an indefinite length`);
    }
    const count = first & 0x7f;
    if (count > 4) {
      throw new ZkcxError(
        'ERR_DER_LENGTH_SIZE',
        `${what} has a length of ${count} bytes, 4 at most`,
      );
    }
    let length = 0;
    for (let i = 1; i <= count; i++) length = 256 * length + this.#byte(offset + i, what);
    // X.690 10.1: the short form below 128, otherwise no leading zero byte
    const isMinimal = length >= 0x80 && length >= 256 ** (count - 1);
    if (!isMinimal && !this.#source.lenient) {
      throw new ZkcxError('ERR_DER_LENGTH_MINIMAL', `${what} has a length that is not minimal`);
    }
    return { contentStart: offset + 1 + count, length };
  }

  #beyond(what: string): ZkcxError {
    return this.#source.depth === 0
      ? new ZkcxError('ERR_DER_TRUNCATED', `The input ends inside ${what}; it was cut off`)
      : new ZkcxError('ERR_DER_OVERRUN', `${what} is longer than the element around it`);
  }
}

/** The one element that the bytes consist of. Throws ERR_DER_TRAILING if anything follows it. */
export function onlyTlv(
  bytes: Uint8Array,
  tag: number,
  what: string,
  options: ReadOptions = {},
): Tlv {
  const reader = new TlvReader(bytes, what, options);
  const element = reader.element(tag, what);
  reader.finish();
  return element;
}

/** A reader of an element's content, without its first `skip` bytes. Throws ERR_DER_DEPTH. */
export function inside({ source, what, contentStart, end }: Tlv, skip = 0): TlvReader {
  const { bytes, maxTagBytes, depth, lenient } = source;
  const span = { start: contentStart + skip, end };
  return new TlvReader(bytes, what, { maxTagBytes, span, depth: depth + 1, lenient });
}

/** An element of this tag with a minimal definite length. Contents are put one after the other. */
export function encodeTlv(tag: number, ...content: Uint8Array[]): Uint8Array {
  const length = content.reduce((total, part) => total + part.length, 0);
  return joinBytes([tlvHeader(tag, length), ...content]);
}

/** Tag and minimal definite length of an element with `length` content bytes. */
export function tlvHeader(tag: number, length: number): Uint8Array {
  const bytes = bigEndian(length);
  const lengthBytes = length < 0x80 ? [length] : [0x80 | bytes.length, ...bytes];
  return Uint8Array.of(...bigEndian(tag), ...lengthBytes);
}

function bigEndian(value: number): number[] {
  const bytes = [value & 0xff];
  for (let rest = Math.floor(value / 256); rest > 0; rest = Math.floor(rest / 256)) {
    bytes.unshift(rest & 0xff);
  }
  return bytes;
}
