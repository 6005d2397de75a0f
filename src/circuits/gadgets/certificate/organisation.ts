import type { Field } from 'o1js';
import { MAX_ORGANISATION } from '../../../params.ts';
import { existsOne } from '../../kimchi/gates.ts';
import { MAX_SPAN } from '../memory.ts';
import type { Position } from '../memory.ts';
import { SHORT_LENGTHS } from '../tlv.ts';
import type { OrganisationFact } from './facts.ts';
import type { Walk } from '../walk.ts';

/**
 * The `length` bytes at an index, 0 to MAX_ORGANISATION (shown here), folded and in chunks. 11 rows.
 *
 * Sizes of the chunks are the prover's: each 0 to 31 (`foldedSpan`), their sum the length, and a
 * chunk is only begun when the one before is full. With a length of at most 64 that leaves one split.
 */
export function foldOrganisation(walk: Walk, start: Field, length: Field): OrganisationFact {
  const { context, memory } = walk;
  const sizes = [0n, 1n, 2n].map((i) =>
    existsOne(() => {
      const rest = length.toBigInt() - i * BigInt(MAX_SPAN);
      return rest < 0n ? 0n : rest > BigInt(MAX_SPAN) ? BigInt(MAX_SPAN) : rest;
    }),
  ) as [Field, Field, Field];
  context.assertSum(sizes, length);
  // (31 - first) second = 0, (31 - second) third = 0
  const full = { mul: -1n, right: BigInt(MAX_SPAN) };
  context.assertQuadratic(sizes[0], sizes[1], full);
  context.assertQuadratic(sizes[1], sizes[2], full);
  // the sum is not negative; length + 63 <= 127
  context.assertMember(context.add(length, BigInt(127 - MAX_ORGANISATION)), SHORT_LENGTHS);
  let at: Position = memory.at(start);
  const chunks = sizes.map((size) => {
    const from = at;
    at = memory.advance(from, size);
    return memory.foldedSpan(from, at, size);
  }) as [Field, Field, Field];
  return { length, chunks };
}
