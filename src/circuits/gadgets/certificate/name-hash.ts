import { Field } from 'o1js';
import { MAX_NAME } from '../../../params.ts';
import { existsOne } from '../../kimchi/gates.ts';
import { domainHash } from '../../hash.ts';
import { MAX_SPAN, type Position } from '../memory.ts';
import type { Tlv } from '../tlv.ts';
import type { Walk } from '../walk.ts';

const CHUNKS = Math.ceil(MAX_NAME / MAX_SPAN);

/**
 * Hash of a DER Name, header included: Poseidon over its length in bytes and 7 chunks of 31 bytes
 * as big-endian numbers, the last bytes in a shorter chunk, unused chunks 0.
 *
 * The split is unique: n_1 + ... + n_7 is the Name's length, each n_i <= 31, and a chunk is only
 * begun when the one before is full, n_(i+1) (31 - n_i) = 0. So equal hashes mean equal Names.
 * A Name above 217 bytes has no witness. ~75 rows.
 */
export function hashName(walk: Walk, name: Tlv): Field {
  return domainHash('name', lengthAndChunks(walk, name.start, name.end));
}

/** The bytes between two positions as `hashName` splits them: their number and 7 chunks. ~20 rows. */
export function lengthAndChunks(walk: Walk, start: Position, end: Position): Field[] {
  const { context, memory } = walk;
  const length = context.sub(end.index, start.index);
  let position = start;
  let before: Field | undefined;
  const chunks: Field[] = [];
  for (let i = 0; i < CHUNKS; i++) {
    const from = position;
    const size = existsOne(() => {
      const rest = end.index.toBigInt() - from.index.toBigInt();
      return rest < BigInt(MAX_SPAN) ? rest : BigInt(MAX_SPAN);
    });
    if (before !== undefined) {
      context.assertQuadratic(before, size, { mul: -1n, right: BigInt(MAX_SPAN) });
    }
    position = memory.advance(from, size);
    chunks.push(memory.span(from, position, size));
    before = size;
  }
  position.index.assertEquals(end.index);
  return [length, ...chunks];
}

/** What `nameHash` hashes: the length and the chunks. Throws above MAX_NAME bytes. */
export function nameHashInput(name: Uint8Array): bigint[] {
  if (name.length > MAX_NAME) throw RangeError(`a Name above ${MAX_NAME} bytes`);
  const chunks = Array.from({ length: CHUNKS }, (_, i) =>
    name
      .subarray(MAX_SPAN * i, MAX_SPAN * (i + 1))
      .reduce((number, byte) => 256n * number + BigInt(byte), 0n),
  );
  return [BigInt(name.length), ...chunks];
}

/** The same hash outside circuits, from the bytes of a DER Name. */
export function nameHash(name: Uint8Array): Field {
  return domainHash('name', nameHashInput(name).map(Field));
}
