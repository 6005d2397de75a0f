import { expect, test } from '@jest/globals';
import { hasCheckDigits } from '../../../src/sgp22/messages/identifiers.ts';

// the EIDs of SGP.26 and of an example of SGP.02
test.each(['89049032123451234512345678901235', '89001012012341234012345678901224'])(
  '%s has its check digits, and every other digit in one place breaks them',
  (eid) => {
    expect(hasCheckDigits(eid)).toBe(true);
    for (let i = 0; i < eid.length; i++) {
      for (let digit = 0; digit < 10; digit++) {
        const other = `${eid.slice(0, i)}${digit}${eid.slice(i + 1)}`;
        expect(hasCheckDigits(other)).toBe(other === eid);
      }
    }
  },
);

test.each(['', '1', '98'.padStart(31, '0'), '98'.padStart(33, '0'), ` ${'98'.padStart(31, '0')}`])(
  '"%s" has none',
  (text) => expect(hasCheckDigits(text)).toBe(false),
);
