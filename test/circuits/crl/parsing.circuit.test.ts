/** The readers of a list's parts, each on honest bytes and on bytes that the profile refuses. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { parseRevocationList } from '../../../src/asn1/index.ts';
import { concatBytes } from '../../../src/bytes.ts';
import { nameHash } from '../../../src/circuits/gadgets/certificate/name-hash.ts';
import { monthTable } from '../../../src/circuits/gadgets/certificate/times.ts';
import { DUMMY_ENTRY, readEntry } from '../../../src/circuits/gadgets/crl/entry.ts';
import { readListHeader } from '../../../src/circuits/gadgets/crl/header.ts';
import { readListExtensions } from '../../../src/circuits/gadgets/crl/list-extensions.ts';
import { pointHash } from '../../../src/circuits/gadgets/crl/point-hash.ts';
import { existsOne } from '../../../src/circuits/kimchi/gates.ts';
import {
  ascii,
  children,
  integer,
  lieAboutLength,
  nonMinimal,
  oid,
  readLoose,
  sequence,
  tlv,
  utcTime,
} from '../../support/certificates/der.ts';
import { longOid } from '../../support/certificates/sizes.ts';
import { authorityKeyIdentifier, extension } from '../../support/certificates/fields.ts';
import {
  buildList,
  CI_SIGNER,
  flag,
  issuingDistributionPoint,
  LIST_OID,
  listEntry,
  type ListChange,
  madeUpSerials,
  numberExtension,
  POINTS,
  reasonCode,
  sgp26List,
} from '../../support/crl/index.ts';
import { scanUnbound } from '../../support/kimchi/index.ts';
import { MemoryCircuit } from '../memory-circuit.ts';

/** The TBSCertList of a test list, whatever is wrong with it. */
function tbsOf(count: number, change?: ListChange): Uint8Array {
  const list = buildList(sgp26List('A', { serials: madeUpSerials(count) }), change);
  return children(readLoose(list).content)[0]!;
}

const cut = (bytes: Uint8Array, size: number) => {
  const window = new Uint8Array(size);
  window.set(bytes.subarray(0, size));
  return window;
};

/** What the circuit reads, if it takes the bytes. */
async function taken<T>(circuit: MemoryCircuit<T>, bytes: Uint8Array): Promise<unknown> {
  return (await circuit.accepts(bytes)) ? (await circuit.run(bytes)).values : undefined;
}

const at = (start: number, byte: number) => (bytes: Uint8Array) => bytes.with(start, byte);

