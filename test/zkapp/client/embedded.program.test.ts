import { randomBytes } from 'node:crypto';
import { chmodSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AccountUpdate, Mina } from 'o1js';
import { pinnedProof } from '../../../src/prover/pinned-proof.ts';
import { publishRefresh } from '../../../src/zkapp/client/publish.ts';
import { EmbeddedChain } from '../../../src/zkapp/client/embedded/embedded-chain.ts';
import { syncRegistry } from '../../../src/zkapp/client/sync.ts';
import { verifyBare } from '../../support/guard/bare.ts';
import { refusalOf } from './refusal.ts';
import {
  refreshEnvelope,
  createWorld,
  GENESIS,
  NOW,
  openChain,
  temporary,
  type World,
} from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
  for (const number of [1, 2]) {
    await publishRefresh(world.sender, await world.sync(), refreshEnvelope(number));
    world.chain.setSlot((await world.chain.slot()) + 7);
  }
  await publishRefresh(world.sender, await world.sync(), refreshEnvelope(3));
  await world.chain.close();
});
afterAll(() => rmSync(world.folder, { recursive: true }));

const ALL = { from: 1, to: 10_001 };
const file = (number: number) =>
  join(world.folder, 'journal', `${String(number).padStart(6, '0')}.json`);

/** With a file changed for the time of the work. */
async function changed<T>(path: string, change: (text: string) => string, work: () => Promise<T>) {
  const before = readFileSync(path, 'utf8');
  writeFileSync(path, change(before));
  try {
    return await work();
  } finally {
    writeFileSync(path, before);
  }
}

const reopened = () => refusalOf(async () => (await openChain(world.folder)).close());

