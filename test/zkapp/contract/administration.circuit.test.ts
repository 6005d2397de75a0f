import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Field, PrivateKey, PublicKey } from 'o1js';
import { ADMIN_DELAY_SLOTS } from '../../../src/params.ts';
import { RegistryTree } from '../../../src/witness/registry-tree.ts';
import { actionHash } from '../../../src/zkapp/contract/action.ts';
import { AdminAction, LeafPath, type TrustChange } from '../../../src/zkapp/contract/arguments.ts';
import {
  addCiAction,
  adminKeyHash,
  applicableFrom,
  assertCanApply,
  assertCanCancel,
  assertCanPropose,
  changeAdminAction,
  slotRange,
  trustAddition,
  trustRemoval,
  type RegistryState,
} from '../../../src/zkapp/contract/index.ts';
import { codeOf } from '../../pki/code-of.ts';
import { CLOCK, LEAVES, RANGE, rootOf, SLOTS } from './values.ts';
import { chainProof, createWorld, type World } from './world.ts';

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
  expect(world.state().trustRoot).toBe(rootOf(leaves).toBigInt());
}

/** Slots in which what was proposed in SLOTS can be applied. */
const LATER = { first: SLOTS.last + ADMIN_DELAY_SLOTS, last: SLOTS.last + ADMIN_DELAY_SLOTS + 20 };
const range = slotRange(LATER);
const NEW = 100n;
const withNew = [50n, 100n, 200n, 300n];

const propose = (action: AdminAction, by = world.admin) =>
  world.send(() => world.registry.propose(by.address, action, RANGE), { signers: [by] });
const cancel = (by = world.admin) =>
  world.send(() => world.registry.cancel(by.address), { signers: [by] });
const addition = (leaf = NEW) => trustAddition(world.state(), leaves, leaf);
const removal = (leaf = 200n) => trustRemoval(world.state(), leaves, leaf);
const remove = (change: TrustChange, by = world.admin) =>
  world.send(() => world.registry.removeCi(by.address, change), { signers: [by] });

describe('an action of the admin', () => {
  beforeAll(begin);
  afterEach(settle);

  test('waits for its delay: a slot too early is refused, and so is a false slot', async () => {
    const keyHash = adminKeyHash(world.stranger.address);
    await propose(changeAdminAction(keyHash));
    world.at(LATER.first - 1);
    const early = slotRange({ first: LATER.first - 1, last: LATER.last });
    const apply = (slots: typeof range) => () => world.registry.changeAdmin(keyHash, slots);
    await expect(world.send(apply(early))).rejects.toThrow(/delay/);
    await expect(world.send(apply(range))).rejects.toThrow(/valid_while/i);
  });

  test('is not taken over a pending one', async () => {
    await propose(addCiAction(Field(NEW)));
    await expect(propose(addCiAction(Field(7)))).rejects.toThrow(/no other action/);
    await cancel();
    await propose(addCiAction(Field(7)));
    world.at(LATER.first);
    const change = addition();
    await expect(world.send(() => world.registry.addCi(change, range))).rejects.toThrow(/pending/);
  });

  test('is taken from nobody else, by key or by signature', async () => {
    const { registry, admin, stranger } = world;
    const action = addCiAction(Field(NEW));
    await expect(propose(action, stranger)).rejects.toThrow(/the admin/);
    const unsigned = () => registry.propose(admin.address, action, RANGE);
    await expect(world.send(unsigned)).rejects.toThrow(/signature|private key/i);
    const nobody = () => registry.propose(PublicKey.empty(), action, RANGE);
    await expect(world.send(nobody)).rejects.toThrow(/has a key/);
    expect(world.state().pendingActions).toBe(0n);
  });

  test('is of a known kind', async () => {
    const action = new AdminAction({ kind: Field(4), subject: Field(1), detail: Field(0) });
    await expect(propose(action)).rejects.toThrow(/known kind/);
  });

  test('is applied as what it was proposed', async () => {
    await propose(changeAdminAction(Field(NEW)));
    world.at(LATER.first);
    const change = addition();
    await expect(world.send(() => world.registry.addCi(change, range))).rejects.toThrow(/pending/);
  });

  test('is cancelled by the admin only, when there is one', async () => {
    await expect(cancel()).rejects.toThrow(/an action is pending/);
    await propose(addCiAction(Field(NEW)));
    await expect(cancel(world.stranger)).rejects.toThrow(/the admin/);
    await cancel();
    expect(world.state()).toMatchObject({ pendingActions: 0n, pendingSlot: 0n });
  });

  test('is applied by anyone after its delay, once', async () => {
    await propose(addCiAction(Field(NEW)));
    expect(applicableFrom(world.state())).toBe(LATER.first);
    world.at(LATER.first);
    const change = addition();
    await world.send(() => world.registry.addCi(change, range), { payer: world.stranger });
    leaves = withNew;
    expect(world.state()).toMatchObject({
      trustRoot: rootOf(withNew).toBigInt(),
      pendingActions: 0n,
      pendingSlot: 0n,
    });
    await expect(world.send(() => world.registry.addCi(change, range))).rejects.toThrow(/pending/);
  });

  test('hands over to another admin', async () => {
    const keyHash = adminKeyHash(world.stranger.address);
    await propose(changeAdminAction(keyHash));
    world.at(LATER.first);
    const other = () => world.registry.changeAdmin(keyHash.add(1), range);
    await expect(world.send(other)).rejects.toThrow(/pending/);
    await world.send(() => world.registry.changeAdmin(keyHash, range));
    world.at(SLOTS.first);
    await expect(propose(addCiAction(Field(7)))).rejects.toThrow(/the admin/);
    await propose(addCiAction(Field(7)), world.stranger);
    await cancel(world.stranger);
  });
});

