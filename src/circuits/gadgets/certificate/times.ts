import { Field } from 'o1js';
import { TABLE } from '../../../params.ts';
import type { CircuitContext, NumberSet, Term } from '../../kimchi/context.ts';
import { existsOne } from '../../kimchi/gates.ts';
import type { LookupTable } from '../../kimchi/table.ts';
import type { Position } from '../memory.ts';
import { digitPair } from './digits.ts';
import { daysBeforeYear, type Year } from './years.ts';
import type { Walk } from '../walk.ts';

/** Headers: UTCTime of 13 bytes, GeneralizedTime of 15. */
const UTC_HEADER = 0x170dn;
const GENERALIZED_HEADER = 0x180fn;
const ZERO_PAIR = 0x3030n;

const HOURS = 128n;
const PIVOT = 512n;
const DATES = 1024n;

/**
 * Four sets in one, apart for numbers of two digits: minutes and seconds; hours; distance from the
 * pivot year of UTCTime; and dates as DATES + day + 2^7 month + 2^14 leap, the 365 + 366 that exist.
 */
const CALENDAR: NumberSet = { table: TABLE.tbs.calendar, numbers: calendar() };

/** Days before each month, at month + 16 leap. */
export type MonthTable = LookupTable;

/** The table that `readTime` needs, made once. 8 rows. */
export function monthTable(context: CircuitContext): MonthTable {
  const entries = [0, 1].flatMap((leap) =>
    Array.from({ length: 12 }, (_, i) => ({
      index: BigInt(i + 1 + 16 * leap),
      days: monthLengths(leap)
        .slice(0, i)
        .reduce((sum, days) => sum + days, 0),
    })),
  );
  const table = context.table(
    TABLE.tbs.yearDays,
    entries.map(({ index }) => index),
  );
  for (const { index, days } of entries) table.insert(index, Field(days));
  return table;
}

/**
 * Time (RFC 5280 4.1.2.5) at a position: UTCTime YYMMDDhhmmssZ, where YY >= 50 is 19YY, or
 * GeneralizedTime YYYYMMDDhhmmssZ. Unix seconds from 1970 to the end of 9999, below 2^38, and the
 * position where the element ends. ~35 rows.
 */
export function readTime(
  walk: Walk,
  months: MonthTable,
  start: Position,
): { seconds: Field; end: Position } {
  const { context, memory } = walk;
  const { generalized, century, digits } = readCentury(walk, start);
  const end = memory.advance(digits, 13);
  const [yy, month, day, hour, minute, second] = readDigits(walk, digits, end);
  const year = fullYear(context, generalized, century, yy);
  const { days, leap } = daysBeforeYear(context, year);

  context.assertMember(
    context.linear(
      [
        [1n, day],
        [1n << 7n, month],
        [1n << 14n, leap],
      ],
      DATES,
    ),
    CALENDAR,
  );
  context.assertMember(context.add(hour, HOURS), CALENDAR);
  context.assertMember(minute, CALENDAR);
  context.assertMember(second, CALENDAR);

  const monthIndex = context.linear([
    [1n, month],
    [16n, leap],
  ]);
  const daysBeforeMonth = existsOne(() => {
    const index = Number(monthIndex.toBigInt());
    const lengths = monthLengths(index >> 4);
    return BigInt(lengths.slice(0, (index & 15) - 1).reduce((sum, length) => sum + length, 0));
  });
  months.read(monthIndex, daysBeforeMonth);
  const seconds = context.linear(
    [
      [86400n, days],
      [86400n, daysBeforeMonth],
      [86400n, day],
      [3600n, hour],
      [60n, minute],
      [1n, second],
    ],
    -86400n,
  );
  return { seconds, end };
}

/**
 * Tag, length and, in a GeneralizedTime, the first two digits: 17 0d or 18 0f C C. The century of
 * a UTCTime is read as 00 and not used.
 */
