/**
 * Codecs: one description of a message of SGP.22, from which both directions follow. Reading takes
 * elements of DER (X.690) and keeps the bytes as received where a signature covers them; writing is
 * canonical and refuses every value that reading refuses.
 *
 * Errors of reading are ERR_DER_* for bytes that are not the DER that was expected, and ERR_RSP_VALUE
 * for a value outside of the standard. Errors of writing are ERR_RSP_VALUE, and ERR_DER_* for bytes that
 * should be a whole element and are none.
 */
import { encodeTlv, type Tlv, TlvReader } from '../../asn1/tlv.ts';
import { ZkcxError } from '../../errors.ts';

/**
 * A part of a SEQUENCE: what is read from the front of the elements that are left, and written in its
 * place. `Out` is what reading gives, `In` what writing takes; every `Out` is an `In`.
 */
export interface Field<Out, In = Out> {
  /** `what` names the field in errors. */
  take(reader: TlvReader, what: string): Out;
  put(value: In, what: string): Uint8Array;
}

/** A field with a tag that can be changed, as `[0]` does in ASN.1. */
export interface Component<Out, In = Out> extends Field<Out, In> {
  /**
   * Identifier octets as one number, as the standard prints them: 0xbf38. NaN for a CHOICE, which has
   * the tags of its alternatives.
   */
  readonly tag: number;
  readonly constructed: boolean;
  /** See `tagged`. */
  withTag(tag: number): Component<Out, In>;
}

/** A type of ASN.1: one element. */
export interface Codec<Out, In = Out> extends Component<Out, In> {
  /** The next element. Throws ERR_DER_TAG if it is not one of this type. */
  next(reader: TlvReader, what: string): Tlv;
  /** Value of an element that `next` gave. */
  read(element: Tlv): Out;
  withTag(tag: number): Codec<Out, In>;
}

/** What any field, component or codec is: its values are not known. */
export type AnyField = Field<unknown, never>;
export type AnyComponent = Component<unknown, never>;
export type AnyCodec = Codec<unknown, never>;

/** The value that a codec reads. */
export type Value<F> = F extends Field<infer Out, never> ? Out : never;

/** The value that a codec writes. */
export type Input<F> = F extends Field<unknown, infer In> ? In : never;

/** A value with the whole element that it was read from. */
export type Received<T> = T & { readonly der: Uint8Array };

/** A type with one tag, by the two directions of its content. */
export function type<Out, In = Out>(
  tag: number,
  constructed: boolean,
  read: (element: Tlv) => Out,
  write: (value: In, what: string) => Uint8Array,
): Codec<Out, In> {
  return {
    tag,
    constructed,
    next: (reader, what) => reader.element(tag, what),
    read,
    take: (reader, what) => read(reader.element(tag, what)),
    put: (value, what) => encodeTlv(tag, write(value, what)),
    withTag: (other) => type(other, constructed, read, write),
  };
}

/**
 * The same type under another tag. IMPLICIT, and EXPLICIT for a CHOICE, which has no tag of its own to
 * replace (X.680 31.2.7).
 */
export function tagged<C extends AnyComponent>(tag: number, component: C): C {
  return component.withTag(tag) as unknown as C;
}

/** The same with a context-specific tag, 0 to 30: `[number] component`. */
export function context<C extends AnyComponent>(number: number, component: C): C {
  return tagged((component.constructed ? 0xa0 : 0x80) | number, component);
}

/** AUTOMATIC TAGS (X.680 25.7): [0], [1] and so on, in the order of the components. */
export function automatic<F extends Readonly<Record<string, AnyComponent>>>(components: F): F {
  const entries = Object.entries(components).map(([name, component], number) => [
    name,
    context(number, component),
  ]);
  return Object.fromEntries(entries) as F;
}

/** A codec for bytes that are one element. */
export interface Message<Out, In = Out> extends Codec<Out, In> {
  /** Name in SGP.22. */
  readonly name: string;
  /** Throws ERR_DER_* and ERR_RSP_VALUE; ERR_DER_TRAILING if anything follows the element. */
  decode(bytes: Uint8Array): Out;
  /** The whole element. Throws ERR_RSP_VALUE, and ERR_DER_* for bytes that are no whole element. */
  encode(value: In): Uint8Array;
}

/** A codec that reads and writes whole elements. */
export function element<Out, In>(name: string, codec: Codec<Out, In>): Message<Out, In> {
  return {
    ...codec,
    name,
    decode(bytes: Uint8Array) {
      const reader = new TlvReader(assertBytes(bytes, name), name);
      const found = codec.next(reader, name);
      reader.finish();
      return codec.read(found);
    },
    encode: (value: In) => codec.put(value, name),
  };
}

/** Tag of the first element; undefined if there is none. Throws ERR_DER_* for an invalid one. */
export function tagOf(bytes: Uint8Array, what: string): number | undefined {
  return new TlvReader(assertBytes(bytes, what), what).peek();
}

/** Tag and length of an element. */
export interface Header {
  readonly tag: number;
  /** Bytes of tag and length. */
  readonly size: number;
  /** Bytes of content. */
  readonly length: number;
}

/**
 * Header of the first element of bytes that may go on; undefined while it is not all there. Throws
 * ERR_DER_* for an invalid one.
 */
export function headerOf(bytes: Uint8Array, what: string): Header | undefined {
  try {
    const { tag, contentStart, length } = new TlvReader(bytes, what).header(what);
    return { tag, size: contentStart, length };
  } catch (error) {
    const codes = ['ERR_DER_MISSING', 'ERR_DER_TRUNCATED'];
    if (error instanceof ZkcxError && codes.includes(error.code)) return undefined;
    throw error;
  }
}

/** A field that has the right tag but a value outside the standard. */
export function badValue(what: string, problem: string, cause?: unknown): ZkcxError {
  return new ZkcxError('ERR_RSP_VALUE', `${what} ${problem}`, { reason: what, cause });
}

/** What is written comes from callers of JavaScript too. Throws ERR_RSP_VALUE. */
export function assertObject(value: unknown, what: string): asserts value is object {
  if (typeof value !== 'object' || value === null) throw badValue(what, 'must be an object');
}

/** The same for bytes. */
export function assertBytes(value: unknown, what: string): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw badValue(what, 'must be bytes');
}

/** The same for text. */
export function assertText(value: unknown, what: string): string {
  if (typeof value === 'string') return value;
  throw badValue(what, 'must be text');
}
