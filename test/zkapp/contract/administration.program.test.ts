/** What the admin may do, and when. The form of a list of actions: actions.circuit.test.ts. */
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Field, PrivateKey, PublicKey } from 'o1js';
import { RegistryTree } from '../../../src/witness/registry-tree.ts';
import type { AdminAction, TrustChange } from '../../../src/zkapp/contract/arguments.ts';
import { LeafPath } from '../../../src/zkapp/contract/arguments.ts';
import {
  actionList,
  addCiAction,
  adminKeyHash,
  assertCanCancel,
  assertCanPropose,
  changeAdminAction,
  packClock,
  pendingArguments,
  pendingHash,
  pendingTerm,
  slotRange,
  type Slots,
  trustAddition,
  trustRemoval,
  type RegistryState,
} from '../../../src/zkapp/contract/index.ts';
import { codeOf } from '../../pki/code-of.ts';
import { CLOCK, GENESIS, LEAVES, rootOf, SLOT_SECONDS, SLOTS } from './values.ts';
import { refreshProof, createWorld, type World } from './world.ts';

let world: World;
/** CIs that the registry accepts now. */
let leaves: readonly bigint[] = LEAVES;

async function begin(): Promise<void> {
  world = await createWorld();
  leaves = LEAVES;
}

/** Tests go on with the registry that the ones before them left, in the same slots, nothing pending. */
async function settle(): Promise<void> {
  world.at(SLOTS.first);
  if (world.state().pendingActions !== 0n) await cancel();
  expect(world.state()).toMatchObject({
    trustRoot: rootOf(leaves).toBigInt(),
    pendingActions: 0n,
    pendingSlot: 0n,
  });
}

/** Seven and twenty-one days after the last slot of what was proposed in SLOTS. */
const [BEGIN, END] = [604_800, 1_814_400].map((s) => SLOTS.last + s / SLOT_SECONDS) as [
  number,
  number,
];
/** Slots in which it can be applied. */
const LATER = { first: BEGIN, last: BEGIN + 20 };
const range = slotRange(LATER);
/** Hash of the actions behind an only one. */
const NOTHING = Field(0);
const NEW = 100n;
const withNew = [50n, 100n, 200n, 300n];

const propose = (actions: AdminAction[], by = world.admin, slots: Slots = SLOTS) => {
  const list = actionList(actions);
  const call = () => world.registry.propose(by.address, list, slotRange(slots));
  return world.send(call, { signers: [by] });
};
const cancel = (by = world.admin) =>
  world.send(() => world.registry.cancel(by.address), { signers: [by] });
const drop = (action: AdminAction, rest = NOTHING, by = world.admin) =>
  world.send(() => world.registry.drop(by.address, action, rest), { signers: [by] });
const addition = (leaf = NEW) => trustAddition(world.state(), leaves, leaf);
const addCi = (change: TrustChange, rest = NOTHING, slots = range) =>
  world.send(() => world.registry.addCi(change, rest, slots), { payer: world.stranger });
const handOver = (keyHash: Field, rest = NOTHING, slots = range) =>
  world.send(() => world.registry.changeAdmin(keyHash, rest, slots));
const removal = (leaf = 200n) => trustRemoval(world.state(), leaves, leaf);
const remove = (change: TrustChange, by = world.admin) =>
  world.send(() => world.registry.removeCi(by.address, change), { signers: [by] });

