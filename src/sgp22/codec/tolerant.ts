/**
 * Reading that goes on where a part is wrong: for what a foreign eUICC signed, of which every element is taken
 * for itself. What is missing, there twice, or not as the standard has it, is undefined.
 */
import { type Tlv, TlvReader } from '../../asn1/tlv.ts';
import { ZkcxError } from '../../errors.ts';
import type { AnyCodec, Value } from './codec.ts';

/** Elements by their tag, in whatever order they come, up to where the bytes are no elements any more. */
export class Elements {
  readonly #all: Tlv[] = [];

  constructor(bytes: Uint8Array, what: string) {
    orUndefined(() => {
      const reader = new TlvReader(bytes, what);
      while (!reader.done) this.#all.push(reader.any(what));
    });
  }

  /** The elements with this tag, in their order. */
  all(tag: number): readonly Tlv[] {
    return this.#all.filter((element) => element.tag === tag);
  }

  /** The one element with this tag: of two nobody knows which one counts. */
  get(tag: number): Tlv | undefined {
    const [element, second] = this.all(tag);
    return second === undefined ? element : undefined;
  }

  /** What is in the element with this tag. */
  in(tag: number): Elements {
    return new Elements(this.get(tag)?.content ?? new Uint8Array(), 'an element');
  }

  /** The value of the element that a codec describes. */
  read<C extends AnyCodec>(codec: C): Value<C> | undefined {
    const element = this.get(codec.tag);
    return element && orUndefined(() => codec.read(element) as Value<C>);
  }
}

/** Undefined for what is refused by name; anything else that is thrown is a defect. */
export function orUndefined<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof ZkcxError) return undefined;
    throw error;
  }
}
