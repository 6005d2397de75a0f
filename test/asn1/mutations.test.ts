import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import {
  certificateBytes,
  parseCertificate,
  parseEcdsaSignature,
  subjectSerialNumber,
} from '../../src/asn1/index.ts';
import type { Certificate, Name, Span } from '../../src/asn1/index.ts';
import { bigintToBytes, bytesEqual } from '../../src/bytes.ts';
import { ZkcxError } from '../../src/errors.ts';
import {
  bits,
  bool,
  bytes,
  certificate,
  ECDSA_SHA256,
  fixtureCertificates,
  int,
  octets,
  oid,
  rdn,
  seq,
  spki,
  tlv,
  withExtension,
} from './der.ts';

const good = fixtureCertificates().filter(({ path }) => !path.includes('_BRP'));

/** A certificate, or undefined when it is refused as it should be; anything else is a crash. */
function parsedOrRefused(input: Uint8Array): Certificate | undefined {
  try {
    return parseCertificate(input);
  } catch (error) {
    if (error instanceof ZkcxError && /^ERR_(DER|CERT|PROFILE)_/.test(error.code)) return undefined;
    throw error;
  }
}

/**
 * The certificate encoded again from its parsed values, by an encoder of the tests. Equal bytes
 * mean that no byte was skipped or read in two ways.
 */
function encodedAgain(c: Certificate): Uint8Array {
  const name = ({ attributes }: Name) =>
    seq(...attributes.map(({ oid: type, tag, value }) => rdn(type, tag, value)));
  const time = (span: Span) => {
    const text = c.der.slice(span.start, span.end);
    return tlv(text.length === 13 ? 0x17 : 0x18, text);
  };
  const { x, y } = c.publicKey;
  const extensions = c.extensions.map(({ oid: type, critical, value }) =>
    seq(oid(type), ...(critical ? [bool(true)] : []), octets(value)),
  );
  const tbs = seq(
    tlv(0xa0, int(2)),
    int(c.serialNumber),
    ECDSA_SHA256,
    name(c.issuer),
    seq(time(c.spans.notBefore), time(c.spans.notAfter)),
    name(c.subject),
    spki(bytes(4, bigintToBytes(x, 32), bigintToBytes(y, 32))),
    tlv(0xa3, seq(...extensions)),
  );
  return seq(tbs, ECDSA_SHA256, bits(seq(int(c.signature.r), int(c.signature.s))));
}

/** Spans hold what the values say. */
function spansHold(c: Certificate): boolean {
  const at = ({ start, end }: Span) => c.der.subarray(start, end);
  const signature = parseEcdsaSignature(at(c.spans.signature));
  const point = bytes(bigintToBytes(c.publicKey.x, 32), bigintToBytes(c.publicKey.y, 32));
  const list = c.extensions.map(({ span }) => span);
  return (
    bytesEqual(at(c.spans.tbs), c.tbs) &&
    bytesEqual(at(c.spans.issuer), c.issuer.der) &&
    bytesEqual(at(c.spans.subject), c.subject.der) &&
    bytesEqual(tlv(2, at(c.spans.serialNumber)), int(c.serialNumber)) &&
    bytesEqual(at(c.spans.subjectPublicKeyInfo).slice(-64), point) &&
    signature.r === c.signature.r &&
    signature.s === c.signature.s &&
    c.extensions.every(({ value, valueSpan }) => bytesEqual(at(valueSpan), value)) &&
    // the extensions touch each other, fill their list, and the list ends with the TBS
    list.every(({ start }, i) => start === (list[i - 1]?.end ?? c.spans.extensions.start)) &&
    list.at(-1)!.end === c.spans.extensions.end &&
    c.spans.extensions.end === c.spans.tbs.end
  );
}

function isExact(parsed: Certificate, input: Uint8Array): boolean {
  return bytesEqual(encodedAgain(parsed), input) && spansHold(parsed);
}

function holds(input: Uint8Array): boolean {
  const parsed = parsedOrRefused(input);
  return !parsed || isExact(parsed, input);
}

const original = fc.constantFrom(...good.map(({ der }) => der));

