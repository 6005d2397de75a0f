/** Every decoder: what it reads is written again, what is changed is refused or read exactly. */
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { concatBytes } from '../../../src/bytes.ts';
import { ZkcxError } from '../../../src/errors.ts';
import {
  EuiccConfiguredAddressesRequest,
  GetEuiccDataRequest,
  GetRatRequest,
} from '../../../src/sgp22/messages/euicc-data.ts';
import {
  ExtCardResource,
  GetEuiccChallengeRequest,
  GetEuiccInfo1Request,
  GetEuiccInfo2Request,
} from '../../../src/sgp22/messages/euicc-info.ts';
import { encodeTlv, TlvReader } from '../../../src/asn1/tlv.ts';
import { CODECS } from './samples/index.ts';
import type { Codec } from './samples/index.ts';

/** A value, or undefined when it is refused as it should be; anything else is a crash. */
function decodedOrRefused({ decode }: Codec, input: Uint8Array): { value: unknown } | undefined {
  try {
    return { value: decode(input) };
  } catch (error) {
    if (error instanceof ZkcxError && /^ERR_(DER|RSP)_/.test(error.code)) return undefined;
    throw error;
  }
}

/** The value without the bytes it was read from: those differ where unknown elements went. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => key !== 'der' && key !== 'rest');
  return Object.fromEntries(entries.map(([key, inner]) => [key, plain(inner)]));
}

/** Fields that stay as received hold what was unknown in them, so their bytes may differ. */
const RAW = new Set(['signedFields', 'dpProprietaryData']);

function comparable(value: unknown): string {
  return JSON.stringify(plain(value), (key, inner) => (RAW.has(key) ? undefined : inner));
}

/** Refused, or what was read can be written and is then read as the same. */
function holds(codec: Codec, input: Uint8Array): boolean {
  const first = decodedOrRefused(codec, input);
  if (!first) return true;
  const again = codec.decode(codec.encode(first.value));
  return comparable(again) === comparable(first.value);
}

/** The element with more bytes at the end of its content, `depth` elements further in. */
function extended(bytes: Uint8Array, depth: number, extra: Uint8Array): Uint8Array {
  const { tag, content } = new TlvReader(bytes, 'a sample').any('a sample');
  if (depth === 0) return encodeTlv(tag, content, extra);
  return encodeTlv(tag, extended(content, depth - 1, extra));
}

const named = CODECS.map((codec) => [codec.name, codec] as const);
const UNKNOWN = Uint8Array.of(0xdf, 0x7f, 0x02, 0xaa, 0xbb);

describe.each(named)('%s', (_, codec) => {
  test('is written as it was read', () => {
    for (const sample of codec.samples) {
      expect(codec.encode(codec.decode(sample))).toEqual(sample);
    }
  });

  test('cut off or followed by a byte it is refused', () => {
    for (const sample of codec.samples.slice(0, 4)) {
      for (let length = 0; length < sample.length; length++) {
        expect(decodedOrRefused(codec, sample.subarray(0, length))).toBeUndefined();
      }
      expect(decodedOrRefused(codec, concatBytes(sample, Uint8Array.of(0)))).toBeUndefined();
    }
  });

  test('an unknown element at the end changes nothing, or is refused where none may be', () => {
    for (const sample of codec.samples) {
      const input = extended(sample, codec.extensible ?? 0, UNKNOWN);
      if (codec.extensible === undefined) {
        expect(decodedOrRefused(codec, input)).toBeUndefined();
        continue;
      }
      const value = codec.decode(input);
      expect(comparable(value)).toBe(comparable(codec.decode(sample)));
      if (typeof value === 'object' && value !== null && 'der' in value) {
        expect(value.der).toEqual(input);
      }
    }
  });

  test('every bit flipped: refused, or read exactly', () => {
    let refused = 0;
    for (const sample of codec.samples.slice(0, 2)) {
      for (let bit = 0; bit < 8 * Math.min(sample.length, 400); bit++) {
        const input = sample.slice();
        input[bit >> 3]! ^= 1 << (bit & 7);
        if (!holds(codec, input)) throw Error(`bit ${bit} is read wrongly`);
        if (!decodedOrRefused(codec, input)) refused++;
      }
    }
    // tags and lengths at least
    expect(refused).toBeGreaterThan(15);
  });

  test('random changes: refused, or read exactly', () => {
    const edit = fc.record({
      at: fc.nat(600),
      remove: fc.nat(3),
      insert: fc.uint8Array({ maxLength: 3 }),
    });
    fc.assert(
      fc.property(
        fc.constantFrom(...codec.samples),
        fc.array(edit, { minLength: 1, maxLength: 3 }),
        (sample, edits) => {
          const input = edits.reduce((before, { at, remove, insert }) => {
            const start = at % (before.length + 1);
            const after = before.subarray(start + remove);
            return concatBytes(before.subarray(0, start), insert, after);
          }, sample);
          return holds(codec, input);
        },
      ),
      { numRuns: 100 },
    );
  });
});

