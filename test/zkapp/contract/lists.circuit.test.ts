/** The revocation map on the chain: who may change it, and by what. Which list follows, see revocation.test. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { Field } from 'o1js';
import { MODE } from '../../../src/params.ts';
import {
  entryOfSource,
  type MapEntry,
  type MapPlace,
  RevocationMap,
} from '../../../src/witness/revocation-map.ts';
import {
  actionList,
  listArguments,
  pendingTerm,
  setSourceAction,
  slotRange,
  sourceAddition,
  sourceChange,
} from '../../../src/zkapp/contract/index.ts';
import { CA, keyOf, list, NONE, OTHER, POINT, statementOf, USER } from './revocation-map.ts';
import { LEAVES, rootOf, SLOTS } from './values.ts';
import { createWorld, crlProof, type World } from './world.ts';

let world: World;
const map = new RevocationMap();
/** Slots of the next transaction. */
let slots = SLOTS;

beforeAll(async () => {
  world = await createWorld();
});

const expectInStep = () => expect(world.state().revocationRoot).toBe(map.root.toBigInt());

/** Propose a source, and wait until it can be applied. */
async function proposed(place: MapPlace, point: Field): Promise<void> {
  const { registry, admin } = world;
  const list = actionList([setSourceAction(keyOf(place), point)]);
  const propose = () => registry.propose(admin.address, list, slotRange(slots));
  await world.send(propose, { signers: [admin] });
  const first = pendingTerm(world.state())!.begin;
  slots = { first, last: first + 20 };
  world.at(first);
}

/** Hash of the actions behind an only one. */
const NOTHING = Field(0);

const contextOf = (place: MapPlace) => ({
  state: world.state(),
  map: map.hashed,
  key: keyOf(place).toBigInt(),
});

function addSource(place: MapPlace, point: Field): Promise<void> {
  const addition = sourceAddition({ ...contextOf(place), point });
  return world.send(() => world.registry.addSource(addition, NOTHING, slotRange(slots)));
}

const setEntry = (place: MapPlace, point: Field) => map.set(place, entryOfSource(point));

/** Update an entry by a proof that claims what is needed, or something else. */
async function update(
  place: MapPlace,
  after: MapEntry,
  proof = crlProof(statementOf(place, after)),
  options?: Parameters<World['send']>[1],
): Promise<void> {
  const claim = crlProof(statementOf(place, after)).publicOutput;
  const input = { ...contextOf(place), claim, after: after.entry, slots };
  const planned = listArguments(input);
  const call = () => world.registry.updateRevocation(proof, planned.update, planned.slots);
  await world.send(call, options);
  map.set(place, after);
  expectInStep();
}

describe('sources', () => {
  test('are set as proposed: no other point, no other place', async () => {
    await proposed(CA, POINT);
    await expect(addSource(CA, NONE)).rejects.toThrow(/pending/);
    await expect(addSource(CA, Field(78))).rejects.toThrow(/pending/);
    await expect(addSource(USER, POINT)).rejects.toThrow(/pending/);
    await addSource(CA, POINT);
    setEntry(CA, POINT);
    expectInStep();
  });

  test('of further entries are added', async () => {
    for (const [place, point] of [
      [USER, NONE],
      [OTHER, POINT],
    ] as const) {
      await proposed(place, point);
      await addSource(place, point);
      setEntry(place, point);
      expectInStep();
    }
  });

  test('change as proposed', async () => {
    const { registry } = world;
    await proposed(USER, POINT);
    const change = (place: MapPlace, point: Field) =>
      sourceChange({ ...contextOf(place), point, slots });
    const call = (to: ReturnType<typeof change>) => () =>
      registry.changeSource(to, NOTHING, slotRange(slots));
    await expect(world.send(call(change(USER, Field(78))))).rejects.toThrow(/pending/);
    await expect(world.send(call(change(CA, NONE)))).rejects.toThrow(/pending/);
    await world.send(call(change(USER, POINT)));
    setEntry(USER, POINT);
    expectInStep();
  });
});

describe('a list', () => {
  test.each([
    ['a part of a list', MODE.crlPart],
    ['another program', MODE.chain],
  ])('by a proof of %s is refused', async (_, mode) => {
    const proof = crlProof(statementOf(CA, list()), mode);
    await expect(update(CA, list(), proof)).rejects.toThrow(/whole list/);
  });

  test('proven under another trust root is refused', async () => {
    const trustRoot = rootOf(LEAVES.slice(1));
    const proof = crlProof({ ...statementOf(CA, list()), trustRoot });
    await expect(update(CA, list(), proof)).rejects.toThrow(/registry accepts now/);
  });

  test('proven of another issuer, kind or content is refused', async () => {
    for (const statement of [
      statementOf(OTHER, list()),
      statementOf(USER, list()),
      statementOf(CA, list({ crlNumber: 9n })),
    ]) {
      await expect(update(CA, list(), crlProof(statement))).rejects.toThrow(/its path|proven/);
    }
  });

  test('is not put there by the word of the admin', async () => {
    const options = { signers: [world.admin], proven: false };
    await expect(update(CA, list(), undefined, options)).rejects.toThrow(/prove/);
    expectInStep();
  });

  test('is put there by anyone who proves it, and then a later one', async () => {
    await update(CA, list(), undefined, { payer: world.stranger });
    await update(CA, list({ crlNumber: 5n, thisUpdate: list().entry.thisUpdate.toBigInt() + 1n }));
    const events = await world.registry.fetchEvents();
    const updates = events.filter(({ type }) => type === 'revocationUpdated');
    expect(updates.map(({ event }) => String((event.data as never)['crlNumber'])).sort()).toEqual([
      '4',
      '5',
    ]);
  });
});
