/**
 * Issuing constraints between a CA and the certificate below it (SGP.22: the EUM's permitted
 * organisation and IIN). Both functions choose one committed base of the parent, by one bit a base.
 */
import type { Field } from 'o1js';
import type { Bit, CircuitContext, Term } from '../../kimchi/context.ts';
import type { ByteMemory, Position } from '../memory.ts';
import type {
  BaseFact,
  ConstraintsFact,
  OrganisationFact,
  OwnBaseFact,
  OwnConstraintsFact,
  SerialAttributeFact,
} from './facts.ts';
import { EID_DIGITS } from './identity.ts';
import type { Walk } from '../walk.ts';

/** What a certificate shows of itself to its issuer's constraints. */
interface Child {
  readonly organisation: OrganisationFact;
  /** 1 for the roles of kind euicc, else 0. */
  readonly isEuicc: Bit;
  readonly serialAttribute: SerialAttributeFact;
}

/**
 * Assert that a certificate lies inside one base of its issuer's constraints, when the issuer has
 * any: the organisation is equal, and an eUICC's EID begins with the IIN; a part that the base
 * lacks asks for nothing. ~35 rows.
 *
 * `parent` must be well formed, as `narrow` makes it: count at most MAX_BASES, the bases from
 * `count` on all zero.
 */
export function assertInside(
  walk: Walk,
  parent: ConstraintsFact,
  { organisation, isEuicc, serialAttribute }: Child,
): void {
  const { context, memory } = walk;
  const isFree = context.equals(parent.count, 0n);
  const isBound = context.not(isFree);
  const base = chooseBase(context, parent, isBound, (candidate) => {
    const { length, value } = candidate.iin;
    if (!sameOrganisation(candidate.organisation, organisation)) return false;
    if (isEuicc.toBigInt() === 0n || length.toBigInt() === 0n) return true;
    return bytesMatch(memory, serialAttribute.start, length, value);
  });
  assertOrganisation(context, base.organisation, organisation);

  // the digits are those of a whole EID
  context.assertEqualWhen(isEuicc, serialAttribute.present, 1n);
  context.assertEqualWhen(isEuicc, serialAttribute.length, EID_DIGITS);
  assertBytes(
    walk,
    {
      index: context.product(isEuicc, serialAttribute.start.index),
      prefix: context.product(isEuicc, serialAttribute.start.prefix),
    },
    context.product(isEuicc, base.iin.length),
    context.product(isEuicc, base.iin.value),
  );
}

/**
 * The constraints that a CA passes on: its own, each base inside one of the parent's, or the
 * parent's when it has none. An own base is inside a parent's when the organisation is equal and
 * the parent's IIN begins the own one; lacking a part that the parent's base has is wider and
 * refused. Without a parent (a CI) any own constraints stand. ~170 rows.
 */
export function narrow(
  walk: Walk,
  parent: ConstraintsFact | undefined,
  own: OwnConstraintsFact,
): ConstraintsFact {
  const { context } = walk;
  if (parent === undefined) return own;
  const isFree = context.equals(parent.count, 0n);
  const isBound = context.not(isFree);
  for (const base of own.bases) assertNarrower(walk, parent, isBound, base);

  // own.count = 0: all own parts are 0, and the parent's are added
  const inherits = context.equals(own.count, 0n);
  const inherit = (ownPart: Field, parentPart: Field) =>
    context.add(ownPart, context.product(inherits, parentPart));
  return {
    count: inherit(own.count, parent.count),
    bases: own.bases.map((base, i) =>
      baseOf(parts(base).map((p, j) => inherit(p, parts(parent.bases[i]!)[j]!))),
    ),
  };
}

