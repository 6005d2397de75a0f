import type { Field } from 'o1js';
import { existsOne } from '../../kimchi/gates.ts';
import type { Term } from '../../kimchi/linear.ts';
import type { Operand, XorRows } from '../../kimchi/xor.ts';

/**
 * A word of SHA-256: the number cell - 2^32 raise. A raised one is ready as first operand of an
 * XOR; the difference costs nothing in a linear equation.
 */
export interface Word {
  readonly cell: Field;
  readonly raise: 0n | 1n;
}

/** Coefficient and word of a sum. */
export type Part = readonly [bigint, Word];

export const plain = (cell: Field): Word => ({ cell, raise: 0n });
export const raised = (cell: Field): Word => ({ cell, raise: 1n });

/** In the prover: the number of a word. */
export function valueOf({ cell, raise }: Word): bigint {
  return cell.toBigInt() - (raise << 32n);
}

/** As second operand of an XOR. */
export function asOperand({ cell, raise }: Word): Operand {
  return { cell, top: raise };
}

/** The same word, raised. Half a row unless it is already. */
export function raise(rows: XorRows, word: Word): Word {
  if (word.raise === 1n) return word;
  return raised(rows.linear([[1n, word.cell]], 1n << 32n));
}

/** Terms and constant of sum(c_i w_i) as a linear expression in the cells. */
export function expand(parts: readonly Part[]): { terms: Term[]; constant: bigint } {
  return {
    terms: parts.map(([c, { cell }]) => [c, cell]),
    constant: parts.reduce((total, [c, { raise }]) => total - c * (raise << 32n), 0n),
  };
}

/** A new word sum(c_i w_i) + constant, not reduced. */
export function sum(rows: XorRows, parts: readonly Part[], constant = 0n): Word {
  const expanded = expand(parts);
  return plain(rows.linear(expanded.terms, expanded.constant + constant));
}

/**
 * A new raised word w with factor (w + 2^32 carry) = sum(c_i w_i), 0 <= carry < 2^12. That w is
 * below 2^32 is left to the XOR or the range check that uses it.
 */
export function reduce(rows: XorRows, parts: readonly Part[], factor: bigint): Word {
  const total = () => parts.reduce((t, [c, word]) => t + c * valueOf(word), 0n) / factor;
  const cell = existsOne(() => (total() & 0xffffffffn) + (1n << 32n));
  const carry = existsOne(() => total() >> 32n);
  rows.range12(carry);
  const { terms, constant } = expand([...parts, [-factor, raised(cell)]]);
  rows.assertLinear([...terms, [-factor << 32n, carry]], constant);
  return raised(cell);
}
