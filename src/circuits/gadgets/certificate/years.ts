import type { Field } from 'o1js';
import type { CircuitContext } from '../../kimchi/context.ts';
import { existsOne } from '../../kimchi/gates.ts';
import { SHORT_LENGTHS } from '../tlv.ts';

/** A year as two numbers in [0, 99]: 100 hundreds + ofCentury. */
export interface Year {
  readonly hundreds: Field;
  readonly ofCentury: Field;
}

/** From 1 January of the year 0 (Gregorian rules extended) to 1 January 1970. */
const DAYS_TO_1970 = 719528n;

/**
 * Days from 1970 to 1 January of the year, and whether it is a leap year. ~14 rows.
 *
 * With the year 100 h + y, leap centuries (4 | h) have 36,525 days and others 36,524: before the
 * century lie 36524 h + ceil(h / 4) days. Inside it, when y > 0, lie 365 y days, a leap day for
 * each of the ceil(y / 4) - 1 years 4, 8, .. before y, and one for year 0 of a leap century.
 */
export function daysBeforeYear(
  context: CircuitContext,
  { hundreds, ofCentury }: Year,
): { days: Field; leap: Field } {
  const h = quarter(context, hundreds);
  const y = quarter(context, ofCentury);
  const first = context.equals(ofCentury, 0n);
  const firstOfLeapCentury = context.product(first, h.whole);
  // 4 | year, but in the first year of a century 4 | h
  const leap = context.linear([
    [1n, y.whole],
    [-1n, first],
    [1n, firstOfLeapCentury],
  ]);
  // ceil(y/4) + (whole_h - 1) (1 - first): for y = 0 both are 0
  const days = context.linear(
    [
      [36524n, hundreds],
      [1n, h.ceiling],
      [365n, ofCentury],
      [1n, y.ceiling],
      [1n, h.whole],
      [1n, first],
      [-1n, firstOfLeapCentury],
    ],
    -1n - DAYS_TO_1970,
  );
  return { days, leap };
}

/**
 * ceil(x / 4), and whether 4 divides x, for x in [0, 99]: x + 3 = 4 ceiling + 2 high + low with
 * two bits and the ceiling in [0, 127]; x is a multiple when both bits are 1. ~3 rows.
 */
function quarter(context: CircuitContext, x: Field): { ceiling: Field; whole: Field } {
  const low = context.bit(() => ((x.toBigInt() + 3n) & 1n) === 1n);
  const high = context.bit(() => ((x.toBigInt() + 3n) & 2n) === 2n);
  const ceiling = existsOne(() => (x.toBigInt() + 3n) >> 2n);
  context.assertMember(ceiling, SHORT_LENGTHS);
  context.assertLinear(
    [
      [4n, ceiling],
      [2n, high],
      [1n, low],
      [-1n, x],
    ],
    -3n,
  );
  return { ceiling, whole: context.product(low, high) };
}
