/**
 * Reading what foreign cards answer and sign, element by element: what cannot be read is told apart and does not stop
 * the rest.
 * Writing stays with the codecs, which are strict.
 */
import { inside, Tlv, TlvReader } from '../../asn1/tlv.ts';
import { ZkcxError } from '../../errors.ts';
import {
  type AnyCodec,
  assertBytes,
  automatic,
  badValue,
  type Message,
  type Value,
} from './codec.ts';
import { integer } from './primitives.ts';
import { type Flat, sequence } from './structures.ts';

/** An element that is there, and is not what the standard says. */
export interface Unreadable {
  /** Name of the field; that of the whole if its elements cannot be told apart. */
  readonly field: string;
  /** For people; without the value. */
  readonly problem: string;
  readonly content: Uint8Array;
}

/** The fields that could be read. */
export type Readable<C extends Readonly<Record<string, AnyCodec>>> = Flat<{
  readonly [K in keyof C]?: Value<C[K]>;
}>;

/** More entries than any card has of anything; stops a list that somebody made to be long. */
const MAX_ENTRIES = 4_096;

/** The element that a card answered with, whatever follows it. Throws ERR_DER_*. */
export function answered(bytes: Uint8Array, what: string, tag?: number): Tlv {
  const reader = new TlvReader(assertBytes(bytes, what), what, { lenient: true });
  return tag === undefined ? reader.any(what) : reader.element(tag, what);
}

/** The message that a card answered with. Throws ERR_DER_* and ERR_RSP_VALUE. */
export function decodeAnswered<Out>(message: Message<Out, never>, bytes: Uint8Array): Out {
  return message.read(answered(bytes, message.name, message.tag));
}

/** The elements of a list that a card answered with, or the number of an error. */
const answer = automatic({ list: sequence({}), error: integer });

/**
 * The entries of an answer that is a list, each for itself, or the number of its error. Some cards leave out the element
 * around the entries, or all of an empty list.
 *
 * @param tags of entries
 */
export function readAnsweredList<T>(
  bytes: Uint8Array,
  response: { readonly name: string; readonly tag: number },
  tags: readonly number[],
  ...entries: [item: string, read: (element: Tlv) => T, rest: (broken: Unreadable) => T]
): readonly T[] | number {
  const whole = answered(bytes, response.name, response.tag);
  const reader = inside(whole);
  const tag = reader.peek();
  if (tag === answer.error.tag) return answer.error.take(reader, 'the error');
  const isBare = tag === undefined || tags.includes(tag);
  return readEntries(isBare ? whole : reader.element(answer.list.tag, 'the list'), ...entries);
}

/**
 * The fields of an element by their tags, in any order; of a field that is there twice the first counts, unknown ones
 * are passed over.
 */
export function readFields<C extends Readonly<Record<string, AnyCodec>>>(element: Tlv, codecs: C) {
  const names = new Map(Object.entries(codecs).map(([name, { tag }]) => [tag, name]));
  const fields: Record<string, unknown> = {};
  const unreadable: Unreadable[] = [];
  const broken = eachIn(element, 'a field', (one) => {
    const field = names.get(one.tag);
    if (field === undefined) return;
    // the first one counts
    names.delete(one.tag);
    const { source, tag, start, contentStart, end, content } = one;
    const problem = problemOf(() => {
      const named = new Tlv(source, { tag, what: field, start, contentStart, end });
      fields[field] = codecs[field]!.read(named);
    });
    if (problem !== undefined) unreadable.push({ field, problem, content });
  });
  if (broken !== undefined) unreadable.push(broken);
  return { fields: fields as Readable<C>, unreadable };
}

/**
 * The entries of a list, each for itself.
 *
 * @param rest makes an entry of what cannot be told apart
 * @throws ERR_RSP_VALUE for a list that is longer than any card's
 */
export function readEntries<T>(
  list: Tlv,
  item: string,
  read: (element: Tlv) => T,
  rest: (broken: Unreadable) => T,
): T[] {
  const entries: T[] = [];
  const broken = eachIn(list, item, (one) => {
    if (entries.length >= MAX_ENTRIES) {
      throw badValue(list.what, `has more than ${MAX_ENTRIES} entries`);
    }
    entries.push(read(one));
  });
  if (broken !== undefined) entries.push(rest(broken));
  return entries;
}

/** The first element with this tag inside of one; undefined where there is none that can be told apart. */
export function partOf(element: Tlv | undefined, tag: number): Tlv | undefined {
  let part: Tlv | undefined;
  if (element !== undefined) {
    eachIn(element, 'an element', (one) => {
      if (one.tag === tag) part ??= one;
    });
  }
  return part;
}

/** Calls `visit` with the elements inside of one. Returns what is left when there is no next one. */
function eachIn(element: Tlv, what: string, visit: (one: Tlv) => void): Unreadable | undefined {
  let position = element.contentStart;
  let reader: TlvReader | undefined;
  const next = () => {
    reader ??= inside(element);
    position = reader.position;
    return reader.done ? undefined : reader.any(what);
  };
  for (;;) {
    let one: Tlv | undefined;
    const problem = problemOf(() => (one = next()));
    if (problem !== undefined) {
      const content = element.source.bytes.subarray(position, element.end);
      return { field: element.what, problem, content };
    }
    if (one === undefined) return undefined;
    visit(one);
  }
}

/** What a reading throws, as text; undefined if it went through. */
export function problemOf(read: () => void): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (error instanceof ZkcxError) return error.message;
    throw error;
  }
}

/** What people may make of a text that is none: UTF-8 or Latin-1, without control characters, cut off. */
export function guessedText(content: Uint8Array): string {
  const bytes = content.subarray(0, 256);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    text = new TextDecoder('latin1').decode(bytes);
  }
  return [...text.replace(/[\p{Cc}\p{Cs}]/gu, '')].slice(0, 64).join('');
}
