import type { Field } from 'o1js';
import type { CircuitContext } from '../../kimchi/context.ts';

/** Assert that no two of the values are equal. One row a pair. */
export function assertDistinct(context: CircuitContext, values: readonly Field[]): void {
  const differences = values.flatMap((a, i) => values.slice(i + 1).map((b) => context.sub(a, b)));
  // a product is zero only if a factor is
  context.assertNonZero(differences.reduce((product, next) => context.product(product, next)));
}
