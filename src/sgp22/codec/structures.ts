/** Types of ASN.1 that are made of others: SEQUENCE, SEQUENCE OF, CHOICE, and their fields. */
import { TAG } from '../../asn1/index.ts';
import { inside, onlyTlv, type Tlv, TlvReader } from '../../asn1/tlv.ts';
import { concatBytes, joinBytes } from '../../bytes.ts';
import {
  type AnyCodec,
  type AnyField,
  assertBytes,
  assertObject,
  badValue,
  type Codec,
  type Component,
  type Field,
  element,
  type Input,
  type Message,
  type Received,
  tagged,
  type,
  type Value,
} from './codec.ts';

type Fields = Readonly<Record<string, AnyField>>;

/** One type instead of an intersection. */
export type Flat<T> = T extends object ? { [K in keyof T]: T[K] } : T;

/** An object in which what may be undefined may be left out. */
type Partly<T> = Flat<
  { readonly [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
    readonly [K in keyof T as undefined extends T[K] ? K : never]?: T[K];
  }
>;

export type ValuesOf<F extends Fields> = Partly<{ [K in keyof F]: Value<F[K]> }>;
export type InputsOf<F extends Fields> = Partly<{ [K in keyof F]: Input<F[K]> }>;

const NOTHING = new Uint8Array();

/** OPTIONAL: undefined when it is absent. */
export function optional<Out, In>(
  codec: Codec<Out, In>,
): Component<Out | undefined, In | undefined> {
  return {
    tag: codec.tag,
    constructed: codec.constructed,
    take(reader, what) {
      const found = reader.optional(codec.tag, what);
      return found && codec.read(found);
    },
    put: (value, what) => (value === undefined ? NOTHING : codec.put(value, what)),
    withTag: (tag) => optional(codec.withTag(tag)),
  };
}

/** Each of them OPTIONAL. */
export function allOptional<C extends Readonly<Record<string, AnyCodec>>>(codecs: C) {
  const entries = Object.entries(codecs).map(([name, codec]) => [name, optional(codec)]);
  return Object.fromEntries(entries) as {
    [K in keyof C]: Component<Value<C[K]> | undefined, Input<C[K]> | undefined>;
  };
}

/** DEFAULT: written only for other values (X.690 11.5); read also where it was written. */
export function withDefault<T extends string>(
  codec: Codec<T>,
  value: T,
): Component<T, T | undefined> {
  const field = optional(codec);
  return {
    ...field,
    take: (reader, what) => field.take(reader, what) ?? value,
    put: (other, what) => field.put(other === value ? undefined : other, what),
    withTag: (tag) => withDefault(codec.withTag(tag), value),
  };
}

/** Whole elements after the known fields, as bytes: for a SEQUENCE that is not described to its end. */
export const unknownRest: Field<Uint8Array, Uint8Array | undefined> = {
  take: (reader) => reader.end(),
  put: (value, what) => (value === undefined ? NOTHING : assertBytes(value, what)),
};

/**
 * What may follow the known fields of a SEQUENCE: well-formed unknown elements, as EXTENSIBILITY
 * IMPLIED says; nothing; or bytes that nobody looks at.
 */
type Ending = 'extensible' | 'closed' | 'unread';

/** Known fields from the front of a reader, in the order of the description. */
function takeFields<F extends Fields>(reader: TlvReader, fields: F, ending: Ending): ValuesOf<F> {
  const entries = Object.entries(fields).map(
    ([name, field]) => [name, field.take(reader, name)] as const,
  );
  if (ending === 'extensible') reader.end();
  if (ending === 'closed') reader.finish();
  return Object.fromEntries(entries) as ValuesOf<F>;
}

function putFields<F extends Fields>(fields: F, value: InputsOf<F>, what: string): Uint8Array {
  assertObject(value, what);
  const values = value as Readonly<Record<string, never>>;
  return concatBytes(
    ...Object.entries(fields).map(([name, field]) => field.put(values[name]!, name)),
  );
}

/** SEQUENCE. Fields come in this order. */
export function sequence<F extends Fields>(
  fields: F,
  ending: Ending = 'extensible',
): Codec<ValuesOf<F>, InputsOf<F>> {
  const read = (element: Tlv) => takeFields(inside(element), fields, ending);
  return type(TAG.sequence, true, read, (value: InputsOf<F>, what) =>
    putFields(fields, value, what),
  );
}

/** Elements one after the other without one around them. */
export function elements<F extends Fields>(name: string, fields: F, ending: Ending) {
  return {
    /** Throws ERR_DER_* and ERR_RSP_VALUE. */
    decode: (bytes: Uint8Array) =>
      takeFields(new TlvReader(bytes, name, { depth: 1 }), fields, ending),
    /** Throws ERR_RSP_VALUE. */
    encode: (value: InputsOf<F>) => putFields(fields, value, name),
  };
}

/** Entries of a list that no message of the standard comes near; whoever sends more wants to be a burden. */
const MAX_ENTRIES = 4_096;

/** SEQUENCE OF `min` to `max`. `item` names an entry in errors. */
export function list<Out, In>(
  codec: Codec<Out, In>,
  item: string,
  min = 0,
  max = MAX_ENTRIES,
): Codec<readonly Out[], readonly In[]> {
  const tooMany = (what: string) => badValue(what, `has more than ${max} entries`);
  const check = <T>(items: readonly T[], what: string) => {
    if (!Array.isArray(items)) throw badValue(what, 'must be a list');
    if (items.length < min) throw badValue(what, `has ${items.length} entries, not ${min}`);
    if (items.length > max) throw tooMany(what);
    return items;
  };
  const read = (element: Tlv) => {
    const reader = inside(element);
    const items: Out[] = [];
    while (!reader.done) {
      if (items.length >= max) throw tooMany(element.what);
      items.push(codec.take(reader, item));
    }
    return check(items, element.what);
  };
  return type(TAG.sequence, true, read, (values: readonly In[], what) =>
    joinBytes(check(values, what).map((value) => codec.put(value, item))),
  );
}

/** One element with this tag that is kept as it is, header included. */
export function whole(tag: number = TAG.sequence): Codec<Uint8Array> {
  const write = (bytes: Uint8Array, what: string) =>
    onlyTlv(assertBytes(bytes, what), tag, what).content;
  return { ...type(tag, true, ({ der }) => der, write), withTag: whole };
}

/** The same type whose values have more fields, taken from the element itself. */
export function joined<Out extends object, In, E extends object>(
  codec: Codec<Out, In>,
  extra: (element: Tlv) => E,
): Codec<Out & E, In> {
  const read = (element: Tlv) => ({ ...codec.read(element), ...extra(element) });
  return {
    ...codec,
    read,
    take: (reader, what) => read(codec.next(reader, what)),
    withTag: (tag) => joined(codec.withTag(tag), extra),
  };
}

/** The same type whose values come with the bytes that they were read from. */
export function received<Out extends object, In>(codec: Codec<Out, In>): Codec<Received<Out>, In> {
  return joined(codec, ({ der }) => ({ der }));
}

/** The same, and what is written are the bytes that were received. */
export function copied<Out extends object>(
  codec: Codec<Out, never>,
): Codec<Received<Out>, { readonly der: Uint8Array }> {
  const put = (value: { readonly der: Uint8Array }, what: string) => {
    assertObject(value, what);
    const der = assertBytes(value.der, what);
    const reader = new TlvReader(der, what);
    codec.next(reader, what);
    reader.finish();
    return der;
  };
  return { ...received(codec), put, withTag: (tag) => copied(codec.withTag(tag)) };
}

/** A value as the one field of an object. */
export function wrapped<N extends string, Out, In>(
  name: N,
  codec: Codec<Out, In>,
): Codec<{ readonly [K in N]: Out }, { readonly [K in N]: In }> {
  const wrap = (value: Out) => ({ [name]: value }) as { readonly [K in N]: Out };
  return {
    ...codec,
    read: (element) => wrap(codec.read(element)),
    take: (reader, what) => wrap(codec.take(reader, what)),
    put(value, what) {
      assertObject(value, what);
      return codec.put(value[name], what);
    },
    withTag: (tag) => wrapped(name, codec.withTag(tag)),
  };
}

/** `name ::= codec`, or `name ::= [tag] codec`. Values come with the bytes that they were read from. */
export function message<Out extends object, In>(
  name: string,
  codec: Codec<Out, In>,
): Message<Received<Out>, In>;
export function message<Out extends object, In>(
  name: string,
  tag: number,
  codec: Codec<Out, In>,
): Message<Received<Out>, In>;
export function message<Out extends object, In>(
  name: string,
  ...[first, second]: [Codec<Out, In>] | [number, Codec<Out, In>]
): Message<Received<Out>, In> {
  const codec = typeof first === 'number' ? tagged(first, second!) : first;
  return element(name, received(codec));
}