describe('header', () => {
  const SIZE = 384;
  const circuit = new MemoryCircuit(SIZE, readListHeader, (facts) =>
    [
      facts.total,
      facts.issuerName,
      facts.thisUpdate,
      facts.nextUpdate,
      facts.entriesStart,
      facts.entriesEnd,
    ].map((field) => field.toBigInt()),
  );
  const window = (count: number, change?: ListChange) => cut(tbsOf(count, change), SIZE);
  beforeAll(async () => void (await circuit.build(window(1))));

  // lengths of one to two bytes in the TBSCertList and in revokedCertificates
  test.each([0, 1, 2, 10, 1000])('of a list with %i entries', async (count) => {
    const list = parseRevocationList(buildList(sgp26List('A', { serials: madeUpSerials(count) })));
    const { spans } = list;
    expect(await taken(circuit, cut(list.tbs, SIZE))).toEqual([
      BigInt(list.tbs.length),
      nameHash(list.issuer.der).toBigInt(),
      list.thisUpdate,
      list.nextUpdate,
      BigInt(spans.entries.start),
      BigInt(spans.entries.end),
    ]);
  });

  test('with lengths of three bytes', async () => {
    const [version, algorithm, issuer, from, until] = children(readLoose(tbsOf(1)).content);
    const header = (length: number) => Uint8Array.of(0x30, 0x83, length >> 16, length >> 8, length);
    const before = concatBytes(version!, algorithm!, issuer!, from!, until!);
    const bytes = (list: number, entries: number) =>
      cut(concatBytes(header(list), before, header(entries)), SIZE);
    const start = BigInt(10 + before.length);
    const facts = (await taken(circuit, bytes(0xfffffe, 0x10000))) as bigint[];
    expect(facts[0]).toBe(5n + 0xfffffen);
    expect(facts.slice(4)).toEqual([start, start + 0x10000n]);
    expect(await taken(circuit, bytes(0xffff, 0x10000))).toBeUndefined();
    expect(await taken(circuit, bytes(0x10000, 0xffff))).toBeUndefined();
  });

  const rsa = sequence(oid('1.2.840.113549.1.1.11'), tlv(0x05));
  test.each<[string, Uint8Array]>([
    ['version v1', window(1, (d) => (d.version = integer(0n)))],
    ['version v3', window(1, (d) => (d.version = integer(2n)))],
    ['no version', window(1, (d) => (d.version = new Uint8Array()))],
    ['another algorithm', window(1, (d) => (d.innerAlgorithm = rsa))],
    ['no nextUpdate', window(1, (d) => (d.nextUpdate = new Uint8Array()))],
    ['nextUpdate that is thisUpdate', window(1, (d) => (d.nextUpdate = d.thisUpdate))],
    ['a day that is not', window(1, (d) => (d.thisUpdate = utcTime('260230000000Z')))],
    ['empty revokedCertificates', window(1, (d) => (d.wrapEntries = () => sequence()))],
    [
      'a length that is not minimal',
      window(1, (d) => (d.wrapTbs = (c) => nonMinimal(sequence(c)))),
    ],
    [
      'entries with a length that is not minimal',
      window(1, (d) => (d.wrapEntries = (entries) => nonMinimal(sequence(...entries)))),
    ],
    ['an indefinite length', at(1, 0x80)(window(0))],
    ['another tag', at(0, 0x31)(window(1))],
  ])('refuses %s', async (_, bytes) => {
    expect(await taken(circuit, bytes)).toBeUndefined();
  });

  test('leaves nothing unbound but inverses of zero', async () => {
    const captured = await circuit.build(window(1));
    for (const { honest } of scanUnbound(captured)) expect(honest).toBe(0n);
  });
});