describe('an action of the admin', () => {
  beforeAll(begin);
  afterEach(settle);

  test('waits for its delay: a slot too early is refused, and so is a false slot', async () => {
    const keyHash = adminKeyHash(world.stranger.address);
    await propose([changeAdminAction(keyHash)]);
    world.at(LATER.first - 1);
    const early = slotRange({ first: LATER.first - 1, last: LATER.last });
    await expect(handOver(keyHash, NOTHING, early)).rejects.toThrow(/delay/);
    await expect(handOver(keyHash)).rejects.toThrow(/valid_while/i);
  });

  test('expires: in no slot from there on is it applied, nor in slots that reach there', async () => {
    const keyHash = adminKeyHash(world.admin.address);
    await propose([changeAdminAction(keyHash)]);
    world.at(END - 1);
    const reaching = slotRange({ first: END - 1, last: END });
    await expect(handOver(keyHash, NOTHING, reaching)).rejects.toThrow(/expired/);
    const late = slotRange({ first: END, last: END + 1000 });
    await expect(handOver(keyHash, NOTHING, late)).rejects.toThrow(/expired/);
    await handOver(keyHash, NOTHING, slotRange({ first: END - 1, last: END - 1 }));
  });

  test('gives way to others when it has expired, no slot earlier', async () => {
    await propose([addCiAction(Field(NEW))]);
    const others = [addCiAction(Field(7))];
    world.at(END - 1);
    const early = { first: END - 1, last: END + 20 };
    await expect(propose(others, world.admin, early)).rejects.toThrow(/no other actions/);
    const late = { first: END, last: END + 20 };
    await expect(propose(others, world.admin, late)).rejects.toThrow(/valid_while/i);
    world.at(END);
    await propose(others, world.admin, late);
    expect(world.state()).toMatchObject({
      pendingActions: pendingHash(others).toBigInt(),
      pendingSlot: BigInt(late.last),
    });
  });

  test('is not taken over pending ones', async () => {
    await propose([addCiAction(Field(NEW))]);
    await expect(propose([addCiAction(Field(7))])).rejects.toThrow(/no other actions/);
    await cancel();
    await propose([addCiAction(Field(7))]);
    world.at(LATER.first);
    await expect(addCi(addition())).rejects.toThrow(/first of those/);
  });

  test('is taken from nobody else, by key or by signature', async () => {
    const { registry, admin, stranger } = world;
    const actions = [addCiAction(Field(NEW))];
    await expect(propose(actions, stranger)).rejects.toThrow(/the admin/);
    const list = actionList(actions);
    const unsigned = () => registry.propose(admin.address, list, slotRange(SLOTS));
    await expect(world.send(unsigned)).rejects.toThrow(/signature|private key/i);
    const nobody = () => registry.propose(PublicKey.empty(), list, slotRange(SLOTS));
    await expect(world.send(nobody)).rejects.toThrow(/has a key/);
    expect(world.state().pendingActions).toBe(0n);
  });

  test('is applied as what it was proposed', async () => {
    await propose([changeAdminAction(Field(NEW))]);
    world.at(LATER.first);
    await expect(addCi(addition())).rejects.toThrow(/first of those/);
  });

  test('is cancelled by the admin only, when there is one', async () => {
    await expect(cancel()).rejects.toThrow(/actions are pending/);
    await propose([addCiAction(Field(NEW)), addCiAction(Field(7))]);
    await expect(cancel(world.stranger)).rejects.toThrow(/the admin/);
    await cancel();
    expect(world.state()).toMatchObject({ pendingActions: 0n, pendingSlot: 0n });
  });

  test('is applied by anyone after its delay, once', async () => {
    await propose([addCiAction(Field(NEW))]);
    expect(pendingTerm(world.state())).toEqual({ begin: BEGIN, end: END });
    world.at(LATER.first);
    const change = addition();
    await addCi(change);
    leaves = withNew;
    expect(world.state()).toMatchObject({
      trustRoot: rootOf(withNew).toBigInt(),
      pendingActions: 0n,
      pendingSlot: 0n,
    });
    await expect(addCi(change)).rejects.toThrow(/first of those/);
  });

  test('hands over to another admin', async () => {
    const keyHash = adminKeyHash(world.stranger.address);
    await propose([changeAdminAction(keyHash)]);
    world.at(LATER.first);
    await expect(handOver(keyHash.add(1))).rejects.toThrow(/first of those/);
    await handOver(keyHash);
    world.at(SLOTS.first);
    await expect(propose([addCiAction(Field(7))])).rejects.toThrow(/the admin/);
    await propose([addCiAction(Field(7))], world.stranger);
    await cancel(world.stranger);
  });
});

