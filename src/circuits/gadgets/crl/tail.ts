import type { Field } from 'o1js';
import { CRL_TAIL_BYTES } from '../../../params.ts';
import { MAX_SPAN, type Position } from '../memory.ts';
import type { Walk } from '../walk.ts';

/** Bytes of each chunk of a tail. */
const CHUNK_BYTES = Array.from({ length: Math.ceil(CRL_TAIL_BYTES / MAX_SPAN) }, (_, i) =>
  Math.min(MAX_SPAN, CRL_TAIL_BYTES - MAX_SPAN * i),
);

/** The CRL_TAIL_BYTES bytes from an index on as big-endian numbers. ~7 rows. */
export function readTail({ memory }: Walk, start: Field): Field[] {
  let position = memory.at(start);
  return CHUNK_BYTES.map((bytes) => {
    const from = position;
    position = memory.advance(from, bytes);
    return memory.between(from, position, bytes);
  });
}

/** Assert that the memory begins with a tail: chunks and bytes determine each other. 3 rows. */
export function assertBeginsWith(walk: Walk, tail: readonly Field[]): void {
  const { context, memory } = walk;
  let position: Position = memory.atConstant(0);
  let index = 0;
  for (const [i, bytes] of CHUNK_BYTES.entries()) {
    const from = position;
    index += bytes;
    position = memory.atConstant(index);
    context.assertLinear([...memory.betweenTerms(from, position, bytes), [-1n, tail[i]!]]);
  }
}