describe('changed certificates', () => {
  test.each(good)('$path: encodes again, cut and extended it is refused', ({ der }) => {
    expect(encodedAgain(parseCertificate(der))).toEqual(der);
    expect(spansHold(parseCertificate(der))).toBe(true);
    for (let length = 0; length < der.length; length++) {
      expect(parsedOrRefused(der.subarray(0, length))).toBeUndefined();
    }
    for (const tail of [0x00, 0x30, 0xff]) {
      expect(parsedOrRefused(bytes(der, tail))).toBeUndefined();
    }
  });

  test.each(good.slice(0, 3))('$path: a byte dropped or doubled is refused', ({ der }) => {
    for (let i = 0; i < der.length; i++) {
      expect(parsedOrRefused(bytes(der.subarray(0, i), der.subarray(i + 1)))).toBeUndefined();
      expect(parsedOrRefused(bytes(der.subarray(0, i + 1), der.subarray(i)))).toBeUndefined();
    }
  });

  test('every single bit flipped', () => {
    const { der } = good.find(({ path }) => path.endsWith('EUM_ECDSA_NIST.der'))!;
    const accepted: number[] = [];
    for (let bit = 0; bit < 8 * der.length; bit++) {
      const input = der.slice();
      input[bit >> 3]! ^= 1 << (bit & 7);
      const parsed = parsedOrRefused(input);
      if (!parsed) continue;
      accepted.push(bit);
      if (!isExact(parsed, input)) throw Error(`bit ${bit} is read wrongly`);
    }
    // both happen: text and numbers may change, structure may not
    expect(accepted.length).toBeGreaterThan(1000);
    expect(8 * der.length - accepted.length).toBeGreaterThan(1000);
  });

  test('random changes: refused or read exactly', () => {
    const edit = fc.record({
      at: fc.nat(700),
      remove: fc.nat(4),
      insert: fc.uint8Array({ maxLength: 4 }),
    });
    fc.assert(
      fc.property(original, fc.array(edit, { minLength: 1, maxLength: 3 }), (der, edits) => {
        const input = edits.reduce((before, { at, remove, insert }) => {
          const start = Math.min(at, before.length);
          return bytes(before.subarray(0, start), insert, before.subarray(start + remove));
        }, der);
        return holds(input);
      }),
      { numRuns: 1500 },
    );
  });

  test('overwritten bytes: refused or read exactly', () => {
    const change = fc.tuple(fc.nat(700), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(original, fc.array(change, { minLength: 1, maxLength: 4 }), (der, changes) => {
        const input = der.slice();
        for (const [at, byte] of changes) input[at % input.length] = byte;
        return holds(input);
      }),
      { numRuns: 3000 },
    );
  });

  test('a part of one certificate spliced into another', () => {
    fc.assert(
      fc.property(original, original, fc.nat(600), fc.nat(600), (a, b, i, j) =>
        holds(bytes(a.subarray(0, i), b.subarray(j))),
      ),
      { numRuns: 1000 },
    );
  });
});

describe('random input', () => {
  test('bytes, with the header of a certificate or without', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (content, wrapped) =>
        holds(wrapped ? seq(seq(tlv(0xa0, int(2)), content)) : content),
      ),
      { numRuns: 1000 },
    );
  });

  test('deep nesting and huge values end in a typed error', () => {
    const deep = bytes(...Array.from({ length: 5000 }, () => [0x30, 0x80]).flat());
    expect(parsedOrRefused(deep)).toBeUndefined();
    let nest = int(1);
    for (let i = 0; i < 500; i++) nest = seq(nest);
    expect(parsedOrRefused(nest)).toBeUndefined();
    const huge = new Uint8Array(300_000).fill(0x31);
    expect(parsedOrRefused(seq(seq(tlv(0xa0, int(2)), tlv(2, huge))))).toBeUndefined();
    expect(parsedOrRefused(certificate({ notAfter: tlv(0x17, huge) }))).toBeUndefined();
    const { subject } = parseCertificate(certificate({ subject: seq(rdn('2.5.4.5', 0x13, huge)) }));
    expect(subjectSerialNumber(subject)).toHaveLength(huge.length);
    const eins = parseCertificate(withExtension('2.23.146.1.2.2.0', seq(tlv(0x13, huge))));
    expect(eins.permittedEins?.[0]).toHaveLength(huge.length);
  });

  test('PEM: any text is refused or decoded', () => {
    const text = fc.oneof(
      fc.string(),
      fc.base64String().map((s) => `-----BEGIN CERTIFICATE-----\n${s}\n-----END CERTIFICATE-----`),
    );
    fc.assert(
      fc.property(text, (input) => {
        try {
          return certificateBytes(input).length > 0;
        } catch (error) {
          return error instanceof ZkcxError && error.code === 'ERR_PEM';
        }
      }),
    );
  });
});
