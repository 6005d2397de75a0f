/**
 * Certificates, revocation lists and messages of SGP.22, changed 20,000 times in one process: what is
 * refused is refused with a code, and nothing takes long. ZKCX_MUTATIONS sets how many changes each of the
 * three kinds gets; default 20000.
 */
import { expect, test } from '@jest/globals';
import { parseCertificate, parseRevocationList } from '../src/asn1/index.ts';
import { tlvHeader } from '../src/asn1/tlv.ts';
import { concatBytes } from '../src/bytes.ts';
import { ZkcxError } from '../src/errors.ts';
import { checkCrlProfile, checkProfile } from '../src/pki/index.ts';
import { CODECS } from './sgp22/messages/samples/index.ts';
import { utcTime } from './support/certificates/der.ts';
import { build, sgp26Device, sgp26Server } from './support/certificates/index.ts';
import { buildList, madeUpSerials, sgp26List } from './support/crl/index.ts';

const MUTATIONS = Number(process.env.ZKCX_MUTATIONS ?? 20_000);
const MEGABYTE = 2 ** 20;
/** Seconds of the processor for one input: a machine may be busy with other things. */
const LONGEST = 2;

interface Reader {
  readonly name: string;
  readonly read: (bytes: Uint8Array) => unknown;
  readonly samples: readonly Uint8Array[];
}

const certificate: Reader = {
  name: 'certificates',
  read: (bytes) => checkProfile(parseCertificate(bytes)),
  samples: [...build(sgp26Device()).certificates, ...build(sgp26Server('dpTls')).certificates],
};
const list: Reader = {
  name: 'revocation lists',
  read: (bytes) => checkCrlProfile(parseRevocationList(bytes)),
  samples: [0, 1, 12].map((count) => buildList(sgp26List('B', { serials: madeUpSerials(count) }))),
};
const messages = CODECS.map(({ name, decode, samples }): Reader => ({
  name,
  read: decode,
  samples,
}));

/** Numbers below a limit, the same in every run (xorshift of 32 bits). */
function numbers(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}

/** One to four changes: a byte overwritten, a bit flipped, bytes cut out, doubled, or put in. */
function mutated(sample: Uint8Array, below: (limit: number) => number): Uint8Array {
  let bytes: Uint8Array = sample.slice();
  for (let changes = 1 + below(4); changes > 0; changes--) {
    const at = below(bytes.length + 1);
    const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
    const size = 1 + below(40);
    const kind = below(5);
    if (kind === 0) bytes = concatBytes(before, Uint8Array.of(below(256)), after.subarray(1));
    if (kind === 1)
      bytes = bytes.with(at % bytes.length, bytes[at % bytes.length]! ^ (1 << below(8)));
    if (kind === 2) bytes = concatBytes(before, after.subarray(size));
    if (kind === 3) bytes = concatBytes(before, after.subarray(0, size), after);
    if (kind === 4) bytes = concatBytes(before, new Uint8Array(size).fill(below(256)), after);
    if (bytes.length === 0) bytes = sample.slice();
  }
  return bytes;
}

/** Whether the bytes were taken. Anything that is thrown but a typed error goes on. */
function taken({ read }: Reader, bytes: Uint8Array): boolean {
  const start = process.cpuUsage();
  try {
    read(bytes);
    return true;
  } catch (error) {
    if (!(error instanceof ZkcxError)) throw error;
    expect(error.code).toMatch(/^ERR_[A-Z0-9_]+$/);
    return false;
  } finally {
    const { user, system } = process.cpuUsage(start);
    expect((user + system) / 1e6).toBeLessThan(LONGEST);
  }
}

test.each<[string, readonly Reader[]]>([
  ['certificates', [certificate]],
  ['revocation lists', [list]],
  ['messages of SGP.22', messages],
])(
  '%s',
  (_, readers) => {
    for (const reader of readers) {
      for (const sample of reader.samples) expect(reader.read(sample)).not.toBe(null);
    }
    const below = numbers(0x5eed);
    let [accepted, refused] = [0, 0];
    for (let i = 0; i < MUTATIONS; i++) {
      const reader = readers[i % readers.length]!;
      const sample = reader.samples[below(reader.samples.length)]!;
      if (taken(reader, mutated(sample, below))) accepted++;
      else refused++;
    }
    // both happen: text and numbers may change, structure may not
    expect([accepted > 0, refused > MUTATIONS / 2]).toEqual([true, true]);
  },
  600_000,
);

/** An element whose content is so many copies of some bytes, about a megabyte in all. */
const filled = (tag: number, part: Uint8Array): Uint8Array => {
  const copies = Math.floor((MEGABYTE - 64) / part.length);
  const content = new Uint8Array(copies * part.length);
  for (let i = 0; i < copies; i++) content.set(part, i * part.length);
  return concatBytes(tlvHeader(tag, content.length), content);
};

