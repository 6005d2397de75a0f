/** What this certificate's own extensions say about the subjects of the certificates below it. */
import type { Field } from 'o1js';
import { MAX_BASES } from '../../../params.ts';
import type { Bit, CircuitContext } from '../../kimchi/context.ts';
import { existsOne } from '../../kimchi/gates.ts';
import { inRange } from '../../kimchi/integer.ts';
import type { Position } from '../memory.ts';
import { assertDigits } from './digits.ts';
import type { OctetsFact, OrganisationFact, OwnBaseFact, OwnConstraintsFact } from './facts.ts';
import { readList } from './list.ts';
import {
  assertNotEmpty,
  assertSamePosition,
  type ExtensionValue,
  readOptional,
  readOptionalOctets,
  TAG,
} from './optional.ts';
import { foldOrganisation } from './organisation.ts';
import type { Walk } from '../walk.ts';

/** Tag of permittedSubtrees. */
const PERMITTED = 0xa0;

/** A GeneralSubtree without its sizes: 30 . a4 . 30 .; all three end at the same byte. */
const SUBTREE = 0x30_04_a4_02_30_00n;
const SUBTREE_HEADER = 6;
const SUBTREE_LENGTH = (1n << 32n) + (1n << 16n) + 1n;

/** An RDN of a PrintableString serialNumber (2.5.4.5) without its length: 31 . 30 . 06 03 55 04 05 13 . */
const RDN = 0x31_09_30_07_06_03_55_04_05_13_00n;
const RDN_HEADER = 11;
const RDN_LENGTH = (1n << 72n) + (1n << 56n) + 1n;
/** Changes it to organizationName (2.5.4.10), and to UTF8String. */
const TO_ORGANISATION = 5n << 16n;
const TO_UTF8 = -7n << 8n;

/** An IIN: its digits as bytes, and where they stand (anywhere when there is none). */
interface Iin extends OctetsFact {
  readonly start: Position;
}

interface NameBase {
  readonly used: Bit;
  readonly organisation: OrganisationFact;
  readonly iin: Iin;
}

interface EinBase {
  readonly used: Bit;
  readonly iin: Iin;
}

/**
 * NameConstraints (RFC 5280 4.2.1.10): permittedSubtrees of 1 to MAX_BASES directoryNames of an
 * organizationName, a serialNumber or both, without minimum and maximum. excludedSubtrees cannot
 * be there: permittedSubtrees fill the value. That an IIN is of digits is for `ownConstraints` to
 * show. ~200 rows.
 */
export function readNameConstraints(
  walk: Walk,
  { present, start, end }: ExtensionValue,
): NameBase[] {
  const constraints = readOptional(walk, start, TAG.sequence, present);
  assertSamePosition(walk, constraints.end, end);
  const permitted = readOptional(walk, constraints.content, PERMITTED, present);
  assertSamePosition(walk, permitted.end, constraints.end);
  const list = { from: permitted.content, to: permitted.end, slots: MAX_BASES, present };
  return readList(walk, list, (at, used) => readSubtree(walk, at, used));
}

/**
 * PermittedEins (SGP.22 v3, 2.23.146.1.2.2.0): SEQUENCE OF PrintableString, 1 to MAX_BASES entries
 * of 1 to 31 bytes. ~35 rows.
 */
export function readPermittedEins(walk: Walk, { present, start, end }: ExtensionValue): EinBase[] {
  const list = readOptional(walk, start, TAG.sequence, present);
  assertSamePosition(walk, list.end, end);
  const entries = { from: list.content, to: list.end, slots: MAX_BASES, present };
  return readList(walk, entries, (at, used) => {
    const ein = readOptionalOctets(walk, at, TAG.printableString, used);
    const iin = { length: ein.length, value: ein.value, start: ein.content };
    return { item: { used, iin }, end: ein.end };
  });
}

/**
 * Both as one fact; a certificate that has both is refused. An absent extension's parts are all 0,
 * positions included, so the sum is that of the other. Every IIN is shown to be of decimal digits.
 */
export function ownConstraints(
  walk: Walk,
  names: readonly NameBase[],
  eins: readonly EinBase[],
): OwnConstraintsFact {
  const { context } = walk;
  const bases = names.map(({ organisation, ...name }, i): OwnBaseFact => {
    const ein = eins[i]!;
    return {
      // of the two only one is used, as is shown of the first base
      used: inRange(context.add(name.used, ein.used)),
      organisation,
      iin: {
        length: context.add(name.iin.length, ein.iin.length),
        value: context.add(name.iin.value, ein.iin.value),
      },
      iinStart: {
        index: context.add(name.iin.start.index, ein.iin.start.index),
        prefix: context.add(name.iin.start.prefix, ein.iin.start.prefix),
      },
    };
  });
  for (const { iin } of bases) assertDigits(walk, iin);
  // the first base of either is used exactly when the extension is there
  context.assertBit(bases[0]!.used);
  return { count: context.sum(bases.map(({ used }) => used)), bases };
}

