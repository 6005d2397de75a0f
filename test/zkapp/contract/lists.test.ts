import { beforeEach, describe, expect, test } from '@jest/globals';
import { Field } from 'o1js';
import { ENTRY_STATE, mapKey, RevocationEntry } from '../../../src/circuits/revocation.ts';
import { ADMIN_DELAY_SLOTS, MODE } from '../../../src/params.ts';
import {
  awaitedEntry,
  type MapEntry,
  noneEntry,
  RevocationMap,
  SerialTree,
} from '../../../src/witness/revocationMap.ts';
import { type ListUpdate, SourceAddition } from '../../../src/zkapp/contract/arguments.ts';
import {
  listArguments,
  setSourceAction,
  slotRange,
  sourceAddition,
  sourceChange,
} from '../../../src/zkapp/contract/index.ts';
import { codeOf } from '../../pki/code-of.ts';
import { createWorld, crlProof, LEAVES, rootOf, SLOTS, timeOf, type World } from './world.ts';

const CA = { issuer: Field(1), listKind: 0n };
const USER = { issuer: Field(1), listKind: 1n };
const OTHER = { issuer: Field(2), listKind: 0n };
const NONE = Field(0);
const POINT = Field(77);

let world: World;
let map: RevocationMap;
/** Slots of the next transaction. */
let slots: { first: number; last: number };

beforeEach(async () => {
  world = await createWorld();
  map = new RevocationMap();
  slots = SLOTS;
});

const keyOf = (place: typeof CA) => mapKey(place.issuer, Field(place.listKind));
const sourceEntry = (point: Field) => (point === NONE ? noneEntry() : awaitedEntry(point));
const expectInStep = () => expect(world.state().revocationRoot).toBe(map.root.toBigInt());

/** Propose a source, and wait until it can be applied. */
async function proposed(place: typeof CA, point: Field): Promise<void> {
  const { registry, admin } = world;
  const action = setSourceAction(keyOf(place), point);
  const propose = () => registry.propose(admin.address, action, slotRange(slots));
  await world.send(propose, { signers: [admin] });
  const first = slots.last + ADMIN_DELAY_SLOTS;
  slots = { first, last: first + 20 };
  world.at(first);
}

async function addSource(place: typeof CA, point: Field): Promise<void> {
  await proposed(place, point);
  const addition = sourceAddition({ state: world.state(), map, place, point });
  await world.send(() => world.registry.addSource(addition, slotRange(slots)));
  map.set(place, sourceEntry(point));
  expectInStep();
}

function changeOf(place: typeof CA, point: Field) {
  return sourceChange({ state: world.state(), map, place, point, slots });
}

/** An entry of a list that is in force in the present slots. */
function list(changes: Partial<Record<keyof RevocationEntry, bigint>> = {}): MapEntry {
  const serials = new SerialTree([5n, 3n]);
  const entry = {
    state: ENTRY_STATE.list,
    point: POINT.toBigInt(),
    crlNumber: 4n,
    thisUpdate: timeOf(slots.first) - 10n,
    nextUpdate: timeOf(slots.last + 1) + 1_000n,
    ...changes,
  };
  const { state, point, crlNumber, thisUpdate, nextUpdate } = entry;
  return {
    serials,
    entry: new RevocationEntry({
      state: Field(state),
      serials: serials.root,
      point: Field(point),
      crlNumber: Field(crlNumber),
      thisUpdate: Field(thisUpdate),
      nextUpdate: Field(nextUpdate),
    }),
  };
}

const claimOf = (place: typeof CA, { entry }: MapEntry) =>
  crlProof({ mapKey: keyOf(place), entry: RevocationEntry.hash(entry) });

/** The update of an entry, whether the contract takes it or not. */
function updateOf(place: typeof CA, after: MapEntry): ListUpdate {
  const before = map.get(place)!.entry;
  const point = Field(before.point.toBigInt() + 1n);
  // the same path as for a change of the source, whose own check is of no use here
  const far = { first: 2 ** 31, last: 2 ** 31 };
  const { nextKey, path } = sourceChange({ state: world.state(), map, place, point, slots: far });
  return { before, after: after.entry, nextKey, path };
}

async function update(
  place: typeof CA,
  after: MapEntry,
  { proof = claimOf(place, after), witness = updateOf(place, after) } = {},
): Promise<void> {
  await world.send(() => world.registry.updateRevocation(proof, witness, slotRange(slots)));
  map.set(place, after);
  expectInStep();
}

