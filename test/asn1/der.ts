/**
 * A DER encoder that knows nothing of src/asn1: single-fault certificates are made with it, and
 * parsed ones are encoded again. `tlv` always writes minimal lengths; faults are written by hand.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FIXTURES = join(import.meta.dirname, '../../fixtures');

/** All certificates of fixtures/, as path and bytes. */
export function fixtureCertificates(): { path: string; der: Uint8Array }[] {
  return readdirSync(FIXTURES, { recursive: true, encoding: 'utf8' })
    .filter((path) => /CERT_[^/]*\.der$/.test(path))
    .sort()
    .map((path) => ({ path, der: fixture(path) }));
}

export function fixture(path: string): Uint8Array {
  return new Uint8Array(readFileSync(join(FIXTURES, path)));
}

export function bytes(...parts: (number | string | Uint8Array)[]): Uint8Array {
  return new Uint8Array(
    Buffer.concat(
      parts.map((part) => {
        if (typeof part === 'number') return Uint8Array.of(part);
        return typeof part === 'string' ? Buffer.from(part, 'latin1') : part;
      }),
    ),
  );
}

export function hex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));
}

export function tlv(tag: number, ...content: (number | string | Uint8Array)[]): Uint8Array {
  const value = bytes(...content);
  const size: number[] = [];
  for (let rest = value.length; rest > 0; rest >>= 8) size.unshift(rest & 255);
  const length = value.length < 128 ? [value.length] : [0x80 | size.length, ...size];
  return bytes(tag, ...length, value);
}

export const seq = (...content: Uint8Array[]) => tlv(0x30, ...content);
export const set = (...content: Uint8Array[]) => tlv(0x31, ...content);
export const octets = (...content: Uint8Array[]) => tlv(0x04, ...content);
export const bool = (value: boolean) => tlv(0x01, value ? 0xff : 0x00);
export const bits = (...content: (number | Uint8Array)[]) => tlv(0x03, 0x00, ...content);

/** A number that is not negative, in its shortest form. */
export function int(value: bigint | number): Uint8Array {
  let text = value.toString(16);
  if (text.length % 2 === 1) text = '0' + text;
  if (Number.parseInt(text.slice(0, 2), 16) >= 128) text = '00' + text;
  return tlv(0x02, hex(text));
}

export function oid(dotted: string): Uint8Array {
  const [root, second, ...rest] = dotted.split('.').map(BigInt) as [bigint, bigint, ...bigint[]];
  const encoded = [40n * root + second, ...rest].flatMap((arc) => {
    const groups = [Number(arc & 127n)];
    for (let left = arc >> 7n; left > 0n; left >>= 7n) groups.unshift(Number(left & 127n) | 128);
    return groups;
  });
  return tlv(0x06, ...encoded);
}

export const rdn = (type: string, tag: number, value: string | Uint8Array) =>
  set(seq(oid(type), tlv(tag, value)));

export const extension = (type: string, value: Uint8Array, critical = false) =>
  seq(oid(type), ...(critical ? [bool(true)] : []), octets(value));

export const ECDSA_SHA256 = seq(oid('1.2.840.10045.4.3.2'));

/** The generator of P-256, a valid subject key. */
const GENERATOR = hex(
  '04 6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296' +
    '4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5',
);

export const spki = (point: Uint8Array = GENERATOR, curve = oid('1.2.840.10045.3.1.7')) =>
  seq(seq(oid('1.2.840.10045.2.1'), curve), bits(point));

/** Parts of a certificate, each a complete element that a test may replace or drop. */
export interface Parts {
  version: Uint8Array;
  serial: Uint8Array;
  algorithm: Uint8Array;
  issuer: Uint8Array;
  notBefore: Uint8Array;
  notAfter: Uint8Array;
  subject: Uint8Array;
  spki: Uint8Array;
  uniqueIds: Uint8Array;
  /** Elements of the SEQUENCE OF Extension. */
  extensions: Uint8Array[];
  outerAlgorithm: Uint8Array;
  signature: Uint8Array;
}

const NAME = seq(rdn('2.5.4.6', 0x13, 'ES'), rdn('2.5.4.10', 0x0c, 'RSP Test EUM'));

const DEFAULTS: Parts = {
  version: tlv(0xa0, int(2)),
  serial: int(0x1234),
  algorithm: ECDSA_SHA256,
  issuer: NAME,
  notBefore: tlv(0x17, '200401092837Z'),
  notAfter: tlv(0x18, '20540324092837Z'),
  subject: NAME,
  spki: spki(),
  uniqueIds: new Uint8Array(),
  extensions: [extension('2.5.29.14', octets(hex('0102030405')))],
  outerAlgorithm: ECDSA_SHA256,
  signature: bits(seq(int(1n << 255n), int(5))),
};

/** A certificate of these parts. Its signature is two numbers and signs nothing. */
export function certificate(changes: Partial<Parts> = {}): Uint8Array {
  const p = { ...DEFAULTS, ...changes };
  const tbs = seq(
    p.version,
    p.serial,
    p.algorithm,
    p.issuer,
    seq(p.notBefore, p.notAfter),
    p.subject,
    p.spki,
    p.uniqueIds,
    tlv(0xa3, seq(...p.extensions)),
  );
  return seq(tbs, p.outerAlgorithm, p.signature);
}

/** A certificate with one extension. */
export function withExtension(type: string, value: Uint8Array, critical = false): Uint8Array {
  return certificate({ extensions: [extension(type, value, critical)] });
}