function readCentury(
  walk: Walk,
  start: Position,
): { generalized: Field; century: Field; digits: Position } {
  const { context, memory } = walk;
  const generalized = context.bit(() => memory.peek(start.index.toBigInt()) === 0x18n);
  const digits = memory.at(
    context.linear(
      [
        [1n, start.index],
        [2n, generalized],
      ],
      2n,
    ),
  );
  const pair = existsOne(() => {
    const at = start.index.toBigInt() + 2n;
    return generalized.toBigInt() === 0n
      ? ZERO_PAIR
      : 256n * memory.peek(at) + memory.peek(at + 1n);
  });
  const century = digitPair(context, pair);
  // (1 - generalized) (pair - ZERO_PAIR) = 0
  context.assertQuadratic(generalized, pair, {
    mul: -1n,
    left: ZERO_PAIR,
    right: 1n,
    constant: -ZERO_PAIR,
  });
  // S(digits) - 65536 S(start) - generalized (256^4 - 65536) S(start) is the header as a number:
  // UTC_HEADER, or 65536 GENERALIZED_HEADER + pair
  const shifted = context.quadratic(generalized, start.prefix, { mul: 256n ** 4n - 65536n });
  const difference = 65536n * GENERALIZED_HEADER + ZERO_PAIR - UTC_HEADER;
  context.assertLinear(
    [
      [1n, digits.prefix],
      [-65536n, start.prefix],
      [-1n, shifted],
      [-1n, pair],
      [-difference, generalized],
    ],
    ZERO_PAIR - UTC_HEADER,
  );
  return { generalized, century, digits };
}

type SixNumbers = [Field, Field, Field, Field, Field, Field];

/** YYMMDDhhmmssZ between two positions: six numbers of two digits. */
function readDigits(walk: Walk, from: Position, to: Position): SixNumbers {
  const { context, memory } = walk;
  const pairs = Array.from({ length: 6 }, (_, i) =>
    existsOne(() => {
      const at = from.index.toBigInt() + BigInt(2 * i);
      return 256n * memory.peek(at) + memory.peek(at + 1n);
    }),
  );
  // every pair is an index of the digit table, so below 2^16: the 13 bytes determine all
  const terms = pairs.map((pair, i): Term => [-(256n ** BigInt(11 - 2 * i)), pair]);
  context.assertLinear([...memory.betweenTerms(from, to, 13), ...terms], -0x5an);
  return pairs.map((pair) => digitPair(context, pair)) as SixNumbers;
}

/** UTCTime: 19YY from YY = 50 on, else 20YY. Proves that the year is 1970 or later. */
function fullYear(
  context: CircuitContext,
  generalized: Field,
  century: Field,
  ofCentury: Field,
): Year {
  const before50 = context.bit(() => ofCentury.toBigInt() < 50n);
  // YY - 50, or YY when below 50: in [0, 49] for the right bit only
  context.assertMember(
    context.linear(
      [
        [1n, ofCentury],
        [50n, before50],
      ],
      PIVOT - 50n,
    ),
    CALENDAR,
  );
  // century + (1 - generalized) (19 + before50); the century of a UTCTime is 0
  const twenties = context.quadratic(generalized, before50, { mul: -1n, right: 1n });
  const hundreds = context.linear(
    [
      [1n, century],
      [-19n, generalized],
      [1n, twenties],
    ],
    19n,
  );
  const since1970 = context.linear(
    [
      [100n, hundreds],
      [1n, ofCentury],
    ],
    -1970n,
  );
  context.rangeBits(since1970, 13);
  return { hundreds, ofCentury };
}

function monthLengths(leap: number): number[] {
  return [31, 28 + leap, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
}

function calendar(): bigint[] {
  const upTo = (start: bigint, size: number) =>
    Array.from({ length: size }, (_, i) => start + BigInt(i));
  const dates = [0, 1].flatMap((leap) =>
    monthLengths(leap).flatMap((length, i) =>
      upTo(DATES + 1n + BigInt(128 * (i + 1) + 16384 * leap), length),
    ),
  );
  return [...upTo(0n, 60), ...upTo(HOURS, 24), ...upTo(PIVOT, 50), ...dates];
}
