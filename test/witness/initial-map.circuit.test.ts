import { describe, expect, test } from '@jest/globals';
import { Field } from 'o1js';
import { initialMap } from '../../src/witness/initial-map.ts';
import { awaitedEntry, EntryMap, noneEntry } from '../../src/witness/revocation-map.ts';
import { codeOf } from '../pki/code-of.ts';

const SOURCES = [
  { key: 9n, point: 77n },
  { key: 3n, point: 0n },
  { key: 5n, point: 78n },
];

describe('the map that a registry begins with', () => {
  test('has its sources in ascending order of keys, whatever order they came in', () => {
    const map = initialMap(SOURCES);
    expect([...map.entries.keys()]).toEqual([3n, 5n, 9n]);
    const expected = new EntryMap();
    expected.set(3n, noneEntry().entry);
    expected.set(5n, awaitedEntry(Field(78)).entry);
    expected.set(9n, awaitedEntry(Field(77)).entry);
    expect(map.root).toEqual(expected.root);
    expect(initialMap(SOURCES.toReversed()).root).toEqual(map.root);
    expect(initialMap([]).root).toEqual(new EntryMap().root);
  });

  test.each([
    ['two of one key', [...SOURCES, { key: 5n, point: 1n }], 'ERR_REVOCATION_SOURCE_DUPLICATE'],
    ['a key of 0', [{ key: 0n, point: 1n }], 'ERR_REVOCATION_SOURCES'],
    ['a key that is no field element', [{ key: Field.ORDER, point: 1n }], 'ERR_REVOCATION_SOURCES'],
    ['a point that is none', [{ key: 1n, point: Field.ORDER }], 'ERR_REVOCATION_SOURCES'],
    [
      'more than the tree holds',
      Array.from({ length: 4096 }, (_, i) => ({ key: BigInt(i + 1), point: 0n })),
      'ERR_REVOCATION_SOURCES',
    ],
  ])('is not made with %s', (_, sources, code) => {
    expect(codeOf(() => initialMap(sources))).toBe(code);
  });
});
