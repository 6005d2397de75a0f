/** What may follow what in the map: the contract's own functions, and what is said before proving. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import { Bool, Field } from 'o1js';
import { CrlClaim } from '../../../src/circuits/crl.ts';
import { emptyRoot } from '../../../src/circuits/gadgets/merkle.ts';
import { domainHash } from '../../../src/circuits/hash.ts';
import { mapLeaf, RevocationEntry } from '../../../src/circuits/revocation.ts';
import { MAP_HEIGHT } from '../../../src/params.ts';
import {
  awaitedEntry,
  EntryMap,
  entryOfSource,
  type MapEntry,
  type MapPlace,
  noneEntry,
  RevocationMap,
  SerialTree,
} from '../../../src/witness/revocation-map.ts';
import { ListUpdate, MapPath, SourceAddition } from '../../../src/zkapp/contract/arguments.ts';
import { listArguments, sourceAddition, sourceChange } from '../../../src/zkapp/contract/lists.ts';
import {
  withAddedSource,
  withChangedSource,
  withList,
} from '../../../src/zkapp/contract/revocation.ts';
import { periodOf, type RegistryState, type Slots } from '../../../src/zkapp/contract/state.ts';
import { codeOf } from '../../pki/code-of.ts';
import { CA, keyOf, list, NONE, OTHER, POINT, statementOf, USER } from './revocation-map.ts';
import { CLOCK, LEAVES, rootOf, SLOTS, timeOf } from './values.ts';

let map = new RevocationMap();

beforeEach(() => {
  map = new RevocationMap();
});

const stateOf = (of: { readonly root: Field } = map): RegistryState => ({
  registryRoot: 0n,
  nextIndex: 0n,
  trustRoot: rootOf(LEAVES).toBigInt(),
  revocationRoot: of.root.toBigInt(),
  adminKeyHash: 0n,
  pendingActions: 0n,
  pendingSlot: 0n,
  clock: CLOCK,
});

function fieldPeriod(slots: Slots) {
  const { from, until } = periodOf(stateOf(), slots);
  return { from: Field(from), until: Field(until) };
}

const PERIOD = fieldPeriod(SLOTS);
/** A time when no list is fresh any more. */
const FAR = { first: 2 ** 31, last: 2 ** 31 };
const POINT_2 = Field(78);

const keyIn = (place: MapPlace) => keyOf(place).toBigInt();

const additionOf = (place: MapPlace, point: Field, to = map.hashed) =>
  sourceAddition({ state: stateOf(to), map: to, key: keyIn(place), point });
const changeOf = (place: MapPlace, point: Field, slots: Slots = SLOTS) =>
  sourceChange({ state: stateOf(), map: map.hashed, key: keyIn(place), point, slots });

/** Add a source as the contract does, and see that the map agrees. */
function add(place: MapPlace, point: Field): void {
  const root = withAddedSource(map.root, additionOf(place, point));
  map.set(place, entryOfSource(point));
  expect(root).toEqual(map.root);
}

/** The update of an entry, whether it is allowed or not. */
function updateOf(place: MapPlace, after: MapEntry): ListUpdate {
  // a change of source to any other point has the same leaf and path
  const { before, nextKey, path } = changeOf(place, Field(999), FAR);
  return new ListUpdate({ before, after: after.entry, nextKey, path });
}

/** Put a list into an entry as the contract does, and see that the map agrees. */
function put(
  place: MapPlace,
  after: MapEntry,
  { proven = statementOf(place, after), update = updateOf(place, after) } = {},
): void {
  const root = withList(map.root, proven, update, PERIOD);
  map.set(place, after);
  expect(root).toEqual(map.root);
}

type Leaves = Readonly<Record<number, Field>>;

/** A node of the map with these leaves. */
function nodeIn(leaves: Leaves, level: number, index: number): Field {
  if (level === 0) return leaves[index] ?? Field(0);
  const size = 2 ** level;
  const isUsed = Object.keys(leaves).some((place) => Math.floor(Number(place) / size) === index);
  if (!isUsed) return emptyRoot(level);
  const children = [2 * index, 2 * index + 1].map((child) => nodeIn(leaves, level - 1, child));
  return domainHash('node', children);
}

function pathIn(leaves: Leaves, index: number): MapPath {
  const levels = Array.from({ length: MAP_HEIGHT }, (_, level) => level);
  return new MapPath({
    siblings: levels.map((level) => nodeIn(leaves, level, (index >> level) ^ 1)),
    right: levels.map((level) => Bool(((index >> level) & 1) === 1)),
  });
}

