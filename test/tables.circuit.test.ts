/** Sizes of the tables that tests walk through: a table that was emptied, or cut short, would pass unseen. */
import { expect, test } from '@jest/globals';
import { LISTS } from './asn1/malformed/crl.ts';
import { ENCODING } from './asn1/malformed/encoding.ts';
import { EXTENSION_VALUES } from './asn1/malformed/extension-values.ts';
import { EXTENSIONS } from './asn1/malformed/extensions.ts';
import { FIELDS } from './asn1/malformed/fields.ts';
import { NAMES_AND_TIMES } from './asn1/malformed/names.ts';
import { ACCEPTED } from './circuits/certificate/accepted-extensions.ts';
import { REFUSED } from './circuits/certificate/refused-extensions.ts';
import { CODECS } from './sgp22/messages/samples/index.ts';
import { faults } from './support/certificates/faults/index.ts';
import { variations } from './support/certificates/variations.ts';

test.each([
  ['faults of chains', faults(), 323],
  ['valid variations of chains', variations(), 97],
  ['malformed encodings', ENCODING, 36],
  ['malformed fields', FIELDS, 38],
  ['malformed names and times', NAMES_AND_TIMES, 37],
  ['malformed extensions', EXTENSIONS, 20],
  ['malformed extension values', EXTENSION_VALUES, 62],
  ['malformed lists', LISTS, 81],
  ['accepted extensions', ACCEPTED, 19],
  ['refused extensions', REFUSED, 126],
  ['messages of SGP.22', CODECS, 43],
])('the table of %s has its size', (_, table: readonly unknown[], size) => {
  expect(table).toHaveLength(size);
});
