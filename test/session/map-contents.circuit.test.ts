/** What a later map changes of an earlier one, against the same question asked of sets. */
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import {
  changeBetween,
  type EntryContents,
  isPacked,
  type MapContents,
  packSerials,
} from '../../src/session/map-contents.ts';

const entry = (serials: readonly bigint[], state: EntryContents['state'] = 'list') => ({
  state,
  point: 'http://ci.example/1.crl',
  serials: packSerials(serials),
});
const contents = (
  entries: readonly EntryContents[],
  cis: readonly bigint[] = [1n],
): MapContents => ({
  cis,
  entries: new Map(entries.map((one, i) => [BigInt(i), one])),
});
const change = (before: readonly EntryContents[], after: readonly EntryContents[]) =>
  changeBetween(contents(before), contents(after));

const serial = fc.oneof(
  fc.bigInt({ min: 0n, max: 12n }),
  fc.bigInt({ min: 0n, max: (1n << 160n) - 1n }),
);
const serials = fc.uniqueArray(serial, { maxLength: 9 });

describe('serial numbers', () => {
  test('are packed in ascending order, 20 bytes each', () => {
    fc.assert(
      fc.property(serials, (list) => {
        const packed = packSerials(list);
        const sorted = list.toSorted((a, b) => (a < b ? -1 : 1));
        expect(packed.toString('hex')).toBe(
          sorted.map((one) => one.toString(16).padStart(40, '0')).join(''),
        );
        expect(isPacked(packed)).toBe(true);
        expect(packSerials(list.toReversed())).toEqual(packed);
      }),
    );
  });

  test('in another order, twice, or cut are not packed ones', () => {
    const [one, two] = [packSerials([1n]), packSerials([2n])];
    expect(isPacked(Buffer.concat([one, two]))).toBe(true);
    expect(isPacked(Buffer.concat([two, one]))).toBe(false);
    expect(isPacked(Buffer.concat([one, one]))).toBe(false);
    expect(isPacked(Buffer.concat([one, two]).subarray(1))).toBe(false);
  });

  test('are added exactly where a set says so', () => {
    fc.assert(
      fc.property(serials, serials, fc.array(fc.nat(8)), (before, more, picks) => {
        const kept = [...new Set(picks.flatMap((i) => before[i] ?? []))];
        for (const after of [kept, [...new Set([...kept, ...more])]]) {
          const isAdded = after.some((one) => !before.includes(one));
          expect(change([entry(before)], [entry(after)])).toBe(isAdded ? 'spoils' : 'none');
        }
      }),
    );
  });

  test('are looked at in every entry', () => {
    const two = [entry([1n]), entry([2n])];
    expect(change(two, [entry([1n]), entry([2n])])).toBe('none');
    expect(change(two, [entry([1n]), entry([2n, 3n])])).toBe('spoils');
    expect(change(two, [entry([0n, 1n]), entry([2n])])).toBe('spoils');
    expect(change(two, [...two, entry([9n])])).toBe('none');
  });
});

describe('of two maps', () => {
  const states = ['none', 'list', 'awaited'] as const;
  test.each(states.flatMap((before) => states.map((after) => [before, after] as const)))(
    'an entry from %s to %s',
    (before, after) => {
      const spoils = before === 'list' && after === 'awaited';
      expect(change([entry([], before)], [entry([], after)])).toBe(spoils ? 'spoils' : 'none');
      // from no list to one, or back, the source changes, and that is enough
      const moved = { ...entry([], after), point: 'none' };
      expect(change([entry([], before)], [moved])).toBe('spoils');
    },
  );

  test('what is gone outweighs what was added', () => {
    const [before, after] = [[entry([1n]), entry([2n])], [entry([1n, 5n])]];
    expect(change(before, after)).toBe('removes');
    expect(changeBetween(contents(before, [1n, 2n]), contents(before, [2n, 3n]))).toBe('removes');
    expect(changeBetween(contents(before, [1n, 2n]), contents(before, [3n, 2n, 1n]))).toBe('none');
  });
});
