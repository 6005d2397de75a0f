import type { Field } from 'o1js';
import type { Bit, Term } from '../../kimchi/context.ts';
import { existsOne } from '../../kimchi/gates.ts';
import type { Position } from '../memory.ts';
import { digitPair } from './digits.ts';
import type { SerialAttributeFact } from './facts.ts';
import type { Walk } from '../walk.ts';

/** Digits of an EID (SGP.02 2.2.2). */
export const EID_DIGITS = 32n;

/** Half an EID is one span of bytes. */
const HALF_BYTES = 16;
/** The characters 00. */
const ZERO_PAIR = 0x3030n;

/**
 * The EID, the subject's serialNumber of exactly 32 decimal digits, as a number below 10^32; 0 when
 * the certificate is no eUICC's. ~30 rows and the table of digits.
 */
export function readEid(walk: Walk, attribute: SerialAttributeFact, isEuicc: Bit): Field {
  const { context, memory } = walk;
  context.assertEqualWhen(isEuicc, attribute.present, 1n);
  context.assertEqualWhen(isEuicc, attribute.length, EID_DIGITS);

  // no eUICC: nothing is read at position 0, and the pairs are those of zeros
  let at: Position = {
    index: context.product(isEuicc, attribute.start.index),
    prefix: context.product(isEuicc, attribute.start.prefix),
  };
  const pairs: Field[] = [];
  for (let half = 0; half < 2; half++) {
    const start = at;
    at = memory.at(
      context.linear([
        [1n, start.index],
        [BigInt(HALF_BYTES), isEuicc],
      ]),
    );
    const group = Array.from({ length: HALF_BYTES / 2 }, (_, i) =>
      existsOne(() => {
        if (isEuicc.toBigInt() === 0n) return ZERO_PAIR;
        const index = start.index.toBigInt() + BigInt(2 * i);
        return 256n * memory.peek(index) + memory.peek(index + 1n);
      }),
    );
    // the pairs, each below 2^16 by the table, are the bytes read, or all zeros
    const weight = (i: number) => 1n << BigInt(8 * HALF_BYTES - 16 * (i + 1));
    const zeros = group.reduce((sum, _, i) => sum + weight(i) * ZERO_PAIR, 0n);
    context.assertLinear(
      [
        ...group.map((pair, i): Term => [-weight(i), pair]),
        ...memory.betweenTerms(start, at, HALF_BYTES),
        [-zeros, isEuicc],
      ],
      zeros,
    );
    pairs.push(...group);
  }
  return context.linear(
    pairs.map((pair, i): Term => [100n ** BigInt(15 - i), digitPair(context, pair)]),
  );
}