const element = (tag: number, ...content: Uint8Array[]) => {
  const all = concatBytes(...content);
  return concatBytes(tlvHeader(tag, all.length), all);
};
const oid = Uint8Array.of(0x06, 3, 0x55, 4, 3);
const rdn = element(0x31, element(0x30, oid, Uint8Array.of(0x0c, 1, 0x78)));
const entry = element(0x30, Uint8Array.of(2, 1, 5), utcTime('251224120000Z'));
const extension = element(0x30, Uint8Array.of(6, 3, 0x2a, 3, 4), Uint8Array.of(4, 0));
/** Many elements, no two alike, as the content of a SEQUENCE. */
const unlike = (count: number, make: (i: number) => Uint8Array): Uint8Array => {
  const parts = Array.from({ length: count }, (_, i) => make(i));
  const content = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    content.set(part, at);
    at += part.length;
  }
  return element(0x30, content);
};
const digits = (i: number) => [i >> 14, (i >> 7) & 0x7f, i & 0x7f];
const extensions = unlike(60_000, (i) =>
  element(0x30, Uint8Array.of(6, 4, 0x2a, ...digits(i)), Uint8Array.of(4, 0)),
);
const entries = unlike(40_000, (i) =>
  element(0x30, Uint8Array.of(2, 4, 1, ...digits(i)), utcTime('251224120000Z')),
);

/** A sample with one of its own elements in the place of which a large one stands, lengths made true. */
function enlarged(sample: Uint8Array, path: readonly number[], large: Uint8Array): Uint8Array {
  const { tag, parts } = split(sample);
  const [index, ...rest] = path as [number, ...number[]];
  const replaced = rest.length === 0 ? large : enlarged(parts[index]!, rest, large);
  return element(tag, ...parts.with(index, replaced));
}

function split(der: Uint8Array): { tag: number; parts: Uint8Array[] } {
  const read = (at: number) => {
    const first = der[at + 1]!;
    const more = first < 0x80 ? 0 : first & 0x7f;
    let length = more === 0 ? first : 0;
    for (let i = 0; i < more; i++) length = 256 * length + der[at + 2 + i]!;
    return { start: at + 2 + more, end: at + 2 + more + length };
  };
  const { start, end } = read(0);
  const parts: Uint8Array[] = [];
  for (let at = start; at < end; at = read(at).end) parts.push(der.slice(at, read(at).end));
  return { tag: der[0]!, parts };
}

const [cert] = certificate.samples as [Uint8Array];
const [, crl] = list.samples as [Uint8Array, Uint8Array];

test.each<[string, Reader, Uint8Array]>([
  [
    'a certificate of one serial number',
    certificate,
    enlarged(cert, [0, 1], filled(2, Uint8Array.of(1))),
  ],
  ['a certificate of RDNs', certificate, enlarged(cert, [0, 5], filled(0x30, rdn))],
  [
    'a certificate of one OID',
    certificate,
    enlarged(
      cert,
      [0, 5],
      element(0x30, element(0x31, element(0x30, filled(6, Uint8Array.of(0x81))))),
    ),
  ],
  [
    'a certificate of equal extensions',
    certificate,
    enlarged(cert, [0, 7], element(0xa3, filled(0x30, extension))),
  ],
  ['a certificate of extensions', certificate, enlarged(cert, [0, 7], element(0xa3, extensions))],
  [
    'a certificate of one time',
    certificate,
    enlarged(
      cert,
      [0, 4],
      element(0x30, filled(0x17, Uint8Array.of(0x31)), utcTime('491231235959Z')),
    ),
  ],
  ['a certificate of one signature', certificate, enlarged(cert, [2], filled(3, Uint8Array.of(0)))],
  ['a list of equal entries', list, enlarged(crl, [0, 5], filled(0x30, entry))],
  ['a list of entries', list, enlarged(crl, [0, 5], entries)],
  ['a list of one entry', list, enlarged(crl, [0, 5], element(0x30, filled(0x30, extension)))],
  ['a list of extensions', list, enlarged(crl, [0, 6], element(0xa0, extensions))],
  ['nothing but nesting', certificate, new Uint8Array(MEGABYTE).fill(0x30)],
  ['a list of nothing but nesting', list, new Uint8Array(MEGABYTE).fill(0x30)],
])('a megabyte: %s', (_, reader, bytes) => {
  expect(bytes.length).toBeGreaterThan(MEGABYTE / 2);
  taken(reader, bytes);
});

test.each(messages.map((reader) => [reader.name, reader] as const))(
  'a megabyte: %s',
  (_, reader) => {
    for (const sample of reader.samples.slice(0, 2)) {
      const tag = sample.slice(0, (sample[0]! & 0x1f) === 0x1f ? 2 : 1);
      const size = MEGABYTE;
      const length = Uint8Array.of(0x83, size >> 16, (size >> 8) & 0xff, size & 0xff);
      for (const part of [Uint8Array.of(0x30, 0), Uint8Array.of(0x80, 1, 5), Uint8Array.of(0)]) {
        const content = new Uint8Array(size);
        for (let at = 0; at + part.length <= size; at += part.length) content.set(part, at);
        taken(reader, concatBytes(tag, length, content));
      }
    }
  },
);
