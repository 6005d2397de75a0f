import { beforeAll, describe, expect, test } from '@jest/globals';
import { AccountUpdate, Field, Mina, Permissions, UInt64, VerificationKey } from 'o1js';
import { emptyRoot } from '../../../src/circuits/gadgets/merkle.ts';
import { REGISTRY_HEIGHT } from '../../../src/params.ts';
import { RevocationMap } from '../../../src/witness/revocation-map.ts';
import { adminKeyHash, ProofRegistry, registryState } from '../../../src/zkapp/contract/index.ts';
import { codeOf } from '../../pki/code-of.ts';
import { CLOCK, LEAVES, rootOf } from './values.ts';
import { birthOf, createWorld, type World } from './world.ts';

let world: World;

beforeAll(async () => {
  world = await createWorld();
});

test('a registry starts empty, with the trust set and the admin that it was given', () => {
  expect(world.state()).toEqual({
    registryRoot: emptyRoot(REGISTRY_HEIGHT).toBigInt(),
    nextIndex: 0n,
    trustRoot: rootOf(LEAVES).toBigInt(),
    revocationRoot: new RevocationMap().root.toBigInt(),
    adminKeyHash: adminKeyHash(world.admin.address).toBigInt(),
    pendingActions: 0n,
    pendingSlot: 0n,
    clock: CLOCK,
  });
});

test('an account with another number of state fields is no registry', () => {
  expect(codeOf(() => registryState([1n]))).toBe('ERR_REGISTRY_ACCOUNT');
});

describe('the key of the account cannot', () => {
  /** An update of the registry's account, signed by its own key. */
  const signed = (change: (update: AccountUpdate) => void) =>
    world.send(
      async () => {
        const update = AccountUpdate.createSigned(world.zkapp.address);
        change(update);
      },
      { signers: [world.zkapp] },
    );

  test.each<[string, (update: AccountUpdate) => void]>([
    ['edit the state', (update) => AccountUpdate.setValue(update.update.appState[0]!, Field(1))],
    ['change the permissions', ({ account }) => account.permissions.set(Permissions.initial())],
    ['set a delegate', ({ account }) => account.delegate.set(world.stranger.address)],
    ['do nothing at all', () => undefined],
  ])('%s', async (_, change) => {
    const before = JSON.stringify(Mina.getAccount(world.zkapp.address).zkapp?.appState);
    await expect(signed(change)).rejects.toThrow(/permitted|authorization|permission/i);
    expect(JSON.stringify(Mina.getAccount(world.zkapp.address).zkapp?.appState)).toBe(before);
  });

  test('change the verification key', async () => {
    const { data, hash } = await VerificationKey.dummy();
    const change = ({ account }: AccountUpdate) => account.verificationKey.set({ data, hash });
    await expect(signed(change)).rejects.toThrow(/permitted|authorization|permission/i);
  });

  test('deploy again', async () => {
    const again = new ProofRegistry(world.zkapp.address);
    const birth = birthOf(world.stranger.address);
    await expect(world.send(() => again.deploy(birth), { signers: [world.zkapp] })).rejects.toThrow(
      /permitted|authorization|permission|isNew/i,
    );
    expect(world.state().trustRoot).toBe(rootOf(LEAVES).toBigInt());
  });
});

describe('nobody can', () => {
  test('emit an event in the name of the registry', async () => {
    const forge = async () => {
      const update = AccountUpdate.create(world.zkapp.address);
      const { body } = update;
      body.events = AccountUpdate.Events.pushEvent(body.events, [Field(0), Field(1), Field(2)]);
      AccountUpdate.attachToTransaction(update);
    };
    await expect(world.send(forge)).rejects.toThrow(/permitted|authorization|permission|access/i);
  });

  test('pay into it', async () => {
    const pay = async () => {
      const from = AccountUpdate.createSigned(world.payer.address);
      from.send({ to: world.zkapp.address, amount: UInt64.from(1) });
    };
    await expect(world.send(pay)).rejects.toThrow(/permitted|authorization|permission|access/i);
  });
});

test('the verification key is locked for this version of transactions, all else for ever', () => {
  const { permissions } = Mina.getAccount(world.zkapp.address);
  const { setVerificationKey, editState, access, ...others } = permissions;
  expect(Permissions.proof()).toEqual(editState);
  expect(Permissions.proof()).toEqual(access);
  expect(setVerificationKey.auth).toEqual(Permissions.impossible());
  for (const permission of Object.values(others)) {
    expect(permission).toEqual(Permissions.impossible());
  }
});
