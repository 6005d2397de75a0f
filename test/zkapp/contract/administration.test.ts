import { beforeEach, describe, expect, test } from '@jest/globals';
import { Bool, Field, PrivateKey, PublicKey } from 'o1js';
import { ADMIN_DELAY_SLOTS } from '../../../src/params.ts';
import { RegistryTree } from '../../../src/witness/registryTree.ts';
import { AdminAction, LeafPath, TrustChange } from '../../../src/zkapp/contract/arguments.ts';
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
} from '../../../src/zkapp/contract/index.ts';
import { trustRoots } from '../../../src/zkapp/contract/trustSet.ts';
import { codeOf } from '../../pki/code-of.ts';
import { chainProof, createWorld, LEAVES, RANGE, rootOf, SLOTS, type World } from './world.ts';

let world: World;

beforeEach(async () => {
  world = await createWorld();
});

/** Slots in which what was proposed in SLOTS can be applied. */
const LATER = { first: SLOTS.last + ADMIN_DELAY_SLOTS, last: SLOTS.last + ADMIN_DELAY_SLOTS + 20 };
const range = slotRange(LATER);
const NEW = 100n;
const withNew = [50n, 100n, 200n, 300n];

const propose = (action: AdminAction, by = world.admin) =>
  world.send(() => world.registry.propose(by.address, action, RANGE), { signers: [by] });
const cancel = (by = world.admin) =>
  world.send(() => world.registry.cancel(by.address), { signers: [by] });
const addition = (leaf = NEW) => trustAddition(world.state(), LEAVES, leaf);
const removal = (leaf = 200n) => trustRemoval(world.state(), LEAVES, leaf);
const remove = (change: TrustChange, by = world.admin) =>
  world.send(() => world.registry.removeCi(by.address, change), { signers: [by] });

describe('an action of the admin', () => {
  test('is applied by anyone after its delay, once', async () => {
    await propose(addCiAction(Field(NEW)));
    expect(applicableFrom(world.state())).toBe(LATER.first);
    world.at(LATER.first);
    const change = addition();
    await world.send(() => world.registry.addCi(change, range), { payer: world.stranger });
    expect(world.state()).toMatchObject({
      trustRoot: rootOf(withNew).toBigInt(),
      pendingAction: 0n,
      pendingSlot: 0n,
    });
    await expect(world.send(() => world.registry.addCi(change, range))).rejects.toThrow(/pending/);
  });

  test('waits for its delay: a slot too early is refused, and so is a false slot', async () => {
    await propose(addCiAction(Field(NEW)));
    world.at(LATER.first - 1);
    const early = slotRange({ first: LATER.first - 1, last: LATER.last });
    const change = addition();
    await expect(world.send(() => world.registry.addCi(change, early))).rejects.toThrow(/delay/);
    await expect(world.send(() => world.registry.addCi(change, range))).rejects.toThrow(
      /valid_while/i,
    );
    expect(world.state().trustRoot).toBe(rootOf(LEAVES).toBigInt());
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
    expect(world.state().pendingAction).toBe(0n);
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
    expect(world.state()).toMatchObject({ pendingAction: 0n, pendingSlot: 0n });
  });

  test('hands over to another admin', async () => {
    const keyHash = adminKeyHash(world.stranger.address);
    await propose(changeAdminAction(keyHash));
    const handOver = () => world.registry.changeAdmin(keyHash, range);
    await expect(world.send(handOver)).rejects.toThrow(/valid_while/i);
    world.at(LATER.first);
    const other = () => world.registry.changeAdmin(keyHash.add(1), range);
    await expect(world.send(other)).rejects.toThrow(/pending/);
    await world.send(handOver);
    await expect(remove(removal())).rejects.toThrow(/the admin/);
    await remove(removal(), world.stranger);
  });
});

describe('removing a CI', () => {
  const publish = (trustRoot: bigint) => {
    const path = new LeafPath({ siblings: new RegistryTree().freePath().siblings });
    return world.send(() => world.registry.publish(chainProof({ trustRoot }), path, RANGE));
  };

  test('works at once: nothing more is published under the old set', async () => {
    await propose(addCiAction(Field(NEW)));
    await remove(removal());
    expect(world.state().trustRoot).toBe(rootOf([50n, 300n]).toBigInt());
    await expect(publish(rootOf(LEAVES).toBigInt())).rejects.toThrow(/registry accepts now/);
    await publish(rootOf([50n, 300n]).toBigInt());
    // and what was pending still is
    expect(world.state().pendingAction).not.toBe(0n);
  });

  test('is for the admin only', async () => {
    const change = removal();
    await expect(remove(change, world.stranger)).rejects.toThrow(/the admin/);
    const unsigned = () => world.registry.removeCi(world.admin.address, change);
    await expect(world.send(unsigned)).rejects.toThrow(/signature|private key/i);
  });

  test('removes nothing that is not there, and cannot add', async () => {
    const change = trustAddition(world.state(), LEAVES, NEW);
    await expect(remove(change)).rejects.toThrow(/registry accepts now/);
  });

  test('can remove the last one', async () => {
    for (const leaves of [LEAVES, LEAVES.slice(1), LEAVES.slice(2)]) {
      await remove(trustRemoval(world.state(), leaves, leaves[0]!));
    }
    expect(world.state().trustRoot).toBe(rootOf([]).toBigInt());
  });
});

