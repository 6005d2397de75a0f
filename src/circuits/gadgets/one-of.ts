import type { Field } from 'o1js';
import type { Bit, CircuitContext, Term } from '../kimchi/context.ts';

/**
 * One bit an option, exactly one of them set: that of the option which the value is. No witness for any
 * other value. The options are distinct. n - 1/2 rows for n options, at least two.
 */
export function oneOf(context: CircuitContext, value: Field, options: readonly bigint[]): Bit[] {
  const bits = options.map((option) => context.bit(() => value.toBigInt() === option));
  context.assertSum(bits, 1n);
  context.assertLinear([...bits.map((bit, i): Term => [options[i]!, bit]), [-1n, value]]);
  return bits;
}