describe('entry', () => {
  const circuit = new MemoryCircuit(
    200,
    (walk) => readEntry(walk, monthTable(walk.context), walk.memory.atConstant(0)),
    ({ serialNumber, end }) => [serialNumber.toBigInt(), end.index.toBigInt()],
  );
  const run = (entry: Uint8Array) => taken(circuit, cut(entry, 200));
  beforeAll(async () => void (await circuit.build(cut(listEntry(5n, reasonCode(1)), 200))));

  const date = utcTime('251224120000Z');
  const withExtensions = (...extensions: Uint8Array[]) =>
    sequence(integer(7n), date, sequence(...extensions));
  const expiration = extension(LIST_OID.expirationDate, date);
  const reason = (value: number) => reasonCode(value);
  const invalidityDate = extension(LIST_OID.invalidityDate, tlv(0x18, ascii('20251201000000Z')));
  const note = (type: string, size: number) => extension(type, new Uint8Array(size));
  const rawReason = (...bytes: number[]) =>
    withExtensions(extension(LIST_OID.reasonCode, Uint8Array.from(bytes)));
  const issuer = (isCritical: boolean) =>
    withExtensions(extension(LIST_OID.certificateIssuer, sequence(), isCritical));

  test.each<[string, Uint8Array, bigint]>([
    ['no extensions', sequence(integer(7n), date), 7n],
    ['an expiration date', listEntry(7n), 7n],
    ['both', listEntry(7n, reasonCode(10)), 7n],
    ['both, the other way round', withExtensions(reasonCode(0), expiration), 7n],
    ['invalidityDate', withExtensions(invalidityDate), 7n],
    ['all three', listEntry(7n, invalidityDate, reasonCode(1)), 7n],
    ['an unknown extension', withExtensions(numberExtension('1.2.3', 1n)), 7n],
    [
      'an unknown extension without a value',
      withExtensions(extension('1.2.3', new Uint8Array(0))),
      7n,
    ],
    ['two unknown extensions', withExtensions(note('1.2.3', 20), note('1.2.4', 40)), 7n],
    ...[0, 1, 2, 3, 4, 5, 6, 9, 10].map((value): [string, Uint8Array, bigint] => [
      `reason ${value}`,
      withExtensions(reason(value)),
      7n,
    ]),
    ['20 bytes of serial number', listEntry((1n << 159n) - 1n), (1n << 159n) - 1n],
    ['serial number 0', listEntry(0n), 0n],
    ['the entry of unused slots', DUMMY_ENTRY, 0n],
    ['GeneralizedTime', sequence(integer(7n), tlv(0x18, ascii('20500101000000Z'))), 7n],
  ])('with %s', async (_, entry, serial) => {
    expect(await run(entry)).toEqual([serial, BigInt(entry.length)]);
  });

  const critical = extension(LIST_OID.reasonCode, tlv(0x0a, Uint8Array.of(1)), true);
  test.each<[string, Uint8Array]>([
    ['removeFromCRL', withExtensions(reason(8))],
    ['reason 7', withExtensions(reason(7))],
    ['reason 11', withExtensions(reason(11))],
    [
      'a reason of two bytes',
      withExtensions(extension(LIST_OID.reasonCode, tlv(0x0a, Uint8Array.of(0, 1)))),
    ],
    ['a reason that is an INTEGER', withExtensions(extension(LIST_OID.reasonCode, integer(1n)))],
    ['a critical reason', withExtensions(critical)],
    ['two reasons', withExtensions(reason(1), reason(1))],
    ['two expiration dates', withExtensions(expiration, expiration)],
    ['three extensions', withExtensions(reason(1), expiration, reason(2))],
    ['a reason without a value', rawReason()],
    ['a reason that is empty, and a byte', rawReason(0x0a, 0x00, 0xc0)],
    ['a reason and a byte', rawReason(0x0a, 0x01, 0x01, 0x00)],
    ['two invalidity dates', withExtensions(invalidityDate, invalidityDate)],
    ['an unknown extension twice', withExtensions(note('1.2.3', 1), expiration, note('1.2.3', 2))],
    ['a critical unknown extension', withExtensions(numberExtension('1.2.3', 1n, true))],
    ['four extensions', withExtensions(...[1, 2, 3, 4].map((i) => note(`1.2.${i}`, 1)))],
    ['an OID of 31 bytes', withExtensions(note(longOid(31), 1))],
    ['certificateIssuer', issuer(true)],
    ['certificateIssuer that is not critical', issuer(false)],
    ['an empty list of extensions', withExtensions()],
    ['a serial number of 21 bytes', listEntry(1n << 160n)],
    ['a negative serial number', sequence(tlv(2, Uint8Array.of(0x80)), date)],
    ['a serial number that is not minimal', sequence(tlv(2, Uint8Array.of(0, 1)), date)],
    ['an empty serial number', sequence(tlv(2), date)],
    ['a date that is not', sequence(integer(7n), utcTime('251324120000Z'))],
    ['no date', sequence(integer(7n))],
    ['something behind', sequence(integer(7n), date, integer(1n))],
    ['a length that is not minimal', nonMinimal(sequence(integer(7n), date))],
    ['a length too large', lieAboutLength(sequence(integer(7n), date), 1)],
    ['a length too small', lieAboutLength(sequence(integer(7n), date), -1)],
  ])('refuses %s', async (_, entry) => {
    expect(await run(entry)).toBeUndefined();
  });

  test('leaves nothing unbound but inverses of zero', async () => {
    const captured = await circuit.build(cut(listEntry(5n, reasonCode(1)), 200));
    for (const { honest } of scanUnbound(captured)) expect(honest).toBe(0n);
  });
});