test('requests without fields, and the one with a fixed field', () => {
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
  expect(hex(GetEuiccChallengeRequest.encode({}))).toBe('bf2e00');
  expect(hex(GetEuiccInfo1Request.encode({}))).toBe('bf2000');
  expect(hex(GetEuiccInfo2Request.encode({}))).toBe('bf2200');
  expect(hex(EuiccConfiguredAddressesRequest.encode({}))).toBe('bf3c00');
  expect(hex(GetRatRequest.encode({}))).toBe('bf4300');
  const request = GetEuiccDataRequest.encode({ tagList: 'eidValue' });
  expect(hex(request)).toBe('bf3e035c015a');
  expect(GetEuiccDataRequest.decode(request).tagList).toBe('eidValue');
  for (const tagList of [Uint8Array.of(0x5b), Uint8Array.of(), Uint8Array.of(0x5a, 0x5a)]) {
    const other = encodeTlv(0xbf3e, encodeTlv(0x5c, tagList));
    expect(() => GetEuiccDataRequest.decode(other)).toThrow(
      expect.objectContaining({ code: 'ERR_RSP_VALUE' }),
    );
  }
});

test('what is left in a card: bytes and numbers of any size that fits', () => {
  const resource = {
    installedApplications: 0,
    freeNonVolatileMemory: 2 ** 33,
    freeVolatileMemory: 70_000,
  };
  expect(ExtCardResource.decode(ExtCardResource.encode(resource))).toEqual(resource);
  expect(ExtCardResource.decode(new Uint8Array())).toEqual({});
  const tooLong = encodeTlv(0x82, new Uint8Array(7));
  expect(() => ExtCardResource.decode(tooLong)).toThrow(
    expect.objectContaining({ code: 'ERR_RSP_VALUE' }),
  );
});

test('random elements and nested ones end in a typed error or a value', () => {
  const tlv = fc.letrec<{ node: Uint8Array }>((tie) => ({
    node: fc
      .tuple(
        fc.constantFrom(0x30, 0x80, 0x81, 0x82, 0xa0, 0xa1, 0xbf22, 0xbf27, 0xbf2f, 0x5f37, 0x04),
        fc.oneof({ maxDepth: 4 }, fc.uint8Array({ maxLength: 20 }), tie('node')),
        fc.uint8Array({ maxLength: 8 }),
      )
      .map(([tag, first, second]) => encodeTlv(tag, first, second)),
  })).node;
  fc.assert(
    fc.property(fc.constantFrom(...CODECS), fc.array(tlv, { maxLength: 6 }), (codec, content) => {
      const { tag } = new TlvReader(codec.samples[0]!, 'a sample').any('a sample');
      return holds(codec, encodeTlv(tag, ...content));
    }),
    { numRuns: 3_000 },
  );
});
