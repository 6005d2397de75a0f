/** The form of a list of actions, and how events tell it. */
import { describe, expect, test } from '@jest/globals';
import { Field, Mina } from 'o1js';
import { MAX_ACTIONS } from '../../../src/params.ts';
import { actionList, pendingHash, proposedHash } from '../../../src/zkapp/contract/action.ts';
import { ActionList, AdminAction } from '../../../src/zkapp/contract/arguments.ts';
import { REGISTRY_EVENTS } from '../../../src/zkapp/contract/events.ts';
import {
  addCiAction,
  changeAdminAction,
  setSourceAction,
} from '../../../src/zkapp/contract/index.ts';
import {
  PARTS,
  Proposed,
  proposedParts,
  readActions,
  readPart,
} from '../../../src/zkapp/contract/proposed.ts';
import { codeOf } from '../../pki/code-of.ts';
import { RANGE, SLOTS } from './values.ts';
import { createWorld } from './world.ts';

const LARGEST = Field(Field.ORDER - 1n);
/** Actions of all kinds, with the largest values too. */
const actionsOf = (count: number) =>
  Array.from({ length: count }, (_, i) => {
    if (i % 3 === 0) return addCiAction(Field(i + 1));
    return i % 3 === 1 ? setSourceAction(LARGEST, Field(i)) : changeAdminAction(LARGEST);
  });

const action = (kind: number, subject: number, detail = 0) =>
  new AdminAction({ kind: Field(kind), subject: Field(subject), detail: Field(detail) });
const NONE = action(0, 0);

/** A list with these slots at its beginning. */
const listOf = (...slots: AdminAction[]) =>
  new ActionList({ actions: Array.from({ length: MAX_ACTIONS }, (_, i) => slots[i] ?? NONE) });

describe('a list of actions', () => {
  test.each([1, 2, 7, 8, 31, 32])('of %d has one hash, however it is written', (count) => {
    const actions = actionsOf(count);
    expect(proposedHash(actionList(actions))).toEqual(pendingHash(actions));
  });

  test('has another hash with an action more or less, or in another order', () => {
    const actions = actionsOf(3);
    const hashes = [
      actions,
      actions.slice(0, 2),
      actions.slice(1),
      actions.toReversed(),
      [...actions, actions[2]!],
    ].map((list) => pendingHash(list).toBigInt());
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  test('of none, or of 33, is not made', () => {
    expect(codeOf(() => actionList([]))).toBe('ERR_REGISTRY_ACTION');
    expect(codeOf(() => actionList(actionsOf(33)))).toBe('ERR_REGISTRY_ACTION');
    expect(codeOf(() => actionList(actionsOf(32)))).toBe('none');
  });

  test.each<[string, RegExp, AdminAction[]]>([
    ['without an action', /an action is proposed/, []],
    ['with an action behind an empty slot', /behind an empty/, [action(1, 5), NONE, action(1, 6)]],
    ['that begins with an empty slot', /an action is proposed/, [NONE, action(1, 6)]],
    ['with an action of an unknown kind', /known kind/, [action(4, 5)]],
    ['with something in an empty slot', /without an action is empty/, [action(1, 5), action(0, 9)]],
    ['with a detail in an empty slot', /has a detail/, [action(1, 5), action(0, 0, 9)]],
    ['with a detail where there is none', /has a detail/, [action(1, 5, 9)]],
    ['with a detail of an admin', /has a detail/, [action(3, 5, 9)]],
  ])('%s is refused', (_, message, slots) => {
    expect(() => proposedHash(listOf(...slots))).toThrow(message);
  });

  test('with an action in its last slot behind empty ones is refused', () => {
    const list = listOf(action(1, 5));
    list.actions[MAX_ACTIONS - 1] = action(1, 6);
    expect(() => proposedHash(list)).toThrow(/behind an empty/);
  });
});

describe('its events', () => {
  const parts = (count: number, slot = 5) =>
    proposedParts(actionList(actionsOf(count)), Field(slot));
  const read = (events: Proposed[]) => readActions(events.map((event) => readPart(event)!));

  test.each([1, 7, 8, 31, 32])('tell all of %d, and the slot', (count) => {
    const slot = 2 ** 32 - 1;
    expect(read(parts(count, slot))).toEqual(actionsOf(count));
    const heads = parts(count, slot).map((part) => readPart(part)!);
    expect(heads.map(({ part }) => part)).toEqual([0, 1, 2, 3, 4]);
    expect(new Set(heads.map((head) => head.slot))).toEqual(new Set([BigInt(slot)]));
  });

  test('fit into a transaction: Mina takes 16 elements an event, 100 in all', () => {
    const elements = 1 + REGISTRY_EVENTS.proposed.sizeInFields();
    expect(elements).toBeLessThanOrEqual(16);
    expect(PARTS * elements).toBeLessThanOrEqual(100);
  });

  test('that no list gives are found out', () => {
    const [first, ...others] = parts(8);
    const headed = (head: Field) => new Proposed({ ...first!, head });
    expect(readPart(headed(LARGEST))).toBeUndefined();
    expect(readPart(headed(Field(2n ** 49n)))).toBeUndefined();
    expect(readPart(headed(Field(5n * 2n ** 32n)))).toBeUndefined();
    // no action at all; one behind an empty slot; more than there is room for
    expect(read([headed(Field(5))])).toBeUndefined();
    expect(read([headed(Field(5n + 2n ** 37n)), ...others])).toBeUndefined();
    const full = headed(Field(5n + (2n ** 14n - 1n) * 2n ** 35n));
    expect(read([full, full, full, full])).toHaveLength(28);
    expect(read([full, full, full, full, full])).toBeUndefined();
  });

  test('of a list of 32 are taken by the ledger', async () => {
    const { registry, admin, zkapp, send, state } = await createWorld();
    const list = actionList(actionsOf(32));
    const call = () => registry.propose(admin.address, list, RANGE);
    await send(call, { signers: [admin] });
    expect(state()).toMatchObject({
      pendingActions: pendingHash(actionsOf(32)).toBigInt(),
      pendingSlot: BigInt(SLOTS.last),
    });
    const [emitted] = await Mina.fetchEvents(zkapp.address, Field(1));
    expect(emitted!.events).toHaveLength(PARTS);
    const events = emitted!.events.map(({ data }) => Proposed.fromFields(data.slice(1).map(Field)));
    const told = events.map((event) => readPart(event)!);
    expect(readActions(told.sort((a, b) => a.part - b.part))).toEqual(actionsOf(32));
  });
});
