import { ZkcxError } from '../errors.ts';
import type { Span } from './types.ts';

/** The single-byte DER tags that certificates and revocation lists use. */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
  utf8String: 0x0c,
  numericString: 0x12,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  universalString: 0x1c,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

/** Nesting below the outermost element; a certificate of the profile needs 14. */
export const MAX_DEPTH = 16;

/** One TLV. `start` is its tag byte, `content` the first byte after the header. */
export interface DerElement {
  readonly tag: number;
  readonly start: number;
  readonly content: number;
  readonly end: number;
}

/** Tag of a context-specific element: [number], constructed or primitive. */
export function contextTag(number: number, constructed: boolean): number {
  return (constructed ? 0xa0 : 0x80) | number;
}

/** A tag as people write it in error messages. */
export function tagName(tag: number): string {
  return '0x' + tag.toString(16).padStart(2, '0');
}

/**
 * Reads the elements inside one span of DER bytes, front to back (X.690 clauses 8 and 10).
 *
 * Every element has a one-byte tag, a definite length in its shortest form and ends inside the
 * span. `finish` must be called when the expected elements were read: nothing may follow them.
 * `what` names the field in error messages. Offsets count from the start of `bytes`.
 */
export class DerCursor {
  readonly bytes: Uint8Array;
  readonly end: number;
  #position: number;
  readonly #depth: number;

  constructor(bytes: Uint8Array, span: Span = { start: 0, end: bytes.length }, depth = 0) {
    if (depth > MAX_DEPTH) {
      throw new ZkcxError('ERR_DER_DEPTH', `Elements are nested deeper than ${MAX_DEPTH} levels`);
    }
    this.bytes = bytes;
    this.#position = span.start;
    this.end = span.end;
    this.#depth = depth;
  }

  get position(): number {
    return this.#position;
  }

  get done(): boolean {
    return this.#position === this.end;
  }

  /** Is the next element one with this tag? False at the end. */
  nextIs(tag: number): boolean {
    return !this.done && this.bytes[this.#position] === tag;
  }

  /** Next element, whatever its tag. Throws ERR_DER_MISSING at the end. */
  any(what: string): DerElement {
    const start = this.#position;
    const tag = this.#tag(what);
    const { content, length } = this.#length(start + 1, what);
    const end = content + length;
    if (end > this.end) throw this.#beyond(what);
    this.#position = end;
    return { tag, start, content, end };
  }

  /** Next element, which must have this tag. Throws ERR_DER_TAG for another one. */
  element(tag: number, what: string): DerElement {
    if (this.#tag(what) !== tag) {
      const found = tagName(this.#tag(what));
      throw new ZkcxError('ERR_DER_TAG', `${what} must have tag ${tagName(tag)}, found ${found}`, {
        reason: found,
      });
    }
    return this.any(what);
  }

  /** Next element if it has this tag. */
  optional(tag: number, what: string): DerElement | undefined {
    return this.nextIs(tag) ? this.any(what) : undefined;
  }

  /** Content of an element's span; a view, not a copy. */
  content(element: DerElement): Uint8Array {
    return this.bytes.subarray(element.content, element.end);
  }

  /** A cursor over the content of an element that this cursor read. */
  inside(element: DerElement, skip = 0): DerCursor {
    const span = { start: element.content + skip, end: element.end };
    return new DerCursor(this.bytes, span, this.#depth + 1);
  }

  /** Read an element with this tag and enter it. */
  enter(tag: number, what: string): DerCursor {
    return this.inside(this.element(tag, what));
  }

  /** Nothing may follow. Throws ERR_DER_TRAILING. */
  finish(what: string): void {
    if (!this.done) {
      const extra = this.end - this.#position;
      throw new ZkcxError('ERR_DER_TRAILING', `${what} is followed by ${extra} unexpected bytes`);
    }
  }

  #tag(what: string): number {
    const tag = this.bytes[this.#position];
    if (this.done || tag === undefined) {
      throw new ZkcxError('ERR_DER_MISSING', `${what} is missing`);
    }
    if ((tag & 0x1f) === 0x1f) {
      throw new ZkcxError('ERR_DER_TAG_LONG', `${what} has a tag of more than one byte`);
    }
    return tag;
  }

  #byte(offset: number, what: string): number {
    const byte = offset < this.end ? this.bytes[offset] : undefined;
    if (byte === undefined) throw this.#beyond(what);
    return byte;
  }

  #length(offset: number, what: string): { content: number; length: number } {
    const first = this.#byte(offset, what);
    if (first < 0x80) return { content: offset + 1, length: first };
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
    if (length < 0x80 || length < 256 ** (count - 1)) {
      throw new ZkcxError('ERR_DER_LENGTH_MINIMAL', `${what} has a length that is not minimal`);
    }
    return { content: offset + 1 + count, length };
  }

  #beyond(what: string): ZkcxError {
    return this.#depth === 0
      ? new ZkcxError('ERR_DER_TRUNCATED', `The input ends inside ${what}; it was cut off`)
      : new ZkcxError('ERR_DER_OVERRUN', `${what} is longer than the element around it`);
  }
}

/** The one element that the bytes consist of. Throws ERR_DER_TRAILING if anything follows it. */
export function onlyElement(
  bytes: Uint8Array,
  tag: number,
  what: string,
): { cursor: DerCursor; element: DerElement } {
  const outer = new DerCursor(bytes);
  const element = outer.element(tag, what);
  outer.finish(what);
  return { cursor: outer.inside(element), element };
}