describe('a source', () => {
  test('comes into the map at its next leaf, in whatever order of keys', async () => {
    for (const [place, point] of [
      [CA, POINT],
      [USER, NONE],
      [OTHER, POINT],
    ] as const) {
      await addSource(place, point);
    }
    expect(map.size).toBe(3);
  });

  test('comes once: an entry that is there is not added again', async () => {
    await addSource(CA, POINT);
    await proposed(CA, Field(78));
    const input = { state: world.state(), map, place: CA, point: Field(78) };
    expect(codeOf(() => sourceAddition(input))).toBe('ERR_REGISTRY_SOURCE');
    // a map that has not got it makes the arguments, but not for this root
    const forged = sourceAddition({ ...input, map: new RevocationMap(), state: emptyState() });
    const call = () => world.registry.addSource(forged, slotRange(slots));
    await expect(world.send(call)).rejects.toThrow(/its path/);
    const own = map.pathAtOrBelow(CA);
    const besideItself = new SourceAddition({
      ...forged,
      low: {
        key: Field(own.leaf.key),
        nextKey: Field(own.leaf.nextKey),
        entry: Field(own.leaf.value),
        path: changeOf(CA, Field(78)).path,
      },
    });
    const again = () => world.registry.addSource(besideItself, slotRange(slots));
    await expect(world.send(again)).rejects.toThrow(/entry is new/);
  });

  test('skips no leaf of the map', async () => {
    await addSource(CA, POINT);
    await proposed(USER, POINT);
    const addition = sourceAddition({ state: world.state(), map, place: USER, point: POINT });
    // the place after the next one is empty, too
    const later = map.copy();
    later.set(OTHER, noneEntry());
    const beyond = sourceAddition({
      state: { ...world.state(), revocationRoot: later.root.toBigInt() },
      map: later,
      place: USER,
      point: POINT,
    });
    const skipping = new SourceAddition({ ...addition, place: beyond.place });
    const call = () => world.registry.addSource(skipping, slotRange(slots));
    await expect(world.send(call)).rejects.toThrow(/empty|skipped/);
  });

  test('is set as proposed: no other point, no other place', async () => {
    await proposed(CA, POINT);
    for (const [place, point] of [
      [CA, NONE],
      [CA, Field(78)],
      [USER, POINT],
    ] as const) {
      const addition = sourceAddition({ state: world.state(), map, place, point });
      const call = () => world.registry.addSource(addition, slotRange(slots));
      await expect(world.send(call)).rejects.toThrow(/pending/);
    }
  });

  test('of an entry without a list changes: none to a point, a point to another or to none', async () => {
    await addSource(CA, NONE);
    for (const point of [POINT, Field(78), NONE]) {
      await proposed(CA, point);
      const change = changeOf(CA, point);
      await world.send(() => world.registry.changeSource(change, slotRange(slots)));
      map.set(CA, sourceEntry(point));
      expectInStep();
    }
  });

  test('does not change to itself', async () => {
    await addSource(CA, POINT);
    await proposed(CA, POINT);
    expect(codeOf(() => changeOf(CA, POINT))).toBe('ERR_REGISTRY_SOURCE');
    const same = { ...changeOf(CA, NONE), point: POINT };
    const call = () => world.registry.changeSource(same, slotRange(slots));
    await expect(world.send(call)).rejects.toThrow(/another one/);
  });

  test.each([
    ['none', NONE],
    ['another point', Field(78)],
  ])('of a fresh list does not change to %s, nor does the admin get it by', async (_, point) => {
    await addSource(CA, POINT);
    const end = timeOf(slots.last + ADMIN_DELAY_SLOTS) + 1n;
    await update(CA, list({ nextUpdate: end }));
    await proposed(CA, point);
    expect(codeOf(() => changeOf(CA, point))).toBe('ERR_REVOCATION_NONE');
    const later = { first: slots.first + 1, last: slots.first + 1 };
    const change = sourceChange({ state: world.state(), map, place: CA, point, slots: later });
    const early = () => world.registry.changeSource(change, slotRange(slots));
    await expect(world.send(early)).rejects.toThrow(/until its nextUpdate/);
    // when it is over, it does
    world.at(later.first);
    await world.send(() => world.registry.changeSource(change, slotRange(later)));
    map.set(CA, sourceEntry(point));
    expectInStep();
  });
});

