import type { Field } from 'o1js';
import type { Bit, CircuitContext } from '../../kimchi/context.ts';

/** Above every content of at most 31 bytes. */
const LENGTH_UNIT = 1n << 248n;

/**
 * One number for the content of an OID of 1 to 31 bytes and its length: injective, at least 2^248,
 * below 2^253 and so below the field order. Length and value 0 give 0. Half a row.
 */
export function oidKey(
  context: CircuitContext,
  oid: { readonly length: Field; readonly value: Field },
): Field {
  return context.linear([
    [LENGTH_UNIT, oid.length],
    [1n, oid.value],
  ]);
}

/**
 * The key of the OID in a slot of a list; of an unused slot its number, which no OID has as key. So the
 * slots of a list differ if the OIDs do. A row.
 */
export function slotKey(context: CircuitContext, key: Field, used: Bit, slot: number): Field {
  const number = BigInt(slot + 1);
  return context.linear(
    [
      [1n, key],
      [-number, used],
    ],
    number,
  );
}

/** `oidKey` of a known OID, from its content bytes. */
export function oidKeyOf(content: ArrayLike<number>): bigint {
  const value = Array.from(content).reduce((sum, byte) => 256n * sum + BigInt(byte), 0n);
  return LENGTH_UNIT * BigInt(content.length) + value;
}
