/** The parts that messages are described with, one by one. */
import { describe, expect, test } from '@jest/globals';
import type { ErrorCode } from '../../src/errors.ts';
import { choice, oneOf } from '../../src/sgp22/codec/choice.ts';
import {
  automatic,
  type Codec,
  context,
  element,
  headerOf,
  tagged,
  tagOf,
} from '../../src/sgp22/codec/codec.ts';
import {
  boolean,
  coded,
  content,
  flags,
  integer,
  named,
  nameOf,
  octets,
  oid,
  text,
} from '../../src/sgp22/codec/primitives.ts';
import {
  copied,
  elements,
  joined,
  list,
  message,
  optional,
  received,
  sequence,
  unknownRest,
  whole,
  withDefault,
  wrapped,
} from '../../src/sgp22/codec/structures.ts';
import {
  compareVersions,
  eidBytes,
  hexToBytes,
  iccid,
  version,
} from '../../src/sgp22/messages/identifiers.ts';
import { HEX } from '../rsp/recorded.ts';

const fault = (code: ErrorCode) => expect.objectContaining({ name: 'ZkcxError', code });
const VALUE = fault('ERR_RSP_VALUE');

/** Reading and writing of a type under [0]. */
const under0 = <Out, In>(codec: Codec<Out, In>) => element('it', tagged(0x80, codec));
const read = <Out, In>(codec: Codec<Out, In>, hex: string) => element('it', codec).decode(HEX(hex));
const write = <Out, In>(codec: Codec<Out, In>, value: In) => element('it', codec).encode(value);

describe('primitive types', () => {
  test.each([
    [0, '800100'],
    [127, '80017f'],
    [128, '80020080'],
    [65_535, '800300ffff'],
    [2 ** 53 - 1, '80071fffffffffffff'],
  ])('INTEGER %i', (value, hex) => {
    expect(under0(integer).encode(value)).toEqual(HEX(hex));
    expect(under0(integer).decode(HEX(hex))).toBe(value);
  });

  test('an INTEGER that is negative, padded, empty or too large is refused', () => {
    const { decode, encode } = under0(integer);
    expect(() => decode(HEX('8001ff'))).toThrow(VALUE);
    expect(() => decode(HEX('800720000000000000'))).toThrow(VALUE);
    expect(() => decode(HEX('80020001'))).toThrow(fault('ERR_DER_INTEGER'));
    expect(() => decode(HEX('8000'))).toThrow(fault('ERR_DER_INTEGER'));
    for (const bad of [-1, 1.5, 2 ** 53, Number.NaN]) expect(() => encode(bad)).toThrow(VALUE);
  });

  test('named numbers: a table that is complete, and one that may grow', () => {
    const table = { no: 0, yes: 1 };
    expect(under0(named(table)).decode(HEX('800101'))).toBe('yes');
    expect(under0(named(table)).encode('yes')).toEqual(HEX('800101'));
    expect(() => under0(named(table)).decode(HEX('800102'))).toThrow(VALUE);
    expect(under0(coded(table)).decode(HEX('800102'))).toBe(2);
    expect(under0(coded(table)).encode('yes')).toEqual(HEX('800101'));
    expect(under0(coded(table)).encode(2)).toEqual(HEX('800102'));
    expect(() => under0(coded(table)).encode('maybe' as 'yes')).toThrow(VALUE);
    expect(nameOf(table, 0)).toBe('no');
    expect(nameOf(table, 7)).toBeUndefined();
  });

  test('BOOLEAN is 00 or FF', () => {
    expect(read(boolean, '0101ff')).toBe(true);
    expect(write(boolean, false)).toEqual(HEX('010100'));
    expect(() => read(boolean, '010101')).toThrow(fault('ERR_DER_BOOLEAN'));
  });

  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'] as const;
  test.each([
    [[], '800100'],
    [['a'], '80020780'],
    [['b'], '80020640'],
    [['a', 'c'], '800205a0'],
    [['h'], '80020001'],
    [['i'], '8003070080'],
  ] as const)('BIT STRING %j', (set, hex) => {
    expect(under0(flags(names)).encode(set)).toEqual(HEX(hex));
    expect(under0(flags(names)).decode(HEX(hex))).toEqual(set);
  });

  test('bits without a name are passed over, wrong unused bits are not', () => {
    const { decode } = under0(flags(['a']));
    expect(decode(HEX('800204f0'))).toEqual(['a']);
    expect(() => decode(HEX('800207ff'))).toThrow(fault('ERR_DER_BIT_STRING'));
    expect(() => decode(HEX('8000'))).toThrow(fault('ERR_DER_BIT_STRING'));
  });

  test.each(['2.999.10', '1.3.6.1.4.1.46304', '2.23.146.1.2.1.4', '0.39'])('OID %s', (dotted) => {
    expect(element('it', oid).decode(write(oid, dotted))).toBe(dotted);
  });

  test.each(['', '2', '3.1', '1.40', '2.01', '1..2', 'a.b'])('"%s" is no OID', (dotted) => {
    expect(() => write(oid, dotted)).toThrow(VALUE);
  });

  test('text: length in characters, UTF-8, no control characters, in both directions', () => {
    expect(read(text(2), '0c04c3bcc3bc')).toBe('üü');
    expect(read(text(2), '0c08f09f93b1f09f93b1')).toBe('📱📱');
    for (const bad of ['c3bc6161', '616161', 'c3', 'eda080', '1b5b', '00', 'c285']) {
      const bytes = element('it', tagged(0x0c, content)).encode(HEX(bad));
      expect(() => element('it', text(2)).decode(bytes)).toThrow(VALUE);
    }
    for (const bad of ['aaa', '\u001b', '\u0085', '\ud800']) {
      expect(() => write(text(2), bad)).toThrow(VALUE);
    }
  });

  test('octets of a size, in both directions', () => {
    expect(read(octets(1, 2), '0401aa')).toEqual(HEX('aa'));
    for (const bad of ['', 'aabbcc']) expect(() => write(octets(1, 2), HEX(bad))).toThrow(VALUE);
    for (const bad of ['0400', '0403aabbcc']) expect(() => read(octets(1, 2), bad)).toThrow(VALUE);
  });
});

