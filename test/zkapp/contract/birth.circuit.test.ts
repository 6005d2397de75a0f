/** What a birth certificate rests on: how Mina's ledger takes the command, and what the command's hash covers. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { AccountUpdate, Field, Mina, PrivateKey, UInt64 } from 'o1js';
import { pinnedKey } from '../../../src/prover/keys.ts';
import { fundingUpdate, ProofRegistry, registryKey } from '../../../src/zkapp/contract/index.ts';
import { birthOf, createWorld, type World } from './world.ts';

interface Json {
  feePayer: { authorization: string };
  accountUpdates: {
    authorization: { signature: string };
    body: {
      balanceChange: object;
      events: string[][];
      actions: unknown[];
      update: { verificationKey: { data: string; hash: string }; appState: string[] };
    };
  }[];
}

let world: World;
let json: Json;
const key = PrivateKey.random();
const born = { key, address: key.toPublicKey() };

const birth = async () => {
  AccountUpdate.attachToTransaction(fundingUpdate(world.payer.address));
  await new ProofRegistry(born.address).deploy(birthOf(world.admin.address));
};

beforeAll(async () => {
  world = await createWorld();
  const transaction = await world.build(birth, { signers: [born] });
  json = JSON.parse((transaction as Mina.Transaction<true, true>).toJSON()) as Json;
});

test('a registry is born in one account update, which moves nothing and emits one event', () => {
  expect(json.accountUpdates).toHaveLength(2);
  const [funding, { body }] = json.accountUpdates as [
    Json['accountUpdates'][0],
    (typeof json.accountUpdates)[0],
  ];
  expect(funding.body.balanceChange).toEqual({ magnitude: '1000000000', sgn: 'Negative' });
  expect(body.balanceChange).toEqual({ magnitude: '0', sgn: 'Positive' });
  expect(body.events).toHaveLength(1);
  expect(body.actions).toEqual([]);
  expect(body.update.appState).not.toContain(null);
});

describe('the hash of the command', () => {
  const changed = async (change: (copy: Json) => void) => {
    const copy = structuredClone(json);
    change(copy);
    return Mina.Transaction.hash(JSON.stringify(copy));
  };
  const original = () => Mina.Transaction.hash(JSON.stringify(json));

  test('covers the data of the key and the state', async () => {
    const { data } = pinnedKey('chain');
    const update = (copy: Json) => copy.accountUpdates[1]!.body.update;
    expect(await changed((copy) => (update(copy).verificationKey.data = data))).not.toBe(
      await original(),
    );
    expect(await changed((copy) => (update(copy).appState[0] = '1'))).not.toBe(await original());
  });

  test('covers neither signatures nor the hash beside the key, nor how a number is spelled', async () => {
    const update = (copy: Json) => copy.accountUpdates[1]!.body.update;
    for (const change of [
      (copy: Json) => (update(copy).verificationKey.hash = '5'),
      (copy: Json) =>
        (copy.accountUpdates[1]!.authorization.signature = copy.feePayer.authorization),
      (copy: Json) => (update(copy).appState[1] = '000'),
      (copy: Json) => (update(copy).appState[1] = '0x0'),
    ]) {
      expect(await changed(change)).toBe(await original());
    }
  });
});

test('who makes the account first keeps it from becoming a registry', async () => {
  const pay = async () => {
    AccountUpdate.fundNewAccount(world.payer.address);
    const from = AccountUpdate.createSigned(world.payer.address);
    from.send({ to: born.address, amount: UInt64.from(1) });
  };
  await world.send(pay);
  await expect(world.send(birth, { signers: [born] })).rejects.toThrow(/is_new/i);
  expect(Mina.getAccount(born.address).zkapp?.verificationKey).toBeUndefined();
});

test('the package holds the data of the key, not its hash alone', () => {
  expect(registryKey().data).toMatch(/^[A-Za-z0-9+/]{2000,}={0,2}$/);
  expect(Field(registryKey().hash).toString()).toBe(registryKey().hash);
});