describe('a list of actions', () => {
  beforeAll(begin);
  afterEach(settle);
  /** The last one hands back. */
  const keys = () => [NEW, 400n, adminKeyHash(world.admin.address).toBigInt()].map(Field);
  const actions = () => keys().map(changeAdminAction);
  const after = (done: number) => pendingHash(actions().slice(done));

  test('is applied in its order, each action once, with what is behind it', async () => {
    const [first, second, third] = keys() as [Field, Field, Field];
    await propose(actions());
    world.at(LATER.first);
    // the second first, with whatever hash
    for (const rest of [after(2), after(1), NOTHING]) {
      await expect(handOver(second, rest)).rejects.toThrow(/first of those/);
    }
    // the first, as if other actions were behind it
    for (const rest of [NOTHING, after(2), pendingHash([changeAdminAction(Field(7))])]) {
      await expect(handOver(first, rest)).rejects.toThrow(/first of those/);
    }
    await handOver(first, after(1));
    expect(world.state()).toMatchObject({
      adminKeyHash: first.toBigInt(),
      pendingActions: after(1).toBigInt(),
      pendingSlot: BigInt(SLOTS.last),
    });
    await expect(handOver(first, after(1))).rejects.toThrow(/first of those/);
    await expect(handOver(third, NOTHING)).rejects.toThrow(/first of those/);
    await handOver(second, after(2));
    await handOver(third, NOTHING);
    expect(world.state()).toMatchObject({ pendingActions: 0n, pendingSlot: 0n });
  });

  test('goes on without an action that the admin drops, at once', async () => {
    const [first, second] = actions().slice(1) as [AdminAction, AdminAction];
    const rest = pendingHash([second]);
    await propose([first, second]);
    await expect(drop(first, rest, world.stranger)).rejects.toThrow(/the admin/);
    await expect(drop(second, NOTHING)).rejects.toThrow(/first of those/);
    await expect(drop(first, NOTHING)).rejects.toThrow(/first of those/);
    await expect(drop(first, rest.add(1))).rejects.toThrow(/first of those/);
    await drop(first, rest);
    expect(world.state()).toMatchObject({
      pendingActions: rest.toBigInt(),
      pendingSlot: BigInt(SLOTS.last),
    });
    // and its delay is still that of the list
    const early = slotRange({ first: LATER.first - 1, last: LATER.last });
    world.at(LATER.first - 1);
    await expect(handOver(second.subject, NOTHING, early)).rejects.toThrow(/delay/);
    world.at(LATER.first);
    await handOver(second.subject);
  });

  test('ends with the last one that is dropped', async () => {
    const [first] = actions();
    await propose([first!]);
    await drop(first!);
    await expect(drop(first!)).rejects.toThrow(/first of those/);
    expect(world.state()).toMatchObject({ pendingActions: 0n, pendingSlot: 0n });
  });
});

test('delays are seconds: with slots of half the length they take twice as many', async () => {
  world = await createWorld(packClock({ genesis: GENESIS, slotSeconds: 90 }));
  const keyHash = adminKeyHash(world.stranger.address);
  await propose([changeAdminAction(keyHash)]);
  const first = SLOTS.last + 604_800 / 90;
  expect(pendingTerm(world.state())).toEqual({ begin: first, end: SLOTS.last + 1_814_400 / 90 });
  world.at(first - 1);
  for (const early of [LATER, { first: first - 1, last: first }]) {
    await expect(handOver(keyHash, NOTHING, slotRange(early))).rejects.toThrow(/delay/);
  }
  world.at(first);
  await handOver(keyHash, NOTHING, slotRange({ first, last: first }));
});

test.each([
  ['that never goes on', GENESIS],
  ['with a slot length out of range', GENESIS + 2n ** 56n],
])('under a clock %s nothing can be proposed or published', async (_, clock) => {
  world = await createWorld(clock);
  await expect(propose([addCiAction(Field(NEW))])).rejects.toThrow();
  const path = new LeafPath({ siblings: new RegistryTree().freePath().siblings });
  const publish = () => world.registry.publish(refreshProof(), path, slotRange(SLOTS));
  await expect(world.send(publish)).rejects.toThrow(/a slot lasts|bits/);
  expect(world.state()).toMatchObject({ pendingActions: 0n, nextIndex: 0n });
});

describe('removing a CI', () => {
  beforeAll(begin);
  afterEach(settle);

  const publish = (trustRoot: bigint) => {
    const path = new LeafPath({ siblings: new RegistryTree().freePath().siblings });
    const proof = refreshProof({ trustRoot });
    return world.send(() => world.registry.publish(proof, path, slotRange(SLOTS)));
  };

  test('is for the admin only', async () => {
    const change = removal();
    await expect(remove(change, world.stranger)).rejects.toThrow(/the admin/);
    const unsigned = () => world.registry.removeCi(world.admin.address, change);
    await expect(world.send(unsigned)).rejects.toThrow(/signature|private key/i);
  });

  test('removes nothing that is not there, and cannot add', async () => {
    const change = addition();
    await expect(remove(change)).rejects.toThrow(/registry accepts now/);
  });

  test('works at once: nothing more is published under the old set', async () => {
    await remove(removal());
    leaves = [50n, 300n];
    await expect(publish(rootOf(LEAVES).toBigInt())).rejects.toThrow(/registry accepts now/);
    await publish(rootOf(leaves).toBigInt());
  });

  test('ends what is pending: nobody can bring the CI back by an action that waited', async () => {
    await remove(removal(300n));
    leaves = [50n];
    const actions = [addCiAction(Field(300n)), addCiAction(Field(NEW))];
    await propose(actions);
    world.at(LATER.first);
    const back = [addition(300n), pendingHash(actions.slice(1))] as const;
    await addCi(...back);
    leaves = [50n, 300n];
    await remove(removal(300n));
    leaves = [50n];
    expect(world.state()).toMatchObject({ pendingActions: 0n, pendingSlot: 0n });
    await expect(addCi(...back)).rejects.toThrow(/first of those/);
    await expect(addCi(addition())).rejects.toThrow(/first of those/);
  });

  test('can remove the last one', async () => {
    while (leaves.length > 0) {
      await remove(removal(leaves[0]));
      leaves = leaves.slice(1);
    }
  });
});