function assertNarrower(walk: Walk, parent: ConstraintsFact, isBound: Bit, own: OwnBaseFact): void {
  const { context, memory } = walk;
  const base = chooseBase(
    context,
    parent,
    context.and(isBound, own.used),
    (candidate) =>
      sameOrganisation(candidate.organisation, own.organisation) &&
      candidate.iin.length.toBigInt() <= own.iin.length.toBigInt() &&
      bytesMatch(memory, own.iinStart, candidate.iin.length, candidate.iin.value),
  );
  assertOrganisation(context, base.organisation, own.organisation);
  // both lengths are at most 31
  context.range12(context.sub(own.iin.length, base.iin.length));
  assertBytes(walk, own.iinStart, base.iin.length, base.iin.value);
}

/**
 * One of the parent's first `count` bases when `choose` is 1, all zero when it is 0. The choice is
 * the prover's. ~25 rows.
 */
function chooseBase(
  context: CircuitContext,
  parent: ConstraintsFact,
  choose: Bit,
  fits: (candidate: BaseFact) => boolean,
): BaseFact {
  const chosen = () => {
    const index = parent.bases.findIndex(
      (candidate, i) => BigInt(i) < parent.count.toBigInt() && fits(candidate),
    );
    return index === -1 ? 0 : index;
  };
  const bits = parent.bases.map((_, i) =>
    context.bit(() => choose.toBigInt() === 1n && chosen() === i),
  );
  context.assertSum(bits, choose);
  // number of the base, from 1, is at most count; 0 when none is chosen
  context.range12(
    context.linear([[1n, parent.count], ...bits.map((bit, i): Term => [BigInt(-i - 1), bit])]),
  );
  const columns = parent.bases.map(parts);
  return baseOf(
    columns[0]!.map((_, j) =>
      context.sum(bits.map((bit, i) => context.product(bit, columns[i]![j]!))),
    ),
  );
}

/** Assert that the organisation is the base's, unless the base has none. 5 rows. */
function assertOrganisation(
  context: CircuitContext,
  base: OrganisationFact,
  organisation: OrganisationFact,
): void {
  const isFree = context.equals(base.length, 0n);
  const pairs: [Field, Field][] = [
    [base.length, organisation.length],
    ...base.chunks.map((chunk, i): [Field, Field] => [chunk, organisation.chunks[i]!]),
  ];
  for (const [wanted, found] of pairs) {
    const difference = context.sub(wanted, found);
    // difference (1 - isFree) = 0
    context.assertQuadratic(difference, isFree, { mul: -1n, left: 1n });
  }
}

/** Assert that the `length` <= 31 bytes at a position are `value`. 2 2/3 rows. */
function assertBytes(walk: Walk, start: Position, length: Field, value: Field): void {
  const { context, memory } = walk;
  const found = memory.span(start, memory.advance(start, length), length);
  context.assertEqual(found, value);
}

/** The six numbers of a base. */
function parts({ organisation, iin }: BaseFact): Field[] {
  return [organisation.length, ...organisation.chunks, iin.length, iin.value];
}

function baseOf(fields: readonly Field[]): BaseFact {
  const [length, a, b, c, iinLength, iinValue] = fields as [
    Field,
    Field,
    Field,
    Field,
    Field,
    Field,
  ];
  return {
    organisation: { length, chunks: [a, b, c] },
    iin: { length: iinLength, value: iinValue },
  };
}

/** In the prover: whether a base's organisation asks for nothing or is this one. */
function sameOrganisation(base: OrganisationFact, other: OrganisationFact): boolean {
  if (base.length.toBigInt() === 0n) return true;
  return (
    base.length.toBigInt() === other.length.toBigInt() &&
    base.chunks.every((chunk, i) => chunk.toBigInt() === other.chunks[i]!.toBigInt())
  );
}

/** In the prover: whether the `length` bytes at a position are `value`. */
function bytesMatch(memory: ByteMemory, start: Position, length: Field, value: Field): boolean {
  let found = 0n;
  for (let i = 0n; i < length.toBigInt(); i++) {
    found = 256n * found + memory.peek(start.index.toBigInt() + i);
  }
  return found === value.toBigInt();
}