describe('a source', () => {
  test('comes into the map at its next leaf, in whatever order of keys', () => {
    for (const [issuer, point] of [3n, 9n, 1n, 7n, 2n].map((i) => [i, Field(i)] as const)) {
      add({ issuer: Field(issuer), listKind: 0n }, point);
      add({ issuer: Field(issuer), listKind: 1n }, NONE);
    }
    expect(map.size).toBe(10);
  });

  test('comes once', () => {
    add(CA, POINT);
    expect(codeOf(() => additionOf(CA, POINT_2))).toBe('ERR_REGISTRY_SOURCE');
    // arguments for a map that has not got it are not for this root
    const forged = additionOf(CA, POINT_2, new EntryMap());
    expect(() => withAddedSource(map.root, forged)).toThrow(/its path/);
    const own = map.hashed.pathAtOrBelow(keyIn(CA));
    const { path } = changeOf(CA, POINT_2);
    const besides = new SourceAddition({
      ...forged,
      low: {
        key: Field(own.leaf.key),
        nextKey: Field(own.leaf.nextKey),
        entry: Field(own.leaf.value),
        path,
      },
    });
    expect(() => withAddedSource(map.root, besides)).toThrow(/entry is new/);
  });

  test('stands below the next key', () => {
    const [low, high] = [CA, OTHER].sort((a, b) =>
      keyOf(a).toBigInt() < keyOf(b).toBigInt() ? -1 : 1,
    ) as [MapPlace, MapPlace];
    const wide = additionOf(high, POINT);
    add(low, POINT);
    const { path } = changeOf(low, POINT_2);
    const key = keyOf(low);
    const { place, last } = additionOf(high, POINT);
    // the sentinel's leaf, as if nothing stood between it and the high key
    const skipping = new SourceAddition({ ...wide, place, last });
    expect(() => withAddedSource(map.root, skipping)).toThrow(/its path/);
    const sentinel = map.hashed.pathAt(0).leaf;
    expect(sentinel.nextKey).toBe(key.toBigInt());
    const narrow = { ...wide.low, nextKey: key, path: { ...path } };
    const { siblings, right } = map.hashed.pathAt(0);
    narrow.path = { siblings, right: right.map((bit) => bit.equals(1)) };
    const above = new SourceAddition({ ...wide, low: narrow, place, last });
    expect(() => withAddedSource(map.root, above)).toThrow(/entry is new/);
  });

  test('skips no leaf and overwrites none', () => {
    add(CA, POINT);
    const addition = additionOf(USER, POINT);
    const later = map.hashed.copy();
    later.set(keyIn(OTHER), noneEntry().entry);
    const beyond = additionOf(USER, POINT, later);
    // the place behind the next one is empty, but its siblings are those of a map that has the next one
    expect(() =>
      withAddedSource(map.root, new SourceAddition({ ...addition, place: beyond.place })),
    ).toThrow(/is empty|skipped/);
    const taken = changeOf(CA, POINT_2).path;
    expect(() =>
      withAddedSource(map.root, new SourceAddition({ ...addition, place: taken })),
    ).toThrow(/is empty/);
  });

  test.each([
    ['after the sentinel', 0],
    ['after an empty leaf', 1],
  ])('at a leaf further on, %s, is refused though its paths are right', (_, before) => {
    const addition = additionOf(CA, POINT);
    const { key, nextKey, entry } = addition.low;
    const lowered = { 0: mapLeaf(key, addition.mapKey, entry) };
    const awaited = RevocationEntry.hash(awaitedEntry(POINT).entry);
    const added = { ...lowered, 2: mapLeaf(addition.mapKey, nextKey, awaited) };
    const leaf = before === 0 ? added[0] : Field(0);
    const last = { leaf, path: pathIn(added, before) };
    const lie = new SourceAddition({ ...addition, place: pathIn(lowered, 2), last });
    expect(() => withAddedSource(map.root, lie)).toThrow(/skipped/);
  });

  test('changes: none to a point, a point to another one or to none', () => {
    add(CA, NONE);
    for (const point of [POINT, POINT_2, NONE]) {
      const root = withChangedSource(map.root, changeOf(CA, point), PERIOD);
      map.set(CA, entryOfSource(point));
      expect(root).toEqual(map.root);
    }
  });

  test('does not change to itself', () => {
    add(CA, POINT);
    expect(codeOf(() => changeOf(CA, POINT))).toBe('ERR_REGISTRY_SOURCE');
    const same = { ...changeOf(CA, NONE), point: POINT };
    expect(() => withChangedSource(map.root, same, PERIOD)).toThrow(/another one/);
  });

  test.each([
    ['none', NONE],
    ['another point', POINT_2],
  ])('of a list does not change to %s until the list is over', (_, point) => {
    const [end, thisUpdate] = [timeOf(SLOTS.first), timeOf(SLOTS.first) - 100n];
    map.set(CA, list({ thisUpdate, nextUpdate: end + 1n }));
    expect(codeOf(() => changeOf(CA, point))).toBe('ERR_REVOCATION_NONE');
    const forced = changeOf(CA, point, FAR);
    expect(() => withChangedSource(map.root, forced, PERIOD)).toThrow(/until its nextUpdate/);
    map.set(CA, list({ thisUpdate, nextUpdate: end }));
    const root = withChangedSource(map.root, changeOf(CA, point), PERIOD);
    map.set(CA, entryOfSource(point, thisUpdate));
    expect(root).toEqual(map.root);
  });
});

