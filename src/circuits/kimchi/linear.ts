import type { Field } from 'o1js';

/** Coefficient and variable of a linear equation. */
export type Term = readonly [bigint, Field];

/** Three terms or fewer with the same sum: `linear` makes a new variable of the sum of a pair. */
export function foldTerms(terms: readonly Term[], linear: (pair: Term[]) => Field): Term[] {
  let rest = [...terms];
  while (rest.length > 3) {
    const [a, b, ...others] = rest as [Term, Term, ...Term[]];
    rest = [[1n, linear([a, b])], ...others];
  }
  return rest;
}

/** In the prover: sum(c_i x_i) + constant, not reduced. */
export function linearValue(terms: readonly Term[], constant: bigint): bigint {
  return terms.reduce((total, [c, x]) => total + c * x.toBigInt(), constant);
}
