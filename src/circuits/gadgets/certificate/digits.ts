import { Field } from 'o1js';
import { TABLE } from '../../../params.ts';
import type { CircuitContext, Term } from '../../kimchi/context.ts';
import { existsOne } from '../../kimchi/gates.ts';
import type { LookupTable } from '../../kimchi/table.ts';
import type { OctetsFact } from './facts.ts';
import type { Walk } from '../walk.ts';

const tables = new WeakMap<CircuitContext, LookupTable>();

/**
 * The number 0..99 that two ASCII digits write, and the proof that both bytes are digits.
 *
 * `pair` is the two bytes as one big-endian number, 256 first + second, unchecked: being an index
 * of the table (all 100 pinned) is its range check. 1/3 row; the table, ~85 rows, once a circuit.
 */
export function digitPair(context: CircuitContext, pair: Field): Field {
  const value = existsOne(() => {
    const bytes = pair.toBigInt();
    const number = 10n * ((bytes >> 8n) - 48n) + (bytes & 255n) - 48n;
    if (number < 0n || number > 99n || asciiPair(Number(number)) !== bytes) {
      throw Error('two bytes that are no decimal digits');
    }
    return number;
  });
  digitTable(context).read(pair, value);
  return value;
}

/**
 * Assert that each of the `length` bytes of `value` is a decimal digit; nothing for length 0.
 * `length` is in [0, 31] and `value` below 256^length. ~14 rows.
 *
 * The bytes are brought to 32 by characters 0 in front, pad = 0x30 (256^32 - 256^length) / 255, and
 * split into 16 pairs of digits. The pairs are at most 0x39...39 and value + pad is below
 * 0x31 * 256^31, both below 2^254 and so the field order: they are equal as integers, and base 256
 * has one way to write them.
 */
export function assertDigits(walk: Walk, { length, value }: OctetsFact): void {
  const { context, memory } = walk;
  const zero = Field(0x30).div(255).toBigInt();
  const whole = Field(0x30n * 256n ** 32n)
    .div(255)
    .toBigInt();
  const power = memory.power(length);
  const pairs = Array.from({ length: 16 }, (_, i) =>
    existsOne(() => {
      const padding = (0x30n * (256n ** 32n - power.toBigInt())) / 255n;
      return ((value.toBigInt() + padding) >> BigInt(16 * (15 - i))) & 0xffffn;
    }),
  );
  context.assertLinear(
    [
      ...pairs.map((pair, i): Term => [-(1n << BigInt(16 * (15 - i))), pair]),
      [1n, value],
      [-zero, power],
    ],
    whole,
  );
  for (const pair of pairs) digitPair(context, pair);
}

/** One table a circuit, made on first use. */
function digitTable(context: CircuitContext): LookupTable {
  let table = tables.get(context);
  if (table === undefined) {
    const numbers = Array.from({ length: 100 }, (_, i) => i);
    table = context.table(TABLE.walk.digits, numbers.map(asciiPair));
    for (const number of numbers) table.insert(asciiPair(number), Field(number));
    tables.set(context, table);
  }
  return table;
}

/** Index of a number in the table: its two ASCII digits as a big-endian number. */
function asciiPair(number: number): bigint {
  return BigInt(256 * (48 + Math.floor(number / 10)) + 48 + (number % 10));
}