/**
 * One GeneralSubtree, or nothing. Its largest Name has 117 bytes (11 + 64 and 11 + 31), so all
 * lengths are of the short form and every header byte is fixed by the lengths of the two strings.
 */
function readSubtree(walk: Walk, start: Position, used: Bit): { item: NameBase; end: Position } {
  const { context, memory } = walk;
  const header = skip(walk, start, used, SUBTREE_HEADER);
  const first = readRdn(walk, header.end, used);
  const hasSecond = existsOne(() => {
    const size = used.toBigInt() && memory.peek(start.index.toBigInt() + 5n);
    const end = start.index.toBigInt() + BigInt(SUBTREE_HEADER) + size;
    return used.toBigInt() === 1n && first.end.index.toBigInt() < end ? 1n : 0n;
  });
  // a bit, as is asserted next
  const second = readRdn(walk, first.end, inRange(hasSecond));
  context.assertBit(second.used);
  context.assertImplies(second.used, used);
  // the Name's length is that of its RDNs, so the subtree ends where they end
  const name = context.sub(second.end.index, header.end.index);
  context.assertLinear([
    [-1n, header.bytes],
    [SUBTREE, used],
    [SUBTREE_LENGTH, name],
  ]);

  // at most one of each kind
  const hasOrganisation = context.add(first.isOrganisation, second.isOrganisation);
  context.assertBit(hasOrganisation);
  // isOrganisation implies used
  const serialBit = (rdn: Rdn) => inRange<1>(context.sub(rdn.used, rdn.isOrganisation));
  const serials = [serialBit(first), serialBit(second)] as const;
  context.assertBit(context.add(serials[0], serials[1]));

  const organisation = select(context, [
    [first.isOrganisation, first],
    [second.isOrganisation, second],
  ]);
  const serial = select(context, [
    [serials[0], first],
    [serials[1], second],
  ]);
  const iinStart = memory.at(serial.start);
  const iinEnd = memory.advance(iinStart, serial.length);
  return {
    item: {
      used,
      organisation: foldOrganisation(walk, organisation.start, organisation.length),
      iin: {
        start: iinStart,
        length: serial.length,
        value: memory.span(iinStart, iinEnd, serial.length),
      },
    },
    end: second.end,
  };
}

interface Rdn {
  readonly used: Bit;
  readonly isOrganisation: Bit;
  readonly content: Position;
  readonly length: Field;
  readonly end: Position;
}

/**
 * One RDN, SET of one attribute, or nothing. Its string is not empty, and `readSubtree` shows that it has at most 64 bytes: so each header byte is what
 * it should be. 9 rows.
 */
function readRdn(walk: Walk, start: Position, used: Bit): Rdn {
  const { context, memory } = walk;
  const header = skip(walk, start, used, RDN_HEADER);
  const byte = (offset: bigint) =>
    used.toBigInt() === 1n ? memory.peek(start.index.toBigInt() + offset) : 0n;
  const isOrganisation = context.bit(() => byte(8n) === 0x0an);
  const isUtf8 = context.bit(() => byte(9n) === 0x0cn);
  const length = existsOne(() => byte(10n));
  context.assertImplies(isOrganisation, used);
  context.assertImplies(isUtf8, isOrganisation);
  context.assertLinear([
    [-1n, header.bytes],
    [RDN, used],
    [RDN_LENGTH, length],
    [TO_ORGANISATION, isOrganisation],
    [TO_UTF8, isUtf8],
  ]);
  assertNotEmpty(context, used, length);
  const end = memory.advance(header.end, length);
  return { used, isOrganisation, content: header.end, length, end };
}

/** `size` bytes from a position as a number when used, else none and 0. 2 1/3 rows. */
function skip(
  walk: Walk,
  start: Position,
  used: Bit,
  size: number,
): { end: Position; bytes: Field } {
  const { context, memory } = walk;
  const end = memory.at(
    context.linear([
      [1n, start.index],
      [BigInt(size), used],
    ]),
  );
  const grown = context.quadratic(used, start.prefix, { mul: 256n ** BigInt(size) - 1n });
  const bytes = context.linear([
    [1n, end.prefix],
    [-1n, start.prefix],
    [-1n, grown],
  ]);
  return { end, bytes };
}

/** Where the string of the chosen RDN starts, and its length; 0 and 0 when none is chosen. */
function select(
  context: CircuitContext,
  choices: readonly (readonly [Bit, Rdn])[],
): { start: Field; length: Field } {
  const sum = (part: (rdn: Rdn) => Field) =>
    context.sum(choices.map(([bit, rdn]) => context.product(bit, part(rdn))));
  return { start: sum((rdn) => rdn.content.index), length: sum((rdn) => rdn.length) };
}