describe('a list', () => {
  test('fills an entry that awaits it, and later ones follow', () => {
    add(CA, POINT);
    add(OTHER, POINT);
    put(CA, list({ crlNumber: 0n, thisUpdate: 1n }));
    put(CA, list({ crlNumber: 1n, thisUpdate: 2n }));
    put(OTHER, list());
  });

  test('of an entry with the source none is refused', () => {
    add(CA, NONE);
    expect(() => put(CA, list())).toThrow(/no source/);
    expect(() => put(CA, list({ point: 0n }))).toThrow(/no source/);
  });

  test.each([
    ['of the same number', { thisUpdate: 501n }, /later/],
    ['of an older number', { crlNumber: 3n, thisUpdate: 501n }, /later/],
    ['of the same time', { crlNumber: 5n }, /later/],
    ['of an older time', { crlNumber: 5n, thisUpdate: 499n }, /later/],
    ['of another point', { crlNumber: 5n, thisUpdate: 501n, point: 78n }, /distribution point/],
  ])('%s is refused', (_, changes, message) => {
    map.set(CA, list({ thisUpdate: 500n }));
    expect(() => put(CA, list({ thisUpdate: 500n, ...changes }))).toThrow(message);
  });

  test('of another point does not fill an entry that awaits its first', () => {
    add(CA, POINT);
    expect(() => put(CA, list({ point: 78n }))).toThrow(/distribution point/);
  });

  test('that is not in force in all slots is refused', () => {
    add(CA, POINT);
    const [start, end] = [timeOf(SLOTS.first), timeOf(SLOTS.last + 1)];
    expect(() => put(CA, list({ thisUpdate: start + 1n }))).toThrow(/valid already/);
    expect(() => put(CA, list({ nextUpdate: end - 1n }))).toThrow(/still valid/);
    put(CA, list({ thisUpdate: start, nextUpdate: end }));
  });

  test('of another issuer or kind does not fill an entry', () => {
    for (const place of [CA, USER, OTHER]) add(place, POINT);
    const update = updateOf(CA, list());
    for (const place of [USER, OTHER]) {
      expect(() => put(CA, list(), { proven: statementOf(place, list()), update })).toThrow(
        /its path/,
      );
    }
  });

  test('counts as it was proven only', () => {
    add(CA, POINT);
    const proven = statementOf(CA, list());
    const shorter = { ...list(), entry: { ...list().entry, serials: new SerialTree().root } };
    expect(() => put(CA, shorter, { proven })).toThrow(/proven/);
    expect(() => put(CA, list({ crlNumber: 9n }), { proven })).toThrow(/proven/);
  });

  test('does not follow a list that the entry does not hold', () => {
    map.set(CA, list({ crlNumber: 9n }));
    const after = list({ crlNumber: 5n, thisUpdate: timeOf(SLOTS.first) });
    const update = updateOf(CA, after);
    const older = list({ crlNumber: 4n }).entry;
    expect(() => put(CA, after, { update: new ListUpdate({ ...update, before: older }) })).toThrow(
      /its path/,
    );
  });
});

