/** CHOICE, as an object that names its alternative or as an object of one field. */
import { inside, type Tlv, type TlvReader } from '../../asn1/tlv.ts';
import {
  type AnyCodec,
  assertObject,
  badValue,
  type Codec,
  type Input,
  type,
  type Value,
} from './codec.ts';
import type { Flat } from './structures.ts';

type Alternatives = Readonly<Record<string, AnyCodec>>;

type ChoiceOf<K extends string, A extends Readonly<Record<string, unknown>>> = {
  [N in keyof A]: Flat<{ readonly [D in K]: N } & A[N]>;
}[keyof A];

/**
 * CHOICE between objects: the field `key` of the value is the name of the alternative, the other fields
 * are its own.
 */
export function choice<K extends string, A extends Alternatives>(
  key: K,
  alternatives: A,
): Codec<
  ChoiceOf<K, { [N in keyof A]: Value<A[N]> }>,
  ChoiceOf<K, { [N in keyof A]: Input<A[N]> }>
> {
  return untagged(
    alternatives,
    (value) => (value as Readonly<Record<K, string>>)[key],
    (name, value) => ({ [key]: name, ...(value as object) }) as never,
    (value) => value as never,
  );
}

/** CHOICE of one field: the value is an object with that field alone. */
export function oneOf<A extends Alternatives>(
  alternatives: A,
): Codec<
  { [N in keyof A]: { readonly [O in N]: Value<A[N]> } }[keyof A],
  { [N in keyof A]: { readonly [O in N]: Input<A[N]> } }[keyof A]
> {
  const nameIn = (value: object) =>
    Object.keys(alternatives).find(
      (name) => (value as Record<string, unknown>)[name] !== undefined,
    );
  return untagged(
    alternatives,
    (value) => nameIn(value as object) ?? '',
    (name, value) => ({ [name]: value }) as never,
    (value) => (value as Record<string, never>)[nameIn(value as object)!]!,
  );
}

/** A CHOICE, whose element has the tag of the alternative. */
function untagged<Out, In>(
  alternatives: Alternatives,
  nameOf: (value: In) => string,
  join: (name: string, value: unknown) => Out,
  split: (value: In) => never,
): Codec<Out, In> {
  const entries = Object.entries(alternatives);
  const next = (reader: TlvReader, what: string) => {
    const tag = reader.peek();
    const [name] = entries.find(([, codec]) => codec.tag === tag) ?? [];
    const element = reader.any(name ?? what);
    if (name !== undefined) return element;
    throw badValue(what, `is none of ${entries.map(([other]) => other).join(', ')}`);
  };
  const read = (element: Tlv) => {
    const [name, codec] = entries.find(([, { tag }]) => tag === element.tag)!;
    return join(name, codec.read(element));
  };
  const take = (reader: TlvReader, what: string) => read(next(reader, what));
  const put = (value: In, what: string) => {
    assertObject(value, what);
    const name = nameOf(value);
    const codec = Object.hasOwn(alternatives, name) ? alternatives[name] : undefined;
    if (codec === undefined) throw badValue(what, 'has none of its alternatives');
    return codec.put(split(value), name);
  };
  const explicit = (tag: number) => {
    const inner = (element: Tlv) => {
      const reader = inside(element);
      const found = next(reader, element.what);
      reader.finish();
      return read(found);
    };
    return type(tag, true, inner, put);
  };
  return { tag: NaN, constructed: true, next, read, take, put, withTag: explicit };
}