describe('tags', () => {
  test('are numbered in order, with the form of the type', () => {
    const all = sequence(
      automatic({
        a: integer,
        b: optional(sequence({})),
        c: list(integer, 'a number'),
        d: oneOf({ yes: boolean, number: integer }),
        e: withDefault(named({ x: 0, y: 1 }), 'x'),
      }),
    );
    const value = { a: 1, b: {}, c: [2], d: { number: 3 }, e: 'y' } as const;
    const hex = '3012 800101 a100 a203020102 a303020103 840101';
    expect(write(all, value)).toEqual(HEX(hex));
    expect(read(all, hex)).toEqual(value);
  });

  test('replace each other, around a CHOICE they are explicit', () => {
    const alternatives = oneOf({ yes: boolean, number: integer });
    expect(write(context(3, context(1, integer)), 1)).toEqual(HEX('830101'));
    expect(write(context(3, alternatives), { yes: true })).toEqual(HEX('a3030101ff'));
    expect(read(tagged(0xbf38, alternatives), 'bf3803020105')).toEqual({ number: 5 });
    expect(write(context(1, whole()), HEX('a100'))).toEqual(HEX('a100'));
    expect(write(context(1, received(sequence({}))), {})).toEqual(HEX('a100'));
    expect(read(context(1, copied(sequence({}))), 'a100')).toEqual({ der: HEX('a100') });
    expect(read(context(1, wrapped('a', integer)), '810105')).toEqual({ a: 5 });
    expect(tagOf(HEX('bf3800'), 'it')).toBe(0xbf38);
    expect(tagOf(HEX(''), 'it')).toBeUndefined();
  });
});

test('a header is read before its content is there, once it is whole', () => {
  const header = (hex: string) => headerOf(HEX(hex), 'it');
  expect(header('bf36820102')).toEqual({ tag: 0xbf36, size: 5, length: 0x102 });
  expect(header('8705aabb')).toEqual({ tag: 0x87, size: 2, length: 5 });
  for (const part of ['', 'bf', 'bf36', 'bf3682', 'bf368201']) expect(header(part)).toBeUndefined();
  expect(() => header('bf3680')).toThrow(fault('ERR_DER_INDEFINITE'));
  expect(() => header('87820001')).toThrow(fault('ERR_DER_LENGTH_MINIMAL'));
});