describe('crlExtensions', () => {
  const SIZE = 400;
  let length = 0;
  const circuit = new MemoryCircuit(
    SIZE,
    (walk) =>
      readListExtensions(
        walk,
        walk.memory.atConstant(0),
        existsOne(() => BigInt(length)),
      ),
    ({ authorityKeyIdentifier: aki, crlNumber, point, onlyUser, onlyCa }) =>
      [aki.length, aki.value, crlNumber, point, onlyUser, onlyCa].map((x) => x.toBigInt()),
  );
  const run = (der: Uint8Array) => {
    length = der.length;
    return taken(circuit, cut(der, SIZE));
  };
  const key = authorityKeyIdentifier(CI_SIGNER.keyIdentifier);
  const number = (value: bigint, isCritical = false) =>
    numberExtension(LIST_OID.cRLNumber, value, isCritical);
  const others = (i: number, isCritical = false) => numberExtension(`1.2.${i}`, 7n, isCritical);
  const point = (...fields: Uint8Array[]) => issuingDistributionPoint(POINTS.A, ...fields);
  const explicit = (...all: Uint8Array[]) => tlv(0xa0, sequence(...all));
  const honest = explicit(key, number(1n), point());
  beforeAll(async () => {
    length = honest.length;
    await circuit.build(cut(honest, SIZE));
  });

  const authorityOf = (bytes: number) =>
    extension(
      '2.5.29.35',
      sequence(
        tlv(0x80, CI_SIGNER.keyIdentifier),
        tlv(0xa1, tlv(0x82, ascii('ci'))),
        tlv(0x82, new Uint8Array(bytes).fill(1)),
      ),
    );

  const keyBytes = BigInt(`0x${Buffer.from(CI_SIGNER.keyIdentifier).toString('hex')}`);
  const facts = (crlNumber: bigint, user = 0n, ca = 0n, uri: string = POINTS.A) => [
    BigInt(CI_SIGNER.keyIdentifier.length),
    keyBytes,
    crlNumber,
    pointHash(ascii(uri)).toBigInt(),
    user,
    ca,
  ];
  const longest = `http:${'a'.repeat(212)}`;
  test.each<[string, Uint8Array, bigint[]]>([
    ['in one order', honest, facts(1n)],
    ['in another', explicit(point(), number(1n), key), facts(1n)],
    ['crlNumber 0', explicit(key, number(0n), point()), facts(0n)],
    [
      'the largest crlNumber',
      explicit(key, number((1n << 63n) - 1n), point()),
      facts((1n << 63n) - 1n),
    ],
    ['crlNumber at the end', explicit(key, point(), number(5n)), facts(5n)],
    ['unknown extensions', explicit(others(1), key, others(2), number(1n), point()), facts(1n)],
    [
      'the most extensions',
      explicit(key, ...Array.from({ length: 9 }, (_, i) => others(i)), number(1n), point()),
      facts(1n),
    ],
    ['a critical number', explicit(key, number(1n, true), point()), facts(1n)],
    ['onlyContainsUserCerts', explicit(key, number(1n), point(flag(1))), facts(1n, 1n)],
    ['onlyContainsCACerts', explicit(key, number(1n), point(flag(2))), facts(1n, 0n, 1n)],
    [
      'a URI of 217 bytes',
      explicit(key, number(1n), issuingDistributionPoint(longest)),
      facts(1n, 0n, 0n, longest),
    ],
  ])('%s', async (_, der, expected) => {
    expect(await run(der)).toEqual(expected);
  });

  const uri = (text: string) => tlv(0x86, ascii(text));
  const pointOf = (value: Uint8Array, isCritical = true) =>
    explicit(key, number(1n), extension(LIST_OID.issuingDistributionPoint, value, isCritical));
  const names = (...all: Uint8Array[]) => tlv(0xa0, tlv(0xa0, ...all));
  test.each<[string, Uint8Array]>([
    [
      'a delta list',
      explicit(key, number(1n), point(), numberExtension(LIST_OID.deltaCRLIndicator, 1n, true)),
    ],
    [
      'a delta in the place of the number',
      explicit(key, numberExtension(LIST_OID.deltaCRLIndicator, 1n), point()),
    ],
    [
      'a part of a list',
      explicit(
        key,
        number(1n),
        point(),
        numberExtension(LIST_OID.totalPartialCrlNumber, 2n),
        numberExtension(LIST_OID.partialCrlNumber, 1n),
      ),
    ],
    [
      '13 extensions',
      explicit(key, ...[...Array(10).keys()].map((i) => others(i)), number(1n), point()),
    ],
    ['a critical unknown extension', explicit(key, number(1n), others(3, true), point())],
    ['an unknown extension twice', explicit(others(1), key, number(1n), others(1), point())],
    [
      'half of the marks of a part',
      explicit(key, number(1n), point(), numberExtension(LIST_OID.totalPartialCrlNumber, 1n)),
    ],
    [
      'a delta list that is not marked critical',
      explicit(key, number(1n), point(), numberExtension(LIST_OID.deltaCRLIndicator, 1n)),
    ],
    ['an AKI with a serial number of 32 bytes', explicit(authorityOf(32), number(1n), point())],
    ['a URI of 218 bytes', explicit(key, number(1n), issuingDistributionPoint(`${longest}a`))],
    [
      'an unknown critical one instead',
      explicit(key, numberExtension('2.5.29.99', 1n, true), point()),
    ],
    ['two numbers', explicit(number(1n), number(1n), point())],
    ['two numbers and a key', explicit(number(1n), number(1n), key)],
    ['no key', explicit(number(1n), point())],
    ['no number', explicit(key, point())],
    ['no point', explicit(key, number(1n))],
    [
      'a negative number',
      explicit(key, extension(LIST_OID.cRLNumber, tlv(2, Uint8Array.of(0x80))), point()),
    ],
    ['a number of 9 bytes', explicit(key, number(1n << 63n), point())],
    [
      'a number and more',
      explicit(key, extension(LIST_OID.cRLNumber, concatBytes(integer(1n), integer(1n))), point()),
    ],
    ['onlySomeReasons', explicit(key, number(1n), point(tlv(0x83, Uint8Array.of(1, 6))))],
    ['indirectCRL', explicit(key, number(1n), point(flag(4)))],
    ['onlyContainsAttributeCerts', explicit(key, number(1n), point(flag(5)))],
    ['both flags', explicit(key, number(1n), point(flag(1), flag(2)))],
    ['flags in the wrong order', explicit(key, number(1n), point(flag(2), flag(1)))],
    ['a flag FALSE', explicit(key, number(1n), point(tlv(0x81, Uint8Array.of(0))))],
    ['a point that is not critical', pointOf(sequence(names(uri(POINTS.A))), false)],
    ['two URIs', pointOf(sequence(names(uri(POINTS.A), uri(POINTS.B))))],
    ['an empty URI', pointOf(sequence(names(uri(''))))],
    ['a directory name', pointOf(sequence(names(tlv(0xa4, sequence()))))],
    ['a name relative to the issuer', pointOf(sequence(tlv(0xa0, tlv(0xa1, uri(POINTS.A)))))],
    ['no name', pointOf(sequence(flag(1)))],
    ['something behind', concatBytes(honest, integer(1n))],
    [
      'a list that ends early',
      tlv(0xa0, concatBytes(sequence(key, number(1n), point()), integer(1n))),
    ],
    ['a length that is not minimal', nonMinimal(honest)],
    ['another tag', tlv(0xa1, sequence(key, number(1n), point()))],
  ])('refuses %s', async (_, der) => {
    expect(await run(der)).toBeUndefined();
  });

  test('leaves nothing unbound but inverses of zero', async () => {
    length = honest.length;
    const captured = await circuit.build(cut(honest, SIZE));
    for (const { honest: value } of scanUnbound(captured)) expect(value).toBe(0n);
  });
});