describe('a list', () => {
  test('fills an entry that awaits it, and later ones follow', async () => {
    await addSource(CA, POINT);
    await addSource(OTHER, POINT);
    await update(CA, list({ crlNumber: 0n, thisUpdate: 0n }));
    await update(CA, list({ crlNumber: 1n, thisUpdate: 1n }));
    await update(OTHER, list());
  });

  test('of an entry with the source none is refused', async () => {
    await addSource(CA, NONE);
    await expect(update(CA, list())).rejects.toThrow(/no source/);
    await expect(update(CA, list({ point: 0n }))).rejects.toThrow(/no source/);
  });

  test.each([
    ['of the same number', { thisUpdate: 501n }, /later/],
    ['of an older number', { crlNumber: 3n, thisUpdate: 501n }, /later/],
    ['of the same time', { crlNumber: 5n }, /later/],
    ['of an older time', { crlNumber: 5n, thisUpdate: 499n }, /later/],
    [
      'of another distribution point',
      { crlNumber: 5n, thisUpdate: 501n, point: 78n },
      /distribution point/,
    ],
  ])('%s is refused', async (_, changes, message) => {
    await addSource(CA, POINT);
    await update(CA, list({ thisUpdate: 500n }));
    await expect(update(CA, list({ thisUpdate: 500n, ...changes }))).rejects.toThrow(message);
  });

  test('that is not in force in all slots is refused', async () => {
    await addSource(CA, POINT);
    const [start, end] = [timeOf(slots.first), timeOf(slots.last + 1)];
    await expect(update(CA, list({ thisUpdate: start + 1n }))).rejects.toThrow(/valid already/);
    await expect(update(CA, list({ nextUpdate: end - 1n }))).rejects.toThrow(/still valid/);
    await update(CA, list({ thisUpdate: start, nextUpdate: end }));
  });

  test('of another issuer or kind does not fill an entry', async () => {
    await addSource(CA, POINT);
    await addSource(USER, POINT);
    await addSource(OTHER, POINT);
    for (const place of [USER, OTHER]) {
      const lie = { proof: claimOf(place, list()), witness: updateOf(CA, list()) };
      await expect(update(CA, list(), lie)).rejects.toThrow(/its path/);
    }
  });

  test('counts as it was proven only', async () => {
    await addSource(CA, POINT);
    const proof = claimOf(CA, list());
    const shorter = { ...list(), entry: { ...list().entry, serials: new SerialTree().root } };
    await expect(update(CA, shorter, { proof })).rejects.toThrow(/proven/);
    await expect(update(CA, list({ crlNumber: 9n }), { proof })).rejects.toThrow(/proven/);
  });

  test.each([
    ['a part of a list', MODE.crlPart],
    ['another program', MODE.chain],
  ])('by a proof of %s is refused', async (_, mode) => {
    await addSource(CA, POINT);
    const { mapKey, entry } = claimOf(CA, list()).publicOutput;
    const proof = crlProof({ mapKey, entry }, mode);
    await expect(update(CA, list(), { proof })).rejects.toThrow(/whole list/);
  });

  test('under another trust root is refused', async () => {
    await addSource(CA, POINT);
    const { mapKey, entry } = claimOf(CA, list()).publicOutput;
    const proof = crlProof({ mapKey, entry, trustRoot: rootOf(LEAVES.slice(1)) });
    await expect(update(CA, list(), { proof })).rejects.toThrow(/registry accepts now/);
  });

  test('is not put there by the word of the admin', async () => {
    await addSource(CA, POINT);
    const { registry, admin } = world;
    const proof = claimOf(CA, list());
    const call = () => registry.updateRevocation(proof, updateOf(CA, list()), slotRange(slots));
    await expect(world.send(call, { signers: [admin], proven: false })).rejects.toThrow(/prove/);
    expectInStep();
  });
});

describe('arguments', () => {
  const arguments_ = (after: MapEntry, place = CA, claim = claimOf(place, after).publicOutput) =>
    listArguments({ state: world.state(), map, place, claim, after: after.entry, slots });

  test('of a list are those that the contract takes', async () => {
    await addSource(CA, POINT);
    const after = list();
    const { update: witness, slots: range } = arguments_(after);
    await world.send(() => world.registry.updateRevocation(claimOf(CA, after), witness, range));
    map.set(CA, after);
    expectInStep();
  });

  test('of a list that the contract would refuse are not made', async () => {
    await addSource(CA, POINT);
    await addSource(USER, NONE);
    const start = timeOf(slots.first);
    const end = timeOf(slots.last + 1);
    expect(codeOf(() => arguments_(list(), OTHER))).toBe('ERR_REVOCATION_ISSUER_MISSING');
    expect(codeOf(() => arguments_(list(), USER))).toBe('ERR_REVOCATION_NONE');
    expect(codeOf(() => arguments_(list({ point: 78n })))).toBe('ERR_REVOCATION_POINT');
    expect(codeOf(() => arguments_(list({ nextUpdate: end - 1n })))).toBe('ERR_REVOCATION_STALE');
    expect(codeOf(() => arguments_(list({ thisUpdate: start + 1n })))).toBe('ERR_REVOCATION_STALE');
    const other = claimOf(CA, list({ crlNumber: 9n })).publicOutput;
    expect(codeOf(() => arguments_(list(), CA, other))).toBe('ERR_PROOF_STATEMENT');
    await update(CA, list());
    expect(codeOf(() => arguments_(list()))).toBe('ERR_REVOCATION_OLDER');
    map.set(CA, noneEntry());
    expect(codeOf(() => arguments_(list()))).toBe('ERR_REVOCATION_ROOT');
  });

  test('of a source need the present map, with room', () => {
    const other = new RevocationMap();
    other.set(CA, noneEntry());
    const input = { state: world.state(), map: other, place: USER, point: POINT };
    expect(codeOf(() => sourceAddition(input))).toBe('ERR_REVOCATION_ROOT');
    expect(codeOf(() => changeOf(CA, POINT))).toBe('ERR_REVOCATION_ISSUER_MISSING');
  });
});

/** The state of a registry whose map is empty. */
const emptyState = () => ({
  ...world.state(),
  revocationRoot: new RevocationMap().root.toBigInt(),
});
