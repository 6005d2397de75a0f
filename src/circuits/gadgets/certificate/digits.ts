import { Field } from 'o1js';
import { TABLE } from '../../../params.ts';
import type { CircuitContext } from '../../kimchi/context.ts';
import { existsOne } from '../../kimchi/gates.ts';
import type { LookupTable } from '../../kimchi/table.ts';

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