describe('the trust set with one leaf more', () => {
  const change = (others: readonly bigint[], leaf: bigint, place: number) =>
    new TrustChange({
      leaf: Field(leaf),
      others: Array.from({ length: 256 }, (_, i) => Field(others[i] ?? 0n)),
      before: Array.from({ length: 256 }, (_, i) => Bool(i < place)),
    });
  const full = Array.from({ length: 255 }, (_, i) => BigInt(2 * i + 1));
  const largest = Field.ORDER - 1n;

  test.each([
    ['at the front', LEAVES, 1n, 0],
    ['in the middle', LEAVES, 201n, 2],
    ['behind', LEAVES, 301n, 3],
    ['the largest', LEAVES, largest, 3],
    ['alone', [], 5n, 0],
    ['as the last that has room', full, 510n, 255],
    ['as the first of a full set', full.map((leaf) => leaf + 1n), 1n, 0],
  ] as const)('%s has both roots', (_, others, leaf, place) => {
    const roots = trustRoots(change(others, leaf, place));
    expect(roots.without).toEqual(rootOf(others));
    const all = [...others, leaf].sort((a, b) => (a < b ? -1 : 1));
    expect(roots.with).toEqual(rootOf(all));
  });

  test.each([
    ['in the wrong place', LEAVES, 201n, 1],
    ['behind a larger one', LEAVES, 100n, 2],
    ['that is there already, before itself', LEAVES, 200n, 1],
    ['that is there already, behind itself', LEAVES, 200n, 2],
    ['behind the zeros', LEAVES, 301n, 4],
    ['that is empty', LEAVES, 0n, 0],
    ['in no place', LEAVES, 301n, 256],
    ['in a set that is full', [...full, 600n], 700n, 255],
  ] as const)('%s is refused', (_, others, leaf, place) => {
    expect(() => trustRoots(change(others, leaf, place))).toThrow();
  });

  test('in two places is refused', () => {
    const twice = change(LEAVES, 201n, 2);
    twice.before[4] = Bool(true);
    expect(() => trustRoots(twice)).toThrow(/one place/);
  });
});

describe('checked before any proving', () => {
  test('who may propose and cancel', async () => {
    const { admin, stranger } = world;
    const state = world.state();
    expect(codeOf(() => assertCanPropose(state, admin.address))).toBe('none');
    expect(codeOf(() => assertCanPropose(state, stranger.address))).toBe('ERR_REGISTRY_ADMIN');
    expect(codeOf(() => assertCanCancel(state, admin.address))).toBe('ERR_REGISTRY_ACTION');
    const pending = { ...state, pendingAction: 1n };
    expect(codeOf(() => assertCanPropose(pending, admin.address))).toBe('ERR_REGISTRY_ACTION');
    expect(codeOf(() => assertCanCancel(pending, admin.address))).toBe('none');
  });

  test('what can be applied, and when', async () => {
    const action = addCiAction(Field(NEW));
    expect(codeOf(() => assertCanApply(world.state(), action, LATER))).toBe('ERR_REGISTRY_ACTION');
    await propose(action);
    expect(codeOf(() => assertCanApply(world.state(), action, LATER))).toBe('none');
    const early = { ...LATER, first: LATER.first - 1 };
    expect(codeOf(() => assertCanApply(world.state(), action, early))).toBe('ERR_REGISTRY_DELAY');
  });

  test('which CIs come and go', () => {
    const state = world.state();
    const many = Array.from({ length: 256 }, (_, i) => BigInt(i + 1));
    expect(codeOf(() => trustAddition(state, LEAVES, 200n))).toBe('ERR_TRUST_DUPLICATE');
    expect(codeOf(() => trustAddition(state, many, 999n))).toBe('ERR_TRUST_SIZE');
    expect(codeOf(() => trustAddition(state, withNew, 1n))).toBe('ERR_REGISTRY_TRUST_ROOT');
    expect(codeOf(() => trustRemoval(state, LEAVES, 1n))).toBe('ERR_TRUST_UNKNOWN');
    expect(codeOf(() => trustRemoval(state, withNew, 50n))).toBe('ERR_REGISTRY_TRUST_ROOT');
    expect(codeOf(() => trustRemoval(state, LEAVES.toReversed(), 50n))).toBe('none');
  });

  test('a key hash tells keys of one x apart', () => {
    const key = PrivateKey.random().toPublicKey();
    const mirrored = PublicKey.from({ x: key.x, isOdd: key.isOdd.not() });
    expect(adminKeyHash(mirrored)).not.toEqual(adminKeyHash(key));
  });
});
