import type { Field } from 'o1js';

declare const bits: unique symbol;

/**
 * A field element of which gates show that it is an integer in [0, 2^Bits). A function whose soundness
 * needs the range asks for this type, so that a caller who forgot the check does not compile.
 */
export type IntegerIn<Bits extends number> = Field & { readonly [bits]: Bits };

/** 0 or 1. */
export type Bit = IntegerIn<1>;

/**
 * The same field element, as an integer in the range. The only way to make one: a use stands beside
 * the gates that show the range, or says which ones do.
 */
export function inRange<Bits extends number>(x: Field): IntegerIn<Bits> {
  return x as IntegerIn<Bits>;
}
