/** Provers that lie in one hint, or in several that fit each other. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { readAttributes } from '../../../src/circuits/gadgets/certificate/attributes.ts';
import { hashName } from '../../../src/circuits/gadgets/certificate/name-hash.ts';
import { walkName } from '../../../src/circuits/gadgets/certificate/names.ts';
import { monthTable, readTime } from '../../../src/circuits/gadgets/certificate/times.ts';
import { generalizedTime, TAG, utcTime } from '../../support/certificates/der.ts';
import { attribute, name, OID } from '../../support/certificates/fields.ts';
import { evaluate, scanUnbound } from '../../support/kimchi/index.ts';
import type { Captured } from '../../support/kimchi/index.ts';
import {
  acceptedLies,
  hintsOf,
  isComparison,
  witnessWithLies,
} from '../../support/lying-prover.ts';
import type { Hint } from '../../support/lying-prover.ts';
import { MemoryCircuit } from '../memory-circuit.ts';

/** Without those of the memory, which has tests of its own, and of Poseidon. */
const own = (hints: Hint[]) => hints.filter(({ source }) => !/\/(memory|hash)\.ts/.test(source));

describe('a Name', () => {
  const NAME = name(
    attribute(OID.country, 'ES', TAG.printableString),
    attribute(OID.organisation, 'An organisation of more than 31 bytes'),
    attribute(OID.serialNumber, '89049032', TAG.printableString),
  );
  const names = new MemoryCircuit(112, (walk) => {
    const { name: whole, slots } = walkName(walk, walk.memory.atConstant(0));
    hashName(walk, whole);
    readAttributes(walk, slots);
  });
  let captured: Captured;
  let hints: Hint[];
  beforeAll(async () => {
    captured = await names.build(NAME);
    hints = own(
      await hintsOf(
        captured,
        names.circuit,
        /certificate\/(names|attributes|name-hash|organisation)\.ts/,
      ),
    );
  });

  test('has no hint to lie about but the inverses of zero', async () => {
    // 6 slots of 7 hints, one of them without a bit; 12 comparisons of 2; selection, splits, header
    expect(hints.length).toBe(6 * 7 - 1 + 12 * 2 + 6 + 3 + 7 + 1);
    // slots 3 to 5 are the same equations again, and empty as slot 6 is
    const some = hints.filter((_, i) => i < 14 || i >= 35);
    const accepted = await acceptedLies(captured, names.circuit, some);
    const places = new Set(accepted.map(({ number, value }) => `${number}: ${value}`));
    expect(accepted.every(isComparison)).toBe(true);
    expect(places.size).toBe(2);
  });

  test('leaves nothing else unbound', () => {
    expect(scanUnbound(captured).map(({ honest }) => honest)).toEqual([0n, 0n]);
  });

  test.each([
    ['nothing in the first chunk', [0n, 31n, 31n, 20n]],
    ['a second chunk that is not full', [31n, 30n, 21n]],
    ['a first chunk that is not full', [30n, 31n, 21n]],
  ])('is hashed in one split: refuses %s', async (_, sizes) => {
    const chunks = hints.filter(({ source }) => source.includes('/name-hash.ts'));
    expect(chunks.length).toBe(7);
    const lies = new Map(sizes.map((size, i) => [chunks[i]!.number, size]));
    const witness = await witnessWithLies(captured, names.circuit, lies);
    expect(evaluate(captured, witness)).not.toEqual([]);
  });

  test.each([
    ['an early begun second chunk', [30n, 7n, 0n]],
    ['an empty first chunk', [0n, 31n, 6n]],
    ['a chunk of -1 bytes', [31n, 7n, -1n]],
  ])('has an organisation in one split: refuses %s', async (_, sizes) => {
    const chunks = hints.filter(({ source }) => source.includes('/organisation.ts'));
    expect(chunks.length).toBe(3);
    const lies = new Map(sizes.map((size, i) => [chunks[i]!.number, size]));
    const witness = await witnessWithLies(captured, names.circuit, lies).catch(() => undefined);
    expect(witness === undefined || evaluate(captured, witness).length > 0).toBe(true);
  });

  test('has its RDNs in the first slots', async () => {
    // of a slot: its bit (none in the first), SET, OID, two parts of the type, string, tag
    const slots = hints.filter(({ source }) => source.includes('/names.ts'));
    const bits = slots.filter((_, i) => i % 7 === 6);
    expect(bits.map(({ value }) => value)).toEqual([1n, 1n, 0n, 0n, 0n]);
    for (const pattern of [
      [1n, 0n, 1n, 0n, 0n],
      [0n, 0n, 0n, 1n, 1n],
      [1n, 0n, 0n, 0n, 0n],
      [1n, 1n, 1n, 0n, 0n],
    ]) {
      const lies = new Map(pattern.map((bit, i) => [bits[i]!.number, bit]));
      const witness = await witnessWithLies(captured, names.circuit, lies).catch(() => undefined);
      expect(witness === undefined || evaluate(captured, witness).length > 0).toBe(true);
    }
  });
});

describe.each([
  ['UTCTime', utcTime('000229235959Z')],
  ['UTCTime of the last century', utcTime('990228000000Z')],
  ['GeneralizedTime', generalizedTime('20000229235959Z')],
])('a %s', (_, der) => {
  const times = new MemoryCircuit(24, (walk) => {
    readTime(walk, monthTable(walk.context), walk.memory.atConstant(0));
  });
  let captured: Captured;
  beforeAll(async () => {
    captured = await times.build(der);
  });

  test('has no hint to lie about but an inverse of zero', async () => {
    const hints = own(
      await hintsOf(captured, times.circuit, /certificate\/(times|years|digits)\.ts/),
    );
    // form, century, 6 pairs, 7 numbers, month, pivot, year >= 1970 (2), 2 quarters of 3, 1 comparison of 2
    expect(hints.length).toBe(2 + 6 + 7 + 1 + 1 + 2 + 6 + 2);
    const more = (value: bigint) => [value + 4n, value + 246n];
    const accepted = await acceptedLies(captured, times.circuit, hints, more);
    expect(accepted.every(isComparison)).toBe(true);
  });

  test('leaves nothing else unbound', () => {
    expect(scanUnbound(captured).every(({ honest }) => honest === 0n)).toBe(true);
    expect(scanUnbound(captured).length).toBeLessThanOrEqual(1);
  });
});