describe('SEQUENCE', () => {
  const fields = { a: context(0, integer), b: optional(context(1, integer)) };

  test('optional and default fields are left out', () => {
    expect(read(sequence(fields), '3003800105')).toEqual({ a: 5, b: undefined });
    expect(write(sequence(fields), { a: 5 })).toEqual(HEX('3003800105'));
    const defaults = sequence({ e: withDefault(named({ x: 0, y: 1 }), 'x') });
    for (const value of [{}, { e: 'x' } as const]) {
      expect(write(defaults, value)).toEqual(HEX('3000'));
    }
    // an encoded default is taken
    for (const hex of ['3000', '3003020100']) expect(read(defaults, hex)).toEqual({ e: 'x' });
  });

  test('what may follow: unknown elements, nothing, anything, or all of it as bytes', () => {
    const rest = (hex: string) => `30${(3 + hex.length / 2).toString(16).padStart(2, '0')}800105`;
    const unknown = 'df7f0100';
    expect(read(sequence(fields), rest(unknown) + unknown)).toMatchObject({ a: 5 });
    expect(() => read(sequence(fields), rest('800106') + '800106')).toThrow(fault('ERR_DER_TAG'));
    expect(() => read(sequence(fields), rest('df') + 'df')).toThrow(fault('ERR_DER_OVERRUN'));
    expect(() => read(sequence(fields, 'closed'), rest(unknown) + unknown)).toThrow(
      fault('ERR_DER_TRAILING'),
    );
    const { a } = fields;
    expect(read(sequence({ a }, 'unread'), rest('df') + 'df')).toEqual({ a: 5 });
    const kept = sequence({ ...fields, rest: unknownRest });
    expect(read(kept, rest(unknown) + unknown)).toMatchObject({ rest: HEX(unknown) });
    expect(write(kept, { a: 5, rest: HEX(unknown) })).toEqual(HEX(rest(unknown) + unknown));
  });

  test('fields without a SEQUENCE around them', () => {
    const { decode, encode } = elements('it', fields, 'closed');
    expect(encode({ a: 5, b: 6 })).toEqual(HEX('800105 810106'));
    expect(decode(HEX('800105 810106'))).toEqual({ a: 5, b: 6 });
    expect(() => decode(HEX('800105 820106'))).toThrow(fault('ERR_DER_TRAILING'));
  });

  test('the name of a field is in its errors', () => {
    expect(() => read(sequence(fields), '3003800180')).toThrow(/^a is negative/);
    expect(() => read(sequence(fields), '3000')).toThrow(/^a is missing/);
    expect(() => write(sequence(fields), { a: -1 })).toThrow(/^a must lie/);
  });
});

describe('SEQUENCE OF', () => {
  test('has entries of one type, and enough of them', () => {
    const numbers = list(integer, 'a number', 1);
    expect(read(numbers, '3006020101020102')).toEqual([1, 2]);
    expect(write(numbers, [1, 2])).toEqual(HEX('3006020101020102'));
    expect(() => read(numbers, '3000')).toThrow(VALUE);
    expect(() => write(numbers, [])).toThrow(VALUE);
    expect(() => read(numbers, '30030101ff')).toThrow(fault('ERR_DER_TAG'));
  });
});

describe('CHOICE', () => {
  const outcome = choice('result', {
    ok: context(0, sequence({ a: integer })),
    error: context(1, wrapped('error', integer)),
  });

  test('names its alternative', () => {
    for (const [value, hex] of [
      [{ result: 'ok', a: 5 }, 'a003020105'],
      [{ result: 'error', error: 7 }, '810107'],
    ] as const) {
      expect(read(outcome, hex)).toEqual(value);
      expect(write(outcome, value)).toEqual(HEX(hex));
    }
  });

  test('is one of its alternatives, alone', () => {
    expect(() => read(outcome, '820107')).toThrow(VALUE);
    expect(() => read(outcome, '')).toThrow(fault('ERR_DER_MISSING'));
    expect(() => read(context(0, outcome), 'a000')).toThrow(fault('ERR_DER_MISSING'));
    expect(() => read(context(0, outcome), 'a006 810107 810107')).toThrow(
      fault('ERR_DER_TRAILING'),
    );
    expect(() => write(outcome, { result: 'other' } as never)).toThrow(VALUE);
    expect(() => write(oneOf({ a: integer }), {} as never)).toThrow(VALUE);
  });
});