describe('no list is older than one that the entry held before', () => {
  /** An entry whose list is over, and what its thisUpdate was. */
  const last = timeOf(SLOTS.first) - 50n;
  const held = list({ crlNumber: 9n, thisUpdate: last, nextUpdate: timeOf(SLOTS.first) });

  /** Change the source as the contract does, and see that the map agrees. */
  function change(point: Field): void {
    const root = withChangedSource(map.root, changeOf(CA, point), PERIOD);
    map.set(CA, entryOfSource(point, last));
    expect(root).toEqual(map.root);
  }

  const refused = (after: MapEntry) => {
    const claim = new CrlClaim({
      ...statementOf(CA, after),
      trustRoot: rootOf(LEAVES),
      count: Field(0),
    });
    const context = { state: stateOf(), map: map.hashed, key: keyIn(CA) };
    const input = { ...context, claim, after: after.entry, slots: SLOTS };
    expect(codeOf(() => listArguments(input))).toBe('ERR_REVOCATION_OLDER');
    expect(() => put(CA, after)).toThrow(/thisUpdate is later/);
  };

  test.each([
    ['A -> B -> A', [POINT_2, POINT]],
    ['A -> none -> A', [NONE, POINT]],
    ['A -> none -> B -> none -> A', [NONE, POINT_2, NONE, POINT]],
  ])('by way of %s', (_, points) => {
    map.set(CA, held);
    for (const point of points) change(point);
    // a higher number does not help, nor does a list that is still in force
    for (const thisUpdate of [1n, last - 1n, last]) refused(list({ crlNumber: 99n, thisUpdate }));
    // numbers of another source begin anew
    put(CA, list({ crlNumber: 0n, thisUpdate: last + 1n }));
  });

  test('from the source in between either', () => {
    map.set(CA, held);
    change(POINT_2);
    for (const thisUpdate of [last - 1n, last]) refused(list({ point: 78n, thisUpdate }));
    put(CA, list({ point: 78n, crlNumber: 1n, thisUpdate: last + 1n }));
  });

  test('whatever an entry is said to have held', () => {
    map.set(CA, held);
    change(POINT_2);
    change(POINT);
    const after = list({ thisUpdate: last });
    const update = updateOf(CA, after);
    const before = awaitedEntry(POINT, last - 1n).entry;
    expect(() => put(CA, after, { update: new ListUpdate({ ...update, before }) })).toThrow(
      /its path/,
    );
  });
});

describe('arguments', () => {
  const refusal = (after: MapEntry, place = CA, of = statementOf(place, after), to = map) => {
    const claim = new CrlClaim({ ...of, trustRoot: rootOf(LEAVES), count: Field(0) });
    const context = { state: stateOf(to), map: map.hashed, key: keyIn(place) };
    const input = { ...context, claim, after: after.entry, slots: SLOTS };
    return codeOf(() => listArguments(input));
  };

  test('of a list that the contract would refuse are not made', () => {
    add(CA, POINT);
    add(USER, NONE);
    const [start, end] = [timeOf(SLOTS.first), timeOf(SLOTS.last + 1)];
    expect(refusal(list())).toBe('none');
    expect(refusal(list(), OTHER)).toBe('ERR_REVOCATION_ISSUER_MISSING');
    expect(refusal(list(), USER)).toBe('ERR_REVOCATION_NONE');
    expect(refusal(list({ point: 78n }))).toBe('ERR_REVOCATION_POINT');
    expect(refusal(list({ nextUpdate: end - 1n }))).toBe('ERR_REVOCATION_STALE');
    expect(refusal(list({ thisUpdate: start + 1n }))).toBe('ERR_REVOCATION_STALE');
    expect(refusal(list(), CA, statementOf(CA, list({ crlNumber: 9n })))).toBe(
      'ERR_PROOF_STATEMENT',
    );
    expect(refusal(list(), CA, statementOf(USER, list()))).toBe('ERR_PROOF_STATEMENT');
    expect(refusal(list(), CA, statementOf(CA, list()), new RevocationMap())).toBe(
      'ERR_REVOCATION_ROOT',
    );
    map.set(CA, list());
    expect(refusal(list())).toBe('ERR_REVOCATION_OLDER');
  });

  test('of a list under another trust root are not made', () => {
    add(CA, POINT);
    const claim = new CrlClaim({
      ...statementOf(CA, list()),
      trustRoot: rootOf(LEAVES.slice(1)),
      count: Field(0),
    });
    const context = { state: stateOf(), map: map.hashed, key: keyIn(CA) };
    const input = { ...context, claim, after: list().entry, slots: SLOTS };
    expect(codeOf(() => listArguments(input))).toBe('ERR_REGISTRY_TRUST_ROOT');
  });

  test('of a source need the present map, and the entry for a change', () => {
    const other = new EntryMap();
    other.set(keyIn(CA), noneEntry().entry);
    const input = { state: stateOf(), map: other, key: keyIn(USER), point: POINT };
    expect(codeOf(() => sourceAddition(input))).toBe('ERR_REVOCATION_ROOT');
    expect(codeOf(() => changeOf(CA, POINT))).toBe('ERR_REVOCATION_ISSUER_MISSING');
  });
});