describe('the chain of a folder', () => {
  test('has the same state, accounts and events whenever it is opened', async () => {
    const payer = world.sender.feePayer.toPublicKey().toBase58();
    const [account, contract, events] = [
      await world.chain.account(payer),
      await world.chain.account(world.address),
      await world.chain.events(world.address, ALL),
    ];
    const again = await openChain(world.folder);
    expect(await again.account(payer)).toEqual(account);
    expect(await again.account(world.address)).toEqual(contract);
    expect(await again.events(world.address, ALL)).toEqual(events);
    const places = events.map(({ block, sequenceNumber, accountUpdate, authorization }) => [
      block.height,
      sequenceNumber,
      accountUpdate,
      authorization,
    ]);
    expect(places).toEqual([
      [1_001, 0, 1, 'Signature'],
      [1_001, 1, 0, 'Proof'],
      [1_008, 0, 0, 'Proof'],
      [1_015, 0, 0, 'Proof'],
    ]);
    expect(events[2]!.block.time).toBe(GENESIS + 1_007n * 180n);
    // time never goes back
    expect(await again.slot()).toBe(1_014);
    expect(await again.clock()).toEqual({ genesis: GENESIS, slotSeconds: 180 });
    expect(again.accounts.map(String)).toEqual(world.chain.accounts.map(String));
    const { tree } = await syncRegistry(again, world.deployment, { attempts: 1 });
    expect(tree.size).toBe(3);
    // and it goes on
    await publishRefresh(
      { ...world.sender, chain: again },
      await syncRegistry(again, world.deployment, { attempts: 1 }),
      refreshEnvelope(4),
    );
    await again.close();
    const third = await openChain(world.folder);
    expect((await syncRegistry(third, world.deployment, { attempts: 1 })).tree.size).toBe(4);
    await third.close();
    rmSync(file(5));
  });

  test('is for one process at a time', async () => {
    const chain = await openChain(world.folder);
    expect(await reopened()).toBe('ERR_REGISTRY_LOCKED');
    await chain.close();
    expect(await reopened()).toBe('none');
    // a lock of a process that is gone
    writeFileSync(join(world.folder, 'lock'), '999999999');
    expect(await reopened()).toBe('none');
    expect(readdirSync(world.folder).sort()).toEqual(['chain.json', 'journal', 'sent']);
  });

  test('is refused when it was changed', async () => {
    const damaged = 'ERR_REGISTRY_CHAIN';
    expect(await changed(file(3), () => '{', reopened)).toBe(damaged);
    expect(await changed(file(3), () => '{}', reopened)).toBe(damaged);
    expect(await changed(file(4), () => readFileSync(file(3), 'utf8'), reopened)).toBe(damaged);
    // another state than the one that was signed
    const forged = (text: string) => text.replace(/"appState":\["[0-9]+"/, '"appState":["1"');
    expect(await changed(file(4), forged, reopened)).toBe(damaged);
    const chainFile = join(world.folder, 'chain.json');
    expect(await changed(chainFile, (text) => text.replace('false', '1'), reopened)).toBe(damaged);
    expect(await reopened()).toBe('none');
  });

  test('keeps its keys to its owner', async () => {
    const chainFile = join(world.folder, 'chain.json');
    expect(statSync(chainFile).mode & 0o777).toBe(0o600);
    chmodSync(chainFile, 0o644);
    expect(await reopened()).toBe('ERR_CREDENTIAL_PERMISSIONS');
    chmodSync(chainFile, 0o600);
  });

  test('needs a folder', async () => {
    expect(await refusalOf(() => openChain(join(world.folder, 'chain.json')))).toBe(
      'ERR_FILE_WRITE',
    );
  });

  test('goes ahead in time only', async () => {
    const chain = await openChain(world.folder);
    expect(await refusalOf(async () => chain.setSlot(1_013))).toBe('ERR_REGISTRY_SLOT');
    chain.setSlot(5_000);
    expect(await chain.slot()).toBe(5_000);
    await chain.close();
  });

  test('checks proofs unless a test says otherwise', async () => {
    const folder = temporary();
    const chain = await EmbeddedChain.open({ folder, random: randomBytes, now: () => NOW });
    expect(chain.proofs).toBe(true);
    expect(await chain.slot()).toBe(0);
    expect(await chain.command({ transaction: '5J', feePayer: '' })).toEqual({ state: 'unknown' });
    await chain.close();
    rmSync(folder, { recursive: true });
  });

  test('takes the fee of a command that fails, and has it in a block', async () => {
    const folder = temporary();
    const chain = await openChain(folder);
    const [from, to] = chain.accounts.map((key) => key.toPublicKey());
    const payer = from!.toBase58();
    const { balance, nonce } = (await chain.account(payer))!;
    await chain.activate();
    const transaction = await Mina.transaction({ sender: from!, fee: 1e8 }, async () => {
      AccountUpdate.createSigned(from!).send({ to: to!, amount: balance });
    });
    const hash = await chain.submit(transaction.sign([chain.accounts[0]!]));
    const status = await chain.command({ transaction: hash, feePayer: payer });
    expect(status).toMatchObject({ state: 'included', failure: expect.stringMatching(/./) });
    expect(await chain.account(payer)).toMatchObject({
      balance: balance - 100_000_000n,
      nonce: nonce + 1,
    });
    const after = await chain.account(payer);
    await chain.close();
    const again = await openChain(folder);
    expect(await again.account(payer)).toEqual(after);
    expect(await again.command({ transaction: hash, feePayer: payer })).toEqual(status);
    // the same again has a nonce that is used: in no block, and for nothing
    await again.activate();
    expect(await refusalOf(() => again.submit(transaction))).toBe('ERR_REGISTRY_REFUSED');
    expect(await again.account(payer)).toEqual(after);
    await again.close();
    rmSync(folder, { recursive: true });
  });

  test('verifies behind the pinned proof', async () => {
    // it needs the native backend, which is running by now
    const { watchVerifier } = await import('../../support/guard/watch.ts');
    const calls = watchVerifier();
    const folder = temporary();
    const chain = await EmbeddedChain.open({ folder, random: randomBytes, now: () => NOW });
    const [from, to] = chain.accounts.map((key) => key.toPublicKey());
    await chain.activate();
    const transaction = await Mina.transaction({ sender: from!, fee: 1e8 }, async () => {
      AccountUpdate.createSigned(from!).send({ to: to!, amount: 1 });
    });
    await chain.submit(transaction.sign([chain.accounts[0]!]));
    // what the chain calls for a transaction with a proof
    const { proof, key } = pinnedProof();
    expect(await verifyBare(proof, key)).toBe(true);
    const [name] = calls[0]!.proofs;
    expect(calls).toEqual([{ proofs: [name, name], answer: true }]);
    await chain.close();
    rmSync(folder, { recursive: true });
  }, 120_000);
});