describe('bytes as received', () => {
  const inner = sequence({ a: integer });
  const unknown = '3005 020105 8500';

  test('come with the value', () => {
    expect(read(received(inner), unknown)).toEqual({ a: 5, der: HEX(unknown) });
    expect(message('it', inner).decode(HEX(unknown))).toEqual({ a: 5, der: HEX(unknown) });
    expect(message('it', 0xbf38, inner).decode(HEX('bf3803020105'))).toMatchObject({ a: 5 });
    const size = joined(inner, ({ content: bytes }) => ({ size: bytes.length }));
    expect(read(context(2, size), 'a203020105')).toEqual({ a: 5, size: 3 });
  });

  test('are written as they are, if they are one element of the type', () => {
    expect(write(copied(inner), read(copied(inner), unknown))).toEqual(HEX(unknown));
    expect(write(whole(), HEX(unknown))).toEqual(HEX(unknown));
    for (const codec of [copied(inner), context(1, copied(inner))] as const) {
      for (const bad of ['', '0500', unknown + '00', unknown.slice(0, -2)]) {
        expect(() => write(codec, { der: HEX(bad) })).toThrow(/it/);
      }
    }
    expect(() => write(whole(), HEX('0500'))).toThrow(fault('ERR_DER_TAG'));
    expect(() => write(whole(), HEX('30000500'))).toThrow(fault('ERR_DER_TRAILING'));
  });
});

describe('identifiers', () => {
  test.each([
    ['89000123456789012341', '98001032547698103214'],
    ['8949449999999990049', '989444999999990940f9'],
    ['894944999999999004', '989444999999990940ff'],
    // as issued in one country
    ['898600065b0000000001', '98680060b50000000010'],
    ['8986000abcdef000000', '986800a0cbed0f0000f0'],
    // digits that were not swapped, with the filler before the last one
    ['981000000021436587f9', '8901000000123456789f'],
  ])('ICCID %s', (digits, hex) => {
    expect(write(iccid, digits)).toEqual(HEX('5a0a' + hex));
    expect(read(iccid, '5a0a' + hex)).toBe(digits);
  });

  test('an ICCID is written from any case, with its filler or without', () => {
    for (const text of ['8949449999999990049F', '8949449999999990049f', '8949449999999990049']) {
      expect(write(iccid, text)).toEqual(HEX('5a0a989444999999990940f9'));
    }
    expect(write(iccid, '898600065B0000000001')).toEqual(HEX('5a0a98680060b50000000010'));
  });

  test('what is no ICCID', () => {
    for (const text of ['89', '8949449999999990049x', '898600065b00000000012', 'f'.repeat(20)]) {
      expect(() => write(iccid, text)).toThrow(VALUE);
    }
    for (const hex of ['5a0198', '5a0a98001032547698f0ffff']) {
      expect(() => read(iccid, hex)).toThrow(VALUE);
    }
  });

  test('an EID that is refused is not repeated in the error', () => {
    expect(eidBytes('89049032123451234512345678901235')).toHaveLength(16);
    expect(() => eidBytes('8904903212345')).toThrow(VALUE);
    expect(() => eidBytes('8904903212345')).toThrow(/^(?!.*8904)/);
  });

  test('versions', () => {
    expect(write(context(2, version), '2.0.12')).toEqual(HEX('820302000c'));
    for (const bad of ['2.4', '2.4.256', 'a.b.c', '2.4.0.1']) {
      expect(() => write(version, bad)).toThrow(VALUE);
    }
    expect(compareVersions('2.4.0', '2.4.0')).toBe(0);
    expect(compareVersions('2.10.0', '2.9.9')).toBeGreaterThan(0);
    expect(compareVersions('2.4.0', '3.0.0')).toBeLessThan(0);
  });

  test('hexadecimal', () => {
    expect(hexToBytes('aAFf00', 'it')).toEqual(HEX('aaff00'));
    for (const bad of ['a', 'zz', '0x00', ' 00']) {
      expect(() => hexToBytes(bad, 'it')).toThrow(VALUE);
    }
  });
});
