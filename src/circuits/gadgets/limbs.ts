/**
 * Numbers of up to 264 bits in three field elements: limbs of 88 bits, least significant first, as
 * kimchi multiplies them.
 */
import type { Field } from 'o1js';
import type { IntegerIn } from '../kimchi/integer.ts';

/** Nothing is shown of them unless it is said. */
export type Limbs = readonly [Field, Field, Field];

/** A number below 2^256 in its one form. */
export type DigestLimbs = readonly [IntegerIn<88>, IntegerIn<88>, IntegerIn<80>];

/** Three field elements as limbs; throws for another number of them. */
export function limbsOf(fields: readonly Field[]): Limbs {
  const [low, middle, high] = fields;
  if (!low || !middle || !high || fields.length !== 3) {
    throw Error(`a number has 3 limbs, not ${fields.length}`);
  }
  return [low, middle, high];
}
