/** Object identifiers: one text and one encoding for each, whichever way one goes. */
import { describe, expect, test } from '@jest/globals';
import { AsnObjectIdentifierConverter } from '@peculiar/asn1-schema';
import * as fc from 'fast-check';
import { decodeOid, encodeOid, isOid } from '../../src/asn1/oid.ts';
import { bytesToHex } from '../../src/bytes.ts';

const refused = expect.objectContaining({ code: 'ERR_DER_OID' });
/** OIDs with arcs up to `max`. */
const oid = (max: bigint) => {
  const arc = fc.oneof(fc.bigInt({ min: 0n, max: 300n }), fc.bigInt({ min: 0n, max }));
  const rest = fc.array(arc, { maxLength: 5 });
  return fc
    .oneof(
      fc.tuple(fc.constantFrom(0n, 1n), fc.bigInt({ min: 0n, max: 39n }), rest),
      fc.tuple(fc.constant(2n), arc, rest),
    )
    .map(([first, second, more]) => [first, second, ...more].join('.'));
};
/** Content bytes in base 128, no arc with a leading zero group. */
const content = fc
  .array(fc.array(fc.nat({ max: 127 }), { minLength: 1, maxLength: 20 }), {
    minLength: 1,
    maxLength: 6,
  })
  .map((groups) =>
    Uint8Array.from(
      groups.flatMap((group) => {
        const digits = group.length > 1 && group[0] === 0 ? [1, ...group.slice(1)] : group;
        return digits.map((digit, i) => (i < digits.length - 1 ? digit | 128 : digit));
      }),
    ),
  );

describe('an OID', () => {
  test.each([
    ['0.0', '00'],
    ['0.39', '27'],
    ['1.0', '28'],
    ['1.39', '4f'],
    ['2.0', '50'],
    ['2.47', '7f'],
    ['2.48', '8100'],
    ['2.59.1', '810b01'],
    ['2.999.3', '883703'],
    ['1.2.840.10045.4.3.2', '2a8648ce3d040302'],
    ['2.23.146.1.2.1.4', '67811201020104'],
    ['2.25.340282366920938463463374607431768211455', '6983ffffffffffffffffffffffffffffffffff7f'],
  ])('%s is %s', (dotted, hex) => {
    expect(bytesToHex(encodeOid(dotted))).toBe(hex);
    expect(decodeOid(encodeOid(dotted), 'it')).toBe(dotted);
  });

  test('comes back from its bytes', () => {
    fc.assert(
      fc.property(oid(1n << 130n), (dotted) => {
        expect(isOid(dotted)).toBe(true);
        expect(decodeOid(encodeOid(dotted), 'it')).toBe(dotted);
      }),
    );
  });

  // whose arcs end where numbers are no longer exact
  test('has the bytes that another library gives it', () => {
    fc.assert(
      fc.property(oid(1n << 31n), (dotted) => {
        const other = new Uint8Array(AsnObjectIdentifierConverter.toASN(dotted).toBER());
        expect(bytesToHex(encodeOid(dotted))).toBe(bytesToHex(other.subarray(2)));
      }),
    );
  });

  test('comes back from its text', () => {
    fc.assert(
      fc.property(content, (bytes) => {
        expect(encodeOid(decodeOid(bytes, 'it'))).toEqual(bytes);
      }),
    );
  });

  test('has one encoding: two texts never share their bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'0123456789.') }), (text) => {
        if (isOid(text)) expect(decodeOid(encodeOid(text), 'it')).toBe(text);
        else expect(() => encodeOid(text)).toThrow(refused);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a text that is no OID', () => {
  test.each([
    '',
    '2',
    '3.1',
    '0.40',
    '1.40',
    '1.99.1',
    '1.039',
    '2.01',
    '02.1',
    '1..2',
    '.1.2',
    '1.2.',
    '1.2.-1',
    ' 1.2',
    '1.2\n',
    '1.2.٣',
    'a.b',
  ])('%j', (text) => {
    expect(isOid(text)).toBe(false);
    expect(() => encodeOid(text)).toThrow(refused);
  });

  test('of 128 bytes, where 127 pass', () => {
    const most = `2.47${'.127'.repeat(126)}`;
    expect(encodeOid(most)).toHaveLength(127);
    for (const text of [`${most}.0`, `2.${'9'.repeat(1_000_000)}`]) {
      expect(() => encodeOid(text)).toThrow(refused);
    }
  });
});

test.each([
  ['nothing', ''],
  ['an arc that goes on', '2a86'],
  ['an arc with a leading zero group', '2a8001'],
  ['a first arc with a leading zero group', '8027'],
  ['128 bytes', '01'.repeat(128)],
])('content that is %s is refused', (_, hex) => {
  expect(() => decodeOid(Uint8Array.from(Buffer.from(hex, 'hex')), 'it')).toThrow(refused);
});