describe('removing a CI', () => {
  beforeAll(begin);
  afterEach(settle);

  const publish = (trustRoot: bigint) => {
    const path = new LeafPath({ siblings: new RegistryTree().freePath().siblings });
    return world.send(() => world.registry.publish(chainProof({ trustRoot }), path, RANGE));
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
    await propose(addCiAction(Field(NEW)));
    await remove(removal());
    leaves = [50n, 300n];
    await expect(publish(rootOf(LEAVES).toBigInt())).rejects.toThrow(/registry accepts now/);
    await publish(rootOf(leaves).toBigInt());
    // and what was pending still is
    expect(world.state().pendingActions).not.toBe(0n);
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
  const action = addCiAction(Field(NEW));
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
    pendingActions: actionHash(action).toBigInt(),
    pendingSlot: BigInt(SLOTS.last),
  };

  test('who may propose and cancel', () => {
    expect(codeOf(() => assertCanPropose(state, admin))).toBe('none');
    expect(codeOf(() => assertCanPropose(state, stranger))).toBe('ERR_REGISTRY_ADMIN');
    expect(codeOf(() => assertCanPropose(pending, admin))).toBe('ERR_REGISTRY_ACTION');
    expect(codeOf(() => assertCanCancel(state, admin))).toBe('ERR_REGISTRY_ACTION');
    expect(codeOf(() => assertCanCancel(pending, stranger))).toBe('ERR_REGISTRY_ADMIN');
    expect(codeOf(() => assertCanCancel(pending, admin))).toBe('none');
  });

  test('what can be applied, and when', () => {
    const early = { ...LATER, first: LATER.first - 1 };
    const other = addCiAction(Field(7));
    expect(codeOf(() => assertCanApply(state, action, LATER))).toBe('ERR_REGISTRY_ACTION');
    expect(codeOf(() => assertCanApply(pending, other, LATER))).toBe('ERR_REGISTRY_ACTION');
    expect(codeOf(() => assertCanApply(pending, action, early))).toBe('ERR_REGISTRY_DELAY');
    expect(codeOf(() => assertCanApply(pending, action, LATER))).toBe('none');
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