describe('checked before any proving', () => {
  const [admin, stranger] = [PrivateKey.random().toPublicKey(), PrivateKey.random().toPublicKey()];
  const actions = [addCiAction(Field(NEW)), addCiAction(Field(7))];
  const state: RegistryState = {
    registryRoot: 0n,
    nextIndex: 0n,
    trustRoot: rootOf(LEAVES).toBigInt(),
    revocationRoot: 0n,
    adminKeyHash: adminKeyHash(admin).toBigInt(),
    pendingActions: 0n,
    pendingSlot: 0n,
    clock: CLOCK,
  };
  const pending = {
    ...state,
    pendingActions: pendingHash(actions).toBigInt(),
    pendingSlot: BigInt(SLOTS.last),
  };
  const from = (first: number) => ({ first, last: first + 20 });

  test('who may propose and cancel', () => {
    const code = (of: RegistryState, by: PublicKey, first = SLOTS.first) =>
      codeOf(() => assertCanPropose(of, by, from(first)));
    expect(code(state, admin)).toBe('none');
    expect(code(state, stranger)).toBe('ERR_REGISTRY_ADMIN');
    expect(code(pending, admin)).toBe('ERR_REGISTRY_ACTION');
    expect(code(pending, admin, END - 1)).toBe('ERR_REGISTRY_ACTION');
    expect(code(pending, admin, END)).toBe('none');
    expect(codeOf(() => assertCanCancel(state, admin))).toBe('ERR_REGISTRY_ACTION');
    expect(codeOf(() => assertCanCancel(pending, stranger))).toBe('ERR_REGISTRY_ADMIN');
    expect(codeOf(() => assertCanCancel(pending, admin))).toBe('none');
  });

  test('what can be applied, and when', () => {
    const code = (of: RegistryState, list: AdminAction[], first = BEGIN) =>
      codeOf(() => pendingArguments(of, list, from(first)));
    expect(code(state, [])).toBe('ERR_REGISTRY_ACTION');
    expect(code(state, actions)).toBe('ERR_REGISTRY_ACTION');
    expect(code(pending, actions.slice(1))).toBe('ERR_REGISTRY_ACTION');
    expect(code(pending, actions.toReversed())).toBe('ERR_REGISTRY_ACTION');
    expect(code(pending, actions, BEGIN - 1)).toBe('ERR_REGISTRY_DELAY');
    expect(code(pending, actions, BEGIN)).toBe('none');
    expect(code(pending, actions, END - 1)).toBe('none');
    expect(code(pending, actions, END)).toBe('ERR_REGISTRY_EXPIRED');
  });

  test('the slots of an application end before its term does', () => {
    const { rest, slots } = pendingArguments(pending, actions, from(END - 5));
    expect(slots).toEqual({ first: END - 5, last: END - 1 });
    expect(rest).toEqual(pendingHash(actions.slice(1)));
  });

  test('which CIs come and go', () => {
    const many = Array.from({ length: 256 }, (_, i) => BigInt(i + 1));
    expect(codeOf(() => trustAddition(state, LEAVES, 200n))).toBe('ERR_TRUST_DUPLICATE');
    expect(codeOf(() => trustAddition(state, many, 999n))).toBe('ERR_TRUST_SIZE');
    expect(codeOf(() => trustAddition(state, withNew, 1n))).toBe('ERR_REGISTRY_TRUST_ROOT');
    expect(codeOf(() => trustRemoval(state, LEAVES, 1n))).toBe('ERR_TRUST_UNKNOWN');
    expect(codeOf(() => trustRemoval(state, withNew, 50n))).toBe('ERR_REGISTRY_TRUST_ROOT');
    expect(codeOf(() => trustRemoval(state, LEAVES.toReversed(), 50n))).toBe('none');
  });

  test('a key hash tells keys of one x apart', () => {
    const mirrored = PublicKey.from({ x: admin.x, isOdd: admin.isOdd.not() });
    expect(adminKeyHash(mirrored)).not.toEqual(adminKeyHash(admin));
  });
});
